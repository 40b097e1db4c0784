import FoundationEssentials

/// A random number generator whose run can be repeated.
///
/// The seed is printed; setting `HEARTH_TEST_SEED` to it repeats the run. The algorithm is SplitMix64
/// (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    /// What the sequence follows from.
    public let seed: UInt64

    private var state: UInt64

    /// Creates a generator with the seed of the environment, or a new one, and prints it beside the test's name.
    public init(for test: String = #function) {
        let given = ProcessInfo.processInfo.environment["HEARTH_TEST_SEED"].flatMap { UInt64($0) }
        self.init(seed: given ?? UInt64.random(in: 0 ... .max))
        print("\(test): HEARTH_TEST_SEED=\(seed)")
    }

    /// Creates a generator with a seed.
    public init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension SeededGenerator {
    /// A string of anything: words, full-text operators, marks without a base, controls, every plane of Unicode.
    package mutating func text(upTo length: Int) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...length, using: &self) {
            let pool = Self.pools.randomElement(using: &self)!
            if let scalar = Unicode.Scalar(UInt32.random(in: pool, using: &self)) { text.append(scalar) }
        }
        for _ in 0..<Int.random(in: 0...2, using: &self) {
            let place = text.indices.randomElement(using: &self) ?? text.startIndex
            text.insert(contentsOf: Self.fragments.randomElement(using: &self)!.unicodeScalars, at: place)
        }
        return String(text)
    }

    private static let pools: [ClosedRange<UInt32>] = [
        0x00...0x1F, 0x20...0x2F, 0x20...0x7E, 0x61...0x7A, 0x61...0x7A, 0x80...0x24F, 0x300...0x36F, 0x370...0x5FF,
        0x600...0x6FF, 0x900...0xDFF, 0xE00...0xEFF, 0x1000...0x11FF, 0x1780...0x17FF, 0x2000...0x27BF, 0x3000...0x30FF,
        0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xF900...0xFFFF, 0x1F000...0x1FAFF, 0x1F1E6...0x1F1FF, 0x1F3FB...0x1F3FF,
        0xE0000...0xE01EF, 0x10000...0x10FFFF, 0xFE00...0xFE0F, 0x200B...0x200F, 0x3099...0x309A,
    ]
    private static let fragments = [
        "\"", "\"\"", "*", "AND", " OR ", "NOT ", "NEAR(a b, 3)", "{content}:", "content:", "^", "-", "+", "(", ")",
        "'",
        "a:b", "don't", "user's", "1,000", "''; DROP TABLE t; --", "\u{0}", "“”", "가나다", "東京タワー", "👩‍👩‍👧",
    ]
}

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

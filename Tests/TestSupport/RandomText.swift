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

/// A canonical Huffman code as RFC 1951, section 3.2.2, has it.
struct HuffmanTable {
    /// The longest code of all, in bits.
    static let longestCode = 15
    /// Codes up to this length are looked up at once; few are longer.
    private static let shortCode = 10

    /// For the next bits as a number, the first bit lowest: symbol and length of the code that they begin with; 0: a long one.
    private var short = [UInt16](repeating: 0, count: 1 << shortCode)
    /// How many codes there are of each length.
    private var counts = [Int](repeating: 0, count: longestCode + 1)
    /// All symbols in the order of their codes.
    private var symbols: [UInt16] = []

    /// - Parameters:
    ///   - lengths: The length of each symbol's code; 0: it has none.
    ///   - mayBeIncomplete: Whether one code of one bit, or none, is enough.
    /// - Returns: nil for lengths that no code has.
    init?(_ lengths: ArraySlice<UInt8>, mayBeIncomplete: Bool = false) {
        for length in lengths where length > 0 { counts[Int(length)] += 1 }
        var left = 1
        for length in 1...Self.longestCode {
            left = left << 1 - counts[length]
            guard left >= 0 else { return nil }
        }
        let used = counts.reduce(0, +)
        guard left == 0 || (mayBeIncomplete && (used == 0 || (used == 1 && counts[1] == 1))) else { return nil }
        var codes = [Int](repeating: 0, count: Self.longestCode + 2)
        var places = codes
        for length in 1...Self.longestCode {
            codes[length + 1] = (codes[length] + counts[length]) << 1
            places[length + 1] = places[length] + counts[length]
        }
        symbols = [UInt16](repeating: 0, count: used)
        for (symbol, length) in lengths.enumerated() where length > 0 {
            let length = Int(length)
            symbols[places[length]] = UInt16(symbol)
            places[length] += 1
            if length <= Self.shortCode { fill(code: codes[length], length: length, symbol: symbol) }
            codes[length] += 1
        }
    }

    /// Every number of bits that begins with a code means its symbol.
    private mutating func fill(code: Int, length: Int, symbol: Int) {
        var reversed = 0
        for bit in 0..<length where code >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
        for index in stride(from: reversed, to: 1 << Self.shortCode, by: 1 << length) {
            short[index] = UInt16(symbol << 4 | length)
        }
    }

    /// The symbol that some bits begin with, and the length of its code; nil if there is none.
    ///
    /// - Parameter bits: At least 15, the first one lowest.
    func symbol(_ bits: UInt64) -> (symbol: Int, length: Int)? {
        let entry = short[Int(bits & UInt64(1 << Self.shortCode - 1))]
        if entry != 0 { return (Int(entry >> 4), Int(entry & 15)) }
        var (code, first, index) = (0, 0, 0)
        for length in 1...Self.longestCode {
            code |= Int(bits >> UInt64(length - 1) & 1)
            let count = counts[length]
            if code - count < first { return (Int(symbols[index + code - first]), length) }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        return nil
    }
}

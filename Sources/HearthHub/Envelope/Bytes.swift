/// Puts values one behind another: numbers big-endian, and what has no fixed length behind its length.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Bytes of a number that the format fixes.
    mutating func append(fixed bytes: some Sequence<UInt8>) { self.bytes.append(contentsOf: bytes) }

    /// Bytes behind their number, in 32 bits.
    mutating func append(counted bytes: some Collection<UInt8>) {
        append(UInt32(bytes.count))
        self.bytes.append(contentsOf: bytes)
    }

    mutating func append(_ text: String) { append(counted: text.utf8) }
}

/// Reads what a ``ByteWriter`` wrote.
struct ByteReader {
    /// The bytes end too early, or say something that can't be.
    struct Malformed: Error {}

    private var rest: ArraySlice<UInt8>

    init(_ bytes: some Collection<UInt8>) { rest = Array(bytes)[...] }

    var isAtEnd: Bool { rest.isEmpty }

    /// How many bytes are left.
    var count: Int { rest.count }

    mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws(Malformed) -> Number {
        var number: Number = 0
        for byte in try fixed(Number.bitWidth / 8) { number = number &<< 8 | Number(truncatingIfNeeded: byte) }
        return number
    }

    mutating func fixed(_ count: Int) throws(Malformed) -> [UInt8] {
        guard count >= 0, count <= rest.count else { throw Malformed() }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func counted() throws(Malformed) -> [UInt8] {
        try fixed(Int(number(UInt32.self)))
    }

    mutating func text() throws(Malformed) -> String {
        guard let text = String(validating: try counted(), as: UTF8.self) else { throw Malformed() }
        return text
    }

    mutating func identifier<Identifier: SixteenBytes>(_: Identifier.Type) throws(Malformed) -> Identifier {
        guard let identifier = Identifier(bytes: try fixed(16)) else { throw Malformed() }
        return identifier
    }

    /// As many elements as a number in 32 bits says. Each takes at least a byte, so a wrong number asks for no memory.
    mutating func list<Element>(
        _ element: (inout ByteReader) throws(Malformed) -> Element
    ) throws(Malformed) -> [Element] {
        let count = Int(try number(UInt32.self))
        guard count <= rest.count else { throw Malformed() }
        var list: [Element] = []
        for _ in 0..<count { list.append(try element(&self)) }
        return list
    }

    /// Ends the reading.
    func finish() throws(Malformed) {
        guard rest.isEmpty else { throw Malformed() }
    }
}

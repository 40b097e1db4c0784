/// A parameter of a statement, as the protocol's binary format has it.
enum PostgreSQLValue {
    case bytes([UInt8])
    case text(String)
    case integer(Int64)
    case listOfBytes([[UInt8]])
    case listOfIntegers([Int32])
    case listOfLongs([Int64])

    /// Identifiers of types, from `pg_type.dat`; they are the same on every server.
    private enum TypeID {
        static let bytea: UInt32 = 17
        static let int8: UInt32 = 20
        static let int4: UInt32 = 23
        static let text: UInt32 = 25
        static let byteaArray: UInt32 = 1_001
        static let int4Array: UInt32 = 1_007
        static let int8Array: UInt32 = 1_016
    }

    var type: UInt32 {
        switch self {
        case .bytes: TypeID.bytea
        case .text: TypeID.text
        case .integer: TypeID.int8
        case .listOfBytes: TypeID.byteaArray
        case .listOfIntegers: TypeID.int4Array
        case .listOfLongs: TypeID.int8Array
        }
    }

    func write(to writer: inout ByteWriter) {
        switch self {
        case .bytes(let bytes): writer.append(fixed: bytes)
        case .text(let text): writer.append(fixed: text.utf8)
        case .integer(let number): writer.append(number)
        case .listOfBytes(let list): Self.write(list, of: TypeID.bytea, to: &writer) { $1.append(counted: $0) }
        case .listOfIntegers(let list): Self.write(list, of: TypeID.int4, to: &writer, Self.counted)
        case .listOfLongs(let list): Self.write(list, of: TypeID.int8, to: &writer, Self.counted)
        }
    }

    private static func counted(_ number: some FixedWidthInteger, _ writer: inout ByteWriter) {
        writer.append(Int32(number.bitWidth / 8))
        writer.append(number)
    }

    /// An array of one dimension: dimensions, whether there are nulls, the type, length, first index, elements.
    private static func write<Element>(
        _ list: [Element],
        of type: UInt32,
        to writer: inout ByteWriter,
        _ element: (Element, inout ByteWriter) -> Void
    ) {
        writer.append(Int32(list.isEmpty ? 0 : 1))
        writer.append(0 as Int32)
        writer.append(type)
        guard !list.isEmpty else { return }
        writer.append(Int32(list.count))
        writer.append(1 as Int32)
        for value in list { element(value, &writer) }
    }
}

/// The rows of a result, copied out of libpq's memory: the bytes of each value in the binary format.
struct PostgreSQLRows {
    var rows: [[[UInt8]]] = []

    /// The server gave something else than the statement says.
    struct Unexpected: Error {}

    func bytes(_ row: Int, _ column: Int) throws -> [UInt8] {
        guard rows.indices.contains(row), rows[row].indices.contains(column) else { throw Unexpected() }
        return rows[row][column]
    }

    /// A number of 4 or 8 bytes.
    func integer(_ row: Int, _ column: Int) throws -> Int64 {
        let bytes = try bytes(row, column)
        var reader = ByteReader(bytes)
        switch bytes.count {
        case 4: return Int64(try reader.number(Int32.self))
        case 8: return try reader.number(Int64.self)
        default: throw Unexpected()
        }
    }

    func text(_ row: Int, _ column: Int) throws -> String {
        String(decoding: try bytes(row, column), as: UTF8.self)
    }
}

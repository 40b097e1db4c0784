import HearthModel
import HearthSQLite

/// How `memories.identifier` holds an identifier: one of the engine's own form as the 16 bytes that its digits stand
/// for, any other as text. No two identifiers share a form, because the engine's digits are all lower case.
struct StoredIdentifier: SQLiteBindable {
    private static let prefix = "mem_"
    private static let byteCount = 16

    let id: MemoryID

    func bind(to statement: Statement, at index: Int32) throws {
        if let bytes {
            try bytes.bind(to: statement, at: index)
        } else {
            try id.rawValue.bind(to: statement, at: index)
        }
    }

    private var bytes: [UInt8]? {
        let text = id.rawValue.utf8
        guard text.count == Self.prefix.utf8.count + 2 * Self.byteCount, id.rawValue.hasPrefix(Self.prefix) else {
            return nil
        }
        return Hexadecimal.bytes(Substring(text.dropFirst(Self.prefix.utf8.count)), count: Self.byteCount)
    }

    fileprivate static func id(_ bytes: [UInt8]) -> MemoryID {
        MemoryID(rawValue: Hexadecimal.string(bytes, after: prefix))
    }
}

extension MemoryID {
    /// The identifier as `memories.identifier` holds it.
    var stored: StoredIdentifier { StoredIdentifier(id: self) }
}

extension Row {
    /// A column of `memories.identifier`.
    func memoryID(_ column: Int32) -> MemoryID {
        isBlob(column) ? StoredIdentifier.id(bytes(column)) : MemoryID(spelled: string(column))
    }

    /// A column of `memories.identifier`, or NULL.
    func optionalMemoryID(_ column: Int32) -> MemoryID? {
        isNull(column) ? nil : memoryID(column)
    }
}

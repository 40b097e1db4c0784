import FoundationEssentials
import HearthModel
import HearthSQLite

/// The rows of `device_removed`: memories that were erased, or deleted and then removed, on any device.
///
/// They are marked as erasures are, so that the file does not say their identifiers.
enum RemovedMemories {
    static func insert(_ memory: FactMemory, in transaction: StoreTransaction) throws {
        let marks = try ErasureMarks.make(in: transaction)
        try transaction.connection.run(
            "INSERT OR IGNORE INTO device_removed (mark) VALUES (?1)",
            marks.mark(of: memory.id, user: memory.user, agent: memory.owner)
        )
    }

    /// Whether a memory is gone for good: removed on some device, or erased here.
    static func contain(_ memory: FactMemory, in connection: Connection) throws -> Bool {
        guard let marks = try ErasureMarks.read(connection) else { return false }
        return try connection.first(
            """
            SELECT EXISTS (SELECT 1 FROM device_removed WHERE mark = ?1) OR EXISTS (SELECT 1 FROM erasure_marks WHERE mark = ?1)
            """,
            marks.mark(of: memory.id, user: memory.user, agent: memory.owner),
            as: { $0.bool(0) }
        ) ?? false
    }

    /// Whether a memory was erased, and not only deleted and removed.
    static func wasErased(_ memory: FactMemory, in connection: Connection) throws -> Bool {
        guard let marks = try ErasureMarks.read(connection) else { return false }
        return try connection.first(
            "SELECT 1 FROM erasure_marks WHERE mark = ?1",
            marks.mark(of: memory.id, user: memory.user, agent: memory.owner),
            as: { _ in true }
        ) ?? false
    }

    /// Notes that all memories of a user that were stored until a time are erased.
    static func noteErasure(of user: UserID, at time: HybridTime, in transaction: StoreTransaction) throws {
        let name = try erasedName(user, by: ErasureMarks.make(in: transaction))
        let known = try DeviceRegisters.find(name, in: transaction.connection)
        guard known.map({ $0.time < time }) ?? true else { return }
        try DeviceRegisters.set(name, to: time, fact: [], in: transaction.connection)
    }

    /// Whether a user was erased at a time or later.
    static func userWasErased(_ user: UserID, since time: HybridTime, in connection: Connection) throws -> Bool {
        guard let marks = try ErasureMarks.read(connection) else { return false }
        return try DeviceRegisters.find(erasedName(user, by: marks), in: connection).map { $0.time >= time } ?? false
    }

    /// The file does not say who was erased either.
    private static func erasedName(_ user: UserID, by marks: ErasureMarks) -> String {
        "erased " + Hexadecimal.string(marks.mark(of: "", user: user, agent: ""))
    }
}

/// An erasure that other devices have to learn, and what was sent of what is erased.
struct NotedErasure: Codable {
    var erasure: ErasureFact
    /// Facts, as hexadecimal digits.
    var facts: [String]

    init(_ erasure: ErasureFact, facts: [[UInt8]]) {
        self.erasure = erasure
        self.facts = facts.map { Hexadecimal.string($0) }
    }

    /// Nil if it does not read.
    init?(json: String) {
        guard let noted = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
        self = noted
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

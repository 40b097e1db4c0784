import FoundationEssentials
import HearthModel
import HearthRules
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
    ///
    /// - Parameter date: What the erasing device dated the erasure, which names it.
    static func noteErasure(
        of user: UserID,
        dated date: HybridTime,
        until end: HybridTime,
        in transaction: StoreTransaction
    ) throws {
        let name = try erasedName(user, by: ErasureMarks.make(in: transaction))
        try DeviceRegisters.set("\(name) \(date.rawValue)", to: end, fact: [], in: transaction.connection)
    }

    /// Until when an erasure of a user goes; nil if it is not known here.
    static func end(
        ofErasure date: HybridTime,
        of user: UserID,
        in connection: Connection
    ) throws -> HybridTime? {
        guard let marks = try ErasureMarks.read(connection) else { return nil }
        return try DeviceRegisters.find("\(erasedName(user, by: marks)) \(date.rawValue)", in: connection)?.time
    }

    /// Whether a user was erased at a time or later.
    static func userWasErased(_ user: UserID, since time: HybridTime, in connection: Connection) throws -> Bool {
        try erasure(of: user, in: connection).map { $0 >= time } ?? false
    }

    /// Until when a user is erased; nil if it never was.
    static func erasure(of user: UserID, in connection: Connection) throws -> HybridTime? {
        guard let marks = try ErasureMarks.read(connection) else { return nil }
        // Earlier releases noted the latest erasure alone, without its date. '!' comes next after the blank in front of one.
        return try connection.first(
            "SELECT max(time) FROM device_registers WHERE name >= ?1 AND name < ?1 || '!'",
            erasedName(user, by: marks),
            as: { $0.optionalInt64(0).map(HybridTime.init(rawValue:)) }
        ) ?? nil
    }

    /// Tells the other devices how far the erasures of a user go that were dated far ahead. The file knows whose they are only
    /// now that the user comes back.
    static func nameShortenedErasures(of user: UserID, in connection: Connection) throws {
        guard let marks = try ErasureMarks.read(connection) else { return }
        for erasure in try erasures(named: erasedName(user, by: marks) + " ", in: connection)
        where erasure.end < erasure.date {
            try note(ErasureFact(user: user, dated: erasure.date, until: erasure.end), in: connection)
        }
    }

    /// Lets erasures of users end now that this device dated far ahead while its clock was wrong, and tells the others.
    ///
    /// - Returns: The latest end of all erasures.
    static func shortenErasures(
        to end: HybridTime,
        at now: Timestamp,
        in transaction: StoreTransaction
    ) throws -> HybridTime {
        let connection = transaction.connection
        for erasure in try erasures(named: "erased ", in: connection)
        where ClockBound.isTooFarAhead(erasure.end, of: now) {
            try DeviceRegisters.set(erasure.name, to: end, fact: [], in: connection)
        }
        for noted in try DeviceOutbox.erasures(in: connection) {
            guard noted.erasure.id == nil, let date = noted.erasure.time.time, ClockBound.isTooFarAhead(date, of: now)
            else { continue }
            let named = noted.erasure.insteadOf?.time ?? date
            try note(ErasureFact(user: noted.erasure.user, dated: named, until: end), in: connection)
        }
        return try erasures(named: "erased ", in: connection).map(\.end).max() ?? .zero
    }

    private static func note(_ erasure: ErasureFact, in connection: Connection) throws {
        try DeviceOutbox.note(erasure: try NotedErasure(erasure, facts: []).json(), in: connection)
    }

    /// Erasures of users: until when they go, and what they were dated, which stands behind the name.
    private static func erasures(
        named start: String,
        in connection: Connection
    ) throws -> [(name: String, date: HybridTime, end: HybridTime)] {
        try connection.rows(
            "SELECT name, time FROM device_registers WHERE name >= ?1 AND name < ?1 || '~'",
            start,
            as: { row in
                let (name, end) = (row.string(0), HybridTime(rawValue: row.int64(1)))
                let date = name.split(separator: " ").dropFirst(2).last.flatMap { Int64($0) }
                return (name, date.map(HybridTime.init(rawValue:)) ?? end, end)
            }
        )
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

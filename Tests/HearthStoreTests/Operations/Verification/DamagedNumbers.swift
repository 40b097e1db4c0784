import TestSupport
import Testing

@testable import HearthModel
@testable import HearthSQLite
@testable import HearthStore

/// Whatever number stands in the file, every call answers or throws: none stops the process.
///
/// A trap ends the whole run of tests; the last line that it prints names the number.
@Suite(.timeLimit(.minutes(60))) struct DamagedNumbers {
    private let damageable: DamageableStore

    init() async throws {
        damageable = try await DamageableStore()
    }

    private struct Column {
        var table: String
        var name: String
        var isReal: Bool
    }

    /// Columns whose numbers the engine adds to, subtracts from, or multiplies.
    private static let countedOn: Set = [
        "leases.since", "leases.deadline", "store.sequence", "store.next_row", "store.clock", "memories.head_number",
        "documents.created_at", "documents.block_slot", "models.dimension", "vector_block_states.used",
        "agents.retention", "accesses.count", "accesses.last_at", "notifications.count", "notifications.created_at",
        "ages.since", "upkeep_lease.deadline", "agents.working_memory_limit", "documents.length", "counters.value",
        "memories.arrived_at", "versions.published_at", "versions.is_deleted", "audit_head.count",
        "audit_head.pruned_count",
    ]

    private func columns() throws -> [Column] {
        let file = try Connection(opening: damageable.original, flags: Connection.readWriteCreate)
        return try file.rowsDynamic(
            """
            SELECT t.name, c.name, c.type = 'REAL' FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND c.type IN ('INTEGER', 'REAL')
                AND c.hidden = 0
            ORDER BY 1, 2
            """,
            as: { Column(table: $0.string(0), name: $0.string(1), isReal: $0.bool(2)) }
        )
    }

    @Test func `no number of the file stops the process`() async throws {
        var generator = SeededGenerator()
        let columns = try columns()
        #expect(columns.count > 80)
        for column in columns {
            let bit = Int.random(in: 0..<64, using: &generator)
            let values =
                column.isReal
                ? ["9e999", "-9e999", "1e300"]
                : ["-9223372036854775808", "9223372036854775807", Self.flipping(bit, of: column.name)]
            // Every value of those that are counted on from, and one of each other.
            let chosen = Int.random(in: values.indices, using: &generator)
            let isCountedOn = Self.countedOn.contains("\(column.table).\(column.name)")
            for value in isCountedOn ? values : [values[chosen]] {
                let path = damageable.directory.file("damaged.db")
                try DamageableStore.copy(damageable.original, to: path)
                guard try damage(path, column, value) else { continue }
                print("DamagedNumbers: \(column.table).\(column.name) = \(value)")
                await damageable.useEverything(path)
            }
        }
    }

    /// A column's value with one bit changed, as SQL, which knows no exclusive or.
    private static func flipping(_ bit: Int, of column: String) -> String {
        let mask = Int64(bitPattern: 1 << UInt64(bit))
        return "(\(column) | \(mask)) - (\(column) & \(mask))"
    }

    /// Puts a number into every row of a table; false if a key or an index does not let it.
    private func damage(_ path: String, _ column: Column, _ value: String) throws -> Bool {
        let file = try Connection(opening: path, flags: Connection.readWriteCreate)
        try file.execute("PRAGMA ignore_check_constraints = ON")
        do {
            try file.execute("UPDATE OR REPLACE \(column.table) SET \(column.name) = \(value)")
            return true
        } catch is SQLiteError {
            return false
        }
    }

    @Test func `a limit below zero deletes no working memory`() async throws {
        let path = damageable.directory.file("damaged.db")
        try DamageableStore.copy(damageable.original, to: path)
        let column = Column(table: "agents", name: "working_memory_limit", isReal: false)
        #expect(try damage(path, column, "-9223372036854775808"))
        let shared = try await SharedStore(.file(path))
        for isDryRun in [true, false] {
            await expect(.storeCorrupt) { try await shared.store.maintain(MaintenanceRequest(isDryRun: isDryRun)) }
        }
        let left = try await shared.store.browse(
            as: "alden",
            userID: shared.user,
            filter: SearchFilter(types: [.working])
        )
        #expect(left.memories.count == 1)
        try await shared.store.close()
    }

    @Test(arguments: [Int.min, -1, 0, 1, .max], [Int.min, -1, 0, 1, .max])
    func `a product that can't be counted is the number nearest to it`(left: Int, right: Int) {
        let (product, overflows) = left.multipliedReportingOverflow(by: right)
        let nearest = Double(left) * Double(right) < 0 ? Int.min : .max
        #expect(left.saturatingMultiplying(by: right) == (overflows ? nearest : product))
    }

    @Test(arguments: [Duration.nanoseconds(6), .seconds(1), .seconds(Int64.max)])
    func `a moment later than can be counted is the last one that can`(step: Duration) {
        let late = BootInstant(bootID: "boot", nanoseconds: .max - 5)
        #expect(late.advanced(by: step) == BootInstant(bootID: "boot", nanoseconds: .max))
        #expect(late.advanced(by: .nanoseconds(5)).nanoseconds == .max)
        #expect(late.advanced(by: .nanoseconds(4)).nanoseconds == .max - 1)
    }
}

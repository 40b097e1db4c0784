import Crypto
import HearthModel
import HearthSQLite
import HearthText

/// How the file is laid out and told from others.
enum StoreSchema {
    /// "Hrth": what `PRAGMA application_id` says of our files.
    static let applicationID: Int32 = 0x4872_7468

    static func databaseOptions(_ options: StoreOptions) -> DatabaseOptions {
        var result = DatabaseOptions(
            applicationID: applicationID,
            migrations: [
                Migration("memories") { connection in
                    try connection.execute(SchemaV1.statements)
                    try seed(connection, options: options)
                },
                Migration("catalog images") { connection in try connection.execute(SchemaV2.statements) },
            ]
        )
        result.durability = options.durability == .full ? .full : .normal
        result.isReadOnly = options.isReadOnly
        result.busyTimeout = options.busyTimeout
        result.maximumPageCount = options.maximumPageCount
        return result
    }

    /// Puts into a new file what every file holds.
    private static func seed(_ connection: Connection, options: StoreOptions) throws {
        let now = options.clock.now()
        try connection.run(
            """
            INSERT INTO store (id, node, created_at, sequence, next_row, clock, policy_changed, roster_reset, analyser)
            VALUES (1, ?1, ?2, 1, 1, 0, 1, 1, ?3)
            """,
            IdentifierGenerator.hexadecimalUUID(at: now),
            now.rawValue,
            TextAnalyzer.version
        )
        try connection.run("INSERT INTO audit_head (id, count, hash) VALUES (1, 0, ?1)", AuditTrail.genesis)
        try AgentTable.write(.system, to: connection)
        for profile in options.agents where profile.id != AgentProfile.system.id {
            try AgentTable.write(profile, to: connection)
        }
        try AgentTable.write(options.sharing, to: connection)
    }
}

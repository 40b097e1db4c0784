import HearthModel
import HearthSQLite
import HearthText

/// How the file is laid out, and how it is told apart from other files.
enum StoreSchema {
    /// "Hrth": what `PRAGMA application_id` says of our files.
    static let applicationID: Int32 = 0x4872_7468

    /// The steps from an empty file to the present schema. Steps are appended and never edited.
    static func migrations(_ options: StoreOptions) -> [Migration] {
        [
            Migration("memories") { connection in
                try connection.execute(SchemaV1.statements)
                try seed(connection, options: options)
            },
            Migration("compact memories", apply: SchemaV2.migrate),
            Migration("smaller rows", apply: SchemaV3.migrate),
            Migration("audit", apply: SchemaV4.migrate),
            Migration("sealing") { connection in try connection.execute(SchemaV5.statements) },
            Migration("provenance") { try $0.execute(SchemaV6.statements) },
            Migration("erasure") { connection in try connection.execute(SchemaV7.statements) },
            Migration("counts of reads") { connection in try connection.execute(SchemaV8.statements) },
            Migration("background work") { connection in try connection.execute(SchemaV9.statements) },
            Migration("upkeep") { connection in try connection.execute(SchemaV10.statements) },
            Migration("unanswered searches") { connection in try connection.execute(SchemaV11.statements) },
            Migration("exchange between devices") { connection in try connection.execute(SchemaV12.statements) },
            Migration("whole texts that are equal", apply: SchemaV13.migrate),
        ]
    }

    /// Writes the rows that every new file begins with.
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

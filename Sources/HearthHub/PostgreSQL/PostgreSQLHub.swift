internal import HearthModel

/// A hub in PostgreSQL, over libpq.
///
/// It has two connections, each with a thread of its own: one for work, one that waits for news. Both are made when they
/// are first needed, and made anew when they break. TLS is as the connection string says (`sslmode`, `sslrootcert` and so
/// on), which is libpq's business.
package struct PostgreSQLHub: Hub {
    /// Times that are not to be exceeded.
    package struct Limits: Sendable {
        /// For one answer of the server.
        package var answer = Duration.seconds(60)
        /// Between two looks of one that waits for news, in case no notification comes: a pooler between may drop them.
        package var poll = Duration.seconds(30)

        package init() {}
    }

    /// How many bytes of ciphertext one page has at most, unless one row alone has more.
    private let page = HubPortion(most: 16 << 20)

    let settings: ConnectionSettings
    private let limits: Limits
    let work: PostgreSQLSession
    let news: PostgreSQLSession

    /// Takes a connection string of libpq; connects when something is asked.
    ///
    /// - Throws: `.invalidArgument` if the string can't be read; `.hubUnavailable` without libpq.
    package init(_ settings: ConnectionSettings, limits: Limits = Limits()) throws {
        let library = try LibPQ.shared.get()
        self.settings = settings
        self.limits = limits
        work = PostgreSQLSession(library: library, settings: settings, limit: limits.answer)
        news = PostgreSQLSession(library: library, settings: settings, limit: limits.answer)
    }

    /// The hub for messages: host and database.
    package var name: String { settings.name }

    package func publish(
        _ rows: [HubEntry],
        erasing erased: [[UInt8]],
        in space: SpaceID,
        knowing membership: Int64?
    ) async throws -> PublishedRows {
        let parameters: [PostgreSQLValue] = [
            .bytes(space.bytes), .listOfBytes(rows.map(\.id)), .listOfIntegers(rows.map(\.kind.rawValue)),
            .listOfBytes(rows.map(\.ciphertext)), .listOfBytes(erased),
        ]
        return try await work.run { [limits] link in
            try Self.requireKnownSchema(link, limits)
            guard let membership else { return try Self.publish(parameters, link, limits) }
            try link.runScript("BEGIN", within: limits.answer)
            do {
                let published = try Self.publish(parameters, link, limits)
                // Nobody else publishes between this look and the commit, for the space's row is held.
                let later = try link.run(
                    "SELECT count(*) FROM hearth.rows WHERE space = $1 AND seq > $2 AND kind = 3",
                    [.bytes(space.bytes), .integer(membership)],
                    within: limits.answer
                )
                guard try later.integer(0, 0) == 0 else { throw MembershipMoved() }
                try link.runScript("COMMIT", within: limits.answer)
                return published
            } catch is MembershipMoved {
                try link.runScript("ROLLBACK", within: limits.answer)
                throw MembershipMoved()
            } catch {
                link.drop()
                throw error
            }
        }
    }

    private static func publish(
        _ parameters: [PostgreSQLValue],
        _ link: PostgreSQLLink,
        _ limits: Limits
    ) throws -> PublishedRows {
        let result = try link.run(
            "SELECT added, last FROM hearth.publish($1, $2, $3, $4, $5)",
            parameters,
            within: limits.answer
        )
        return PublishedRows(added: Int(try result.integer(0, 0)), end: try result.integer(0, 1))
    }

    package func rows(of ids: [[UInt8]], in space: SpaceID) async throws -> [HubRow] {
        try await work.run { [limits] link in
            try Self.requireKnownSchema(link, limits)
            let result = try link.run(
                "SELECT seq, id, kind, ciphertext FROM hearth.rows WHERE space = $1 AND id = ANY ($2) ORDER BY seq",
                [.bytes(space.bytes), .listOfBytes(ids)],
                within: limits.answer
            )
            return try Self.rows(of: result)
        }
    }

    package func fetch(in space: SpaceID, after cursor: Int64, limit: Int, kind: HubRow.Kind?) async throws -> HubPage {
        try await page.measure { bytes in
            try await fetch(in: space, after: cursor, limit: limit, kind: kind, bytes: bytes)
        }
    }

    private func fetch(
        in space: SpaceID,
        after cursor: Int64,
        limit: Int,
        kind: HubRow.Kind?,
        bytes: Int
    ) async throws -> HubPage {
        try await work.run { [limits] link in
            // The end first: a row that comes in between is then behind it, and nothing is missed.
            let end = try Self.end(of: space, link, limits)
            let range: [PostgreSQLValue] = [
                .bytes(space.bytes), .integer(cursor), .integer(Int64(limit)), .integer(Int64(bytes)),
            ]
            let result =
                if let kind {
                    try link.run(Self.rowsOfKind, range + [.integer(Int64(kind.rawValue))], within: limits.answer)
                } else {
                    try link.run(Self.rows, range, within: limits.answer)
                }
            return HubPage(rows: try Self.rows(of: result), end: end)
        }
    }

    private static func rows(of result: PostgreSQLRows) throws -> [HubRow] {
        try result.rows.indices.map { row in
            HubRow(
                seq: try result.integer(row, 0),
                id: try result.bytes(row, 1),
                kind: HubRow.Kind(rawValue: Int32(truncatingIfNeeded: try result.integer(row, 2))),
                ciphertext: try result.bytes(row, 3)
            )
        }
    }

    /// At least one row, and no more than fit into a page. Of a row that is longer than rows may be there is only the first byte, so that it
    /// is refused as it is.
    private static let rows: StaticString = """
        SELECT seq, id, kind,
            CASE WHEN length(ciphertext) > 67108864 THEN substring(ciphertext FOR 1) ELSE ciphertext END
        FROM (
            SELECT p.*, row_number() OVER (ORDER BY seq) AS place,
                sum(least(length(ciphertext), 67108864)) OVER (ORDER BY seq) AS bytes
            FROM (
                SELECT seq, id, kind, ciphertext FROM hearth.rows WHERE space = $1 AND seq > $2 ORDER BY seq LIMIT $3
            ) p
        ) q
        WHERE place = 1 OR bytes <= $4 ORDER BY seq
        """
    private static let rowsOfKind: StaticString = """
        SELECT seq, id, kind,
            CASE WHEN length(ciphertext) > 67108864 THEN substring(ciphertext FOR 1) ELSE ciphertext END
        FROM (
            SELECT p.*, row_number() OVER (ORDER BY seq) AS place,
                sum(least(length(ciphertext), 67108864)) OVER (ORDER BY seq) AS bytes
            FROM (
                SELECT seq, id, kind, ciphertext FROM hearth.rows
                WHERE space = $1 AND seq > $2 AND kind = $5 ORDER BY seq LIMIT $3
            ) p
        ) q
        WHERE place = 1 OR bytes <= $4 ORDER BY seq
        """

    package func end(of space: SpaceID) async throws -> Int64 {
        try await work.run { [limits] link in try Self.end(of: space, link, limits) }
    }

    /// A hub that a newer build has brought to a schema of its own may mean something else by the same words.
    private static func requireKnownSchema(_ link: PostgreSQLLink, _ limits: Limits) throws {
        _ = try link.connected(within: limits.answer)
        guard !link.knowsSchema else { return }
        let result = try link.run(
            "SELECT coalesce(max(version), 0) FROM hearth.migrations",
            within: limits.answer
        )
        let version = Int(try result.integer(0, 0))
        guard version <= HubSchema.migrations.count else { throw HubSchema.tooNew(version, at: link.settings.name) }
        link.knowsSchema = true
    }

    private static func end(of space: SpaceID, _ link: PostgreSQLLink, _ limits: Limits) throws -> Int64 {
        try requireKnownSchema(link, limits)
        let result = try link.run(
            "SELECT next - 1 FROM hearth.spaces WHERE space = $1",
            [.bytes(space.bytes)],
            within: limits.answer
        )
        guard !result.rows.isEmpty else {
            throw MemoryError(
                code: .accessDenied,
                message:
                    "The hub at \(link.settings.name) has not this space, or this role may not see it. Was its device removed, or the hub made anew?"
            )
        }
        return try result.integer(0, 0)
    }

    package func fingerprints(in space: SpaceID, of ranges: [ClosedRange<Int64>]) async throws -> [HubFingerprint] {
        try await work.run { [limits] link in
            let result = try link.run(
                """
                SELECT count(r.seq), sha256(coalesce(string_agg(int8send(r.seq) || r.id || int4send(r.kind), '' ORDER BY r.seq), ''))
                FROM unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS a(first, last, place)
                LEFT JOIN hearth.rows r ON r.space = $1 AND r.seq BETWEEN a.first AND a.last
                GROUP BY a.place ORDER BY a.place
                """,
                [
                    .bytes(space.bytes), .listOfLongs(ranges.map(\.lowerBound)), .listOfLongs(ranges.map(\.upperBound)),
                ],
                within: limits.answer
            )
            return try result.rows.indices.map { row in
                HubFingerprint(count: try result.integer(row, 0), digest: try result.bytes(row, 1))
            }
        }
    }

    package func waitForNews(in space: SpaceID, after cursor: Int64, timeout: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + min(timeout, .seconds(31_536_000))
        return try await news.run { [limits] link in
            let channel = "hearth_\(space)"
            while true {
                _ = try link.connected(within: limits.answer)
                if !link.channels.contains(channel) {
                    try link.run(text: "LISTEN \(channel)", within: limits.answer)
                    link.channels.insert(channel)
                }
                // Listens first and looks then, so that nothing falls in between.
                if try Self.end(of: space, link, limits) > cursor { return true }
                let now = ContinuousClock.now
                guard now < deadline else { return false }
                _ = try link.waitForNotification(until: min(deadline, now + limits.poll))
            }
        }
    }

    package func close() async {
        work.close()
        news.close()
    }
}

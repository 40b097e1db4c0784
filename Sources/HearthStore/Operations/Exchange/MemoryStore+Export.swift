import Crypto
import FoundationEssentials
package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Writes out everything of one state of the store as lines of JSON, while others read and write.
    ///
    /// Memory use is bounded by the largest memory with its history. The audit gets a row before the first line.
    ///
    /// - Parameters:
    ///   - userID: Whose memories; nil: everybody's, with the marks of what was erased.
    ///   - includesSensitive: Whether sensitive memories are written, in plain; if not they are counted.
    ///   - sink: Gets each line with its line break, on a thread of its own. What it throws ends the export.
    /// - Throws: `.keyUnavailable` if sensitive memories are asked for and there is no key; `.invalidArgument` if the file
    ///   has no such user; `.storeReadOnly` for a store that was opened read-only.
    package func export(
        userID: UserID? = nil,
        includesSensitive: Bool = false,
        to sink: @escaping @Sendable ([UInt8]) throws -> Void
    ) async throws -> ExportReport {
        try requireWritable()
        let userID = try userID?.validated()
        if let userID, try read({ try UserTable.find(userID, in: $0.connection) }) == nil {
            throw MemoryError.invalidArgument("There is no user \(userID).")
        }
        try await flushReadCounts()
        let identities = includesSensitive ? try await identityKeys(of: userID) : [:]
        let sensitive = includesSensitive ? "included" : "left out"
        try await audit(.export, user: userID, detail: ["format": ExportHeader.name, "sensitive": sensitive])
        return try await readUntilCancelled { snapshot in
            let user = try userID.flatMap { try UserTable.find($0, in: snapshot.connection) }
            let reader = ExportReader(snapshot: snapshot, user: user)
            var writer = ExportWriter(sink: sink)
            do {
                try writer.write(.header(ExportHeader(onlyUser: userID, hasSensitive: includesSensitive)))
                try writer.writeWhole(reader, identities: identities)
                return try writer.finish()
            } catch is KeysNeeded {
                // What was written can't be taken back, so the read must not begin anew.
                throw MemoryError(
                    code: .keyUnavailable,
                    message: "The keys were replaced while memories were written out. Run the export again."
                )
            }
        }
    }

    /// Writes the export to a new file, which comes to its place whole or not at all; durable on return.
    ///
    /// - Throws: As ``export(userID:includesSensitive:to:)``, and `.invalidArgument` if there is something at the path.
    package func export(userID: UserID?, includesSensitive: Bool, toFile path: String) async throws -> ExportReport {
        let file = try MemoryError.mapping { try NewFile(at: StoreLocation.expandingHome(in: path)) }
        do {
            let output = try MemoryError.mapping { try BufferedOutput(file) }
            let report = try await export(userID: userID, includesSensitive: includesSensitive) { try output.write($0) }
            try MemoryError.mapping {
                try output.finish()
                try file.place()
            }
            return report
        } catch {
            file.abandon()
            throw error
        }
    }

    /// The identity keys of users who have sensitive memories, unwrapped; their keys are in memory afterwards.
    private func identityKeys(of userID: UserID?) async throws -> [Int64: String] {
        let users = try read { snapshot in
            try snapshot.connection.rows(
                """
                SELECT DISTINCT k.user_key FROM data_keys AS k JOIN users AS u ON u.user_key = k.user_key
                WHERE (?1 IS NULL OR u.user_id = ?1)
                    AND EXISTS (SELECT 1 FROM memories AS m WHERE m.user_key = k.user_key AND m.is_sensitive)
                """,
                userID?.rawValue,
                as: { $0.int64(0) }
            )
        }
        guard !users.isEmpty else { return [:] }
        guard let provider = keyring.provider else { throw MemoryError.noKeyToRead() }
        var identities: [Int64: String] = [:]
        for user in users {
            _ = try await withKeys { try read { try $0.keys(ofUser: user) } }
            let (rows, node) = try read { snapshot in
                (try KeyTable.rows(ofUser: user, in: snapshot.connection), snapshot.state.node)
            }
            guard let row = rows.first(where: { $0.number == UserKeys.identityNumber }) else { continue }
            let wrapping = try await provider.checkedKey(for: row.providerKey).key
            let key = try row.unwrapped(by: wrapping, node: node)
            identities[user] = key.withUnsafeBytes { Hexadecimal.string([UInt8]($0)) }
        }
        return identities
    }
}

/// Writes the lines of an export, and counts and hashes them.
private struct ExportWriter {
    let sink: ([UInt8]) throws -> Void
    private let encoder: JSONEncoder
    private var hash = SHA256()
    private var report = ExportReport()

    init(sink: @escaping ([UInt8]) throws -> Void) {
        self.sink = sink
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    mutating func write(_ line: ExportLine) throws {
        var bytes = [UInt8](try encoder.encode(line))
        bytes.append(UInt8(ascii: "\n"))
        hash.update(data: bytes)
        if case .version = line { report.versions += 1 }
        try sink(bytes)
    }

    mutating func writeWhole(_ reader: ExportReader, identities: [Int64: String]) throws {
        for agent in try reader.agents() { try write(.agent(agent)) }
        try write(.policy(ExportedPolicy(sharing: reader.snapshot.directory.rules.policy)))
        if reader.user == nil { try writeErasures(reader.snapshot.connection) }
        try reader.forEachUser { key, user in
            var user = user
            user.identityKey = identities[key]
            try write(.user(user))
        }
        try reader.forEachSession { try write(.session($0)) }
        try reader.forEachTombstone { try write(.tombstone($0)) }
        try reader.forEachMemory { keys, memory in
            guard !memory.isSensitive || identities[keys.user] != nil else {
                report.sensitiveLeftOut += 1
                return
            }
            let (memory, lines) = try reader.lines(of: keys, memory)
            report.memories += 1
            try write(.memory(memory))
            for line in lines { try write(line) }
        }
    }

    private mutating func writeErasures(_ connection: Connection) throws {
        let secret = try connection.first("SELECT erasure_secret FROM store WHERE id = 1", as: { $0.optionalBytes(0) })
        guard let secret = secret.flatMap(\.self) else { return }
        try write(.erasures(ExportedErasures(secret: Hexadecimal.string(secret))))
        try connection.forEach("SELECT mark FROM erasure_marks ORDER BY mark") { row in
            try write(.erased(ExportedMark(mark: Hexadecimal.string(row.bytes(0)))))
        }
    }

    mutating func finish() throws -> ExportReport {
        let end = ExportEnd(
            memories: report.memories,
            versions: report.versions,
            sensitiveLeftOut: report.sensitiveLeftOut,
            sha256: Hexadecimal.string(Array(hash.finalize()))
        )
        try write(.end(end))
        return report
    }
}

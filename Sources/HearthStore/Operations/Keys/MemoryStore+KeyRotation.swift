import Crypto
package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// How many memories one transaction seals anew.
    private static let batch = 64

    /// Replaces the keys of every user's sensitive memories, while others read and write; durable on return.
    ///
    /// First the data keys of all users are wrapped by the provider's current key. Then each user gets a new data key, and
    /// payloads, vectors, words and tags are sealed with it, batch by batch. Meanwhile both keys are in use. An old key is
    /// removed once nothing is sealed with it. A rotation that was stopped or killed leaves everything readable, and the
    /// next one goes on where it ended: it makes no new key for a user who has two. Several processes may rotate at once.
    /// Ids of versions and checksums stay, and the identity key that they are made with.
    ///
    /// What does not open is left as it is, with the old key of its user, and is named in the report; everything else goes
    /// on. A vector that does not open is made anew.
    ///
    /// - Throws: `.keyUnavailable` if the provider does not give its current key; and, when all other users are done, if it
    ///   lacks one that wraps a key.
    package func rotateKeys() async throws -> KeyRotationReport {
        guard let provider = keyring.provider else { throw MemoryError.noKeyToRotate() }
        let wrapping = try await provider.checkedKey(for: nil)
        let users = try read { snapshot in
            try snapshot.connection.rows(
                "SELECT DISTINCT user_key FROM data_keys ORDER BY user_key",
                as: { $0.int64(0) }
            )
        }
        var report = KeyRotationReport(users: users.count)
        var unavailable: MemoryError?
        var reachable: [Int64] = []
        for user in users {
            do {
                report.keysRewrapped += try await rewrapKeys(ofUser: user, by: wrapping, from: provider)
                reachable.append(user)
            } catch let error as MemoryError where error.isDamage {
                report.findings.append(VerificationReport.Finding(component: "key", message: error.message))
            } catch let error as MemoryError where error.code == .keyUnavailable {
                unavailable = unavailable ?? error
            }
        }
        var removedVectors = 0
        for user in reachable {
            do {
                try await makeDataKey(ofUser: user, by: wrapping)
                removedVectors += try await resealMemories(ofUser: user, into: &report)
            } catch let error as MemoryError where error.isDamage {
                report.findings.append(VerificationReport.Finding(component: "key", message: error.message))
            }
        }
        if !users.isEmpty {
            try await writePublishing { context in
                try context.leaveTraces()
                let detail = ["users": "\(users.count)"]
                try KeyTable.audit("rotate", detail, ofUser: nil, at: context.now, in: context.transaction)
            }
        }
        let rest = try erasureStatus()
        report.isComplete = rest.isComplete && report.findings.isEmpty
        report.problem = rest.problem
        if removedVectors > 0 { await remakeRemovedVectors() }
        if let unavailable { throw unavailable }
        return report
    }

    /// Wraps a user's keys by the provider's current key.
    private func rewrapKeys(
        ofUser user: Int64,
        by wrapping: (identifier: String, key: SymmetricKey),
        from provider: any KeyProvider
    ) async throws -> Int {
        let (rows, node) = try read { snapshot in
            (try KeyTable.rows(ofUser: user, in: snapshot.connection), snapshot.state.node)
        }
        var rewrapped: [(old: KeyTable.Row, new: KeyTable.Row)] = []
        for row in rows where row.providerKey != wrapping.identifier {
            let old = try await provider.checkedKey(for: row.providerKey).key
            let new = try KeyTable.Row(
                row.unwrapped(by: old, node: node),
                number: row.number,
                user: user,
                userID: row.userID,
                node: node,
                by: wrapping
            )
            rewrapped.append((row, new))
        }
        guard !rewrapped.isEmpty else { return 0 }
        let now = clock.now()
        return try await writeOnce { [rewrapped] transaction in
            let present = try KeyTable.rows(ofUser: user, in: transaction.connection).map(\.wrapped)
            // Another process may have wrapped or dropped a key meanwhile.
            let left = rewrapped.filter { present.contains($0.old.wrapped) }
            guard !left.isEmpty else { return 0 }
            for (_, new) in left { try KeyTable.write(new, at: now, in: transaction) }
            try KeyTable.audit("rewrap", ["keys": "\(left.count)"], ofUser: user, at: now, in: transaction)
            return left.count
        }
    }

    /// Makes the next data key of a user, unless a rotation is under way.
    private func makeDataKey(ofUser user: Int64, by wrapping: (identifier: String, key: SymmetricKey)) async throws {
        let now = clock.now()
        try await writeOnce { transaction in
            let rows = try KeyTable.rows(ofUser: user, in: transaction.connection)
            guard rows.count == 2, let newest = rows.last else { return }
            // The number of a key that was lost is not given again.
            let used = try KeyTable.inUse(ofUser: user, in: transaction.connection).map(\.number).max() ?? 0
            let (number, isTooGreat) = max(newest.number, used).addingReportingOverflow(1)
            guard !isTooGreat else {
                throw MemoryError.corrupt(
                    "Something of user number \(user) says that it is sealed with a key that can't be."
                )
            }
            let row = try KeyTable.Row(
                SymmetricKey(size: .bits256),
                number: number,
                user: user,
                userID: newest.userID,
                node: transaction.state.node,
                by: wrapping
            )
            try KeyTable.write(row, at: now, in: transaction)
            try transaction.connection.run(
                "UPDATE data_keys SET retired_at = ?2 WHERE user_key = ?1 AND number > 0 AND number < ?3",
                user,
                now.rawValue,
                Int64(row.number)
            )
            try KeyTable.noteChange(in: transaction)
            try KeyTable.audit("renew", ["number": "\(row.number)"], ofUser: user, at: now, in: transaction)
        }
    }

    /// Seals a user's memories with the newest data key until nothing needs an older one, and removes those.
    ///
    /// It ends also where old keys stay in use by what can't be sealed anew: when two passes one after the other had nothing
    /// to seal. A store that was prepared with the old key may come in behind one of them.
    ///
    /// - Returns: How many vectors did not open and were removed.
    private func resealMemories(ofUser user: Int64, into report: inout KeyRotationReport) async throws -> Int {
        var removedVectors = 0
        var findings: [VerificationReport.Finding] = []
        var idlePasses = 0
        while idlePasses < 2 {
            var (last, resealed) = (Int64?.some(0), 0)
            findings = []
            while let start = last {
                let step = try await writePublishing { context in
                    try context.reseal(user: user, after: start, atMost: Self.batch)
                }
                resealed += step.resealed
                findings += step.findings
                removedVectors += step.removedVectors
                last = step.last
            }
            report.memoriesResealed += resealed
            if try await retireKeys(ofUser: user) { break }
            idlePasses = resealed == 0 ? idlePasses + 1 : 0
        }
        if idlePasses > 0 {
            findings += try read { try KeyTable.memoriesBehind(ofUser: user, in: $0.connection) }
                .map { id in
                    VerificationReport.Finding(
                        component: "memory",
                        message: "A part of memory \(id) stays sealed with an old key, which is kept for it."
                    )
                }
        }
        report.findings += findings
        return removedVectors
    }

    /// Removes the data keys of a user that nothing needs any more.
    ///
    /// - Returns: Whether none is left but the newest.
    private func retireKeys(ofUser user: Int64) async throws -> Bool {
        try await writePublishing { context in
            let transaction = context.transaction
            try SealedVectorTable.removeOrphans(ofUser: user, in: transaction)
            let numbers = try KeyTable.rows(ofUser: user, in: transaction.connection).map(\.number)
            guard try KeyTable.removeOld(ofUser: user, in: transaction) else { return false }
            let old = numbers.dropLast().filter { $0 != UserKeys.identityNumber }
            guard !old.isEmpty else { return true }
            try context.leaveTraces()
            let detail = ["numbers": old.map { "\($0)" }.joined(separator: " ")]
            try KeyTable.audit("retire", detail, ofUser: user, at: context.now, in: transaction)
            return true
        }
    }

    /// Makes the vectors that did not open and were removed.
    private func remakeRemovedVectors() async {
        guard embedder != nil else { return }
        do {
            _ = try await rebuildEmbeddings()
        } catch {
            log.note(error, "Vectors that did not open were removed, and are not made anew yet.")
        }
    }
}

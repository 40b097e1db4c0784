import HearthModel
import HearthRules
import HearthSQLite

/// Checks every version against its id, and every published head against the versions.
enum MemoryVerification {
    static func check(_ snapshot: Snapshot, _ providerKeys: KeyCheck, into report: inout VerificationReport) throws {
        let keys = try snapshot.connection.rows(
            "SELECT memory_key, identifier, text_key FROM memories WHERE state != 'folded' ORDER BY memory_key",
            as: { ($0.int64(0), $0.memoryID(1), $0.optionalInt64(2)) }
        )
        for (key, id, textKey) in keys {
            report.memories += 1
            do {
                guard let record = try MemoryRecord.find(key: key, includingDeleted: true, in: snapshot) else {
                    report.add("memory", "Memory \(id) has lost its user, its head or its document.")
                    continue
                }
                try check(record, in: snapshot, into: &report)
                if !EqualTexts.leads(textKey, to: record.fields, sealedBy: record.seal?.keys) {
                    report.add("memory", "Memory \(id) is not looked up by its text.")
                }
            } catch let need as KeysNeeded {
                if try providerKeys.isLost(need, in: snapshot) {
                    report.add("memory", "Memory \(id) can't be opened: the key that it is sealed with is lost.")
                } else {
                    report.addSealed(id)
                }
            } catch let error as MemoryError where error.isDamage {
                report.add("memory", error.message)
            }
        }
    }

    /// Reading a version checks it against its id. What is left to check is how the versions are linked.
    private static func check(
        _ record: MemoryRecord,
        in snapshot: Snapshot,
        into report: inout VerificationReport
    ) throws {
        let versions = try VersionReader(of: record, in: snapshot).all()
        report.versions += versions.count
        let graph = VersionGraph(versions.map(\.version))
        let known = Set(versions.map(\.version.id))
        for version in versions where !known.isSuperset(of: version.version.parents) {
            report.add(
                "version",
                "Version \(version.version.id) of memory \(record.id) has a parent that is not there."
            )
        }
        let heads = Set(graph.heads)
        if heads != Set(versions.lazy.filter(\.isHead).map(\.version.id)) {
            report.add("version", "The heads of memory \(record.id) are not its versions without children.")
        }
        if !heads.contains(record.head) {
            report.add("memory", "The published head of memory \(record.id) is not one of its heads.")
        }
        let isWaiting = try ConflictTable.waiting(on: record, in: snapshot.connection) != nil
        if isWaiting != (heads.count > 1) {
            report.add(
                "conflict",
                "Memory \(record.id) has \(heads.count) heads and \(isWaiting ? "a" : "no") conflict that waits."
            )
        }
    }
}

/// Checks every draft against its digest.
enum DraftVerification {
    static func check(_ snapshot: Snapshot, into report: inout VerificationReport) throws {
        let owners = try snapshot.connection.rows(
            "SELECT memory_key, agent_key FROM drafts ORDER BY draft_key",
            as: { ($0.int64(0), $0.int64(1)) }
        )
        for (memory, agent) in owners {
            report.drafts += 1
            do {
                _ = try DraftTable.find(memory: memory, agent: agent, in: snapshot)
            } catch is KeysNeeded {
                // Its memory is named among those that could not be checked.
                continue
            } catch let error as MemoryError where error.isDamage {
                report.add("draft", error.message)
            }
        }
    }
}

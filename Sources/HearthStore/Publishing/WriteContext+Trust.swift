import HearthModel
import HearthRules
import HearthSQLite

extension WriteContext {
    /// An edit with the provenance that it has by the rules: what the host says of it holds with a critical agent. A text
    /// that equals one of another memory that the agent can see is no more trusted than that one.
    func trusting(_ change: FieldChange, of record: MemoryRecord, by agent: KnownAgent) throws -> FieldChange {
        var change = change
        let priority = agent.profile.priority
        if TrustRules.grants(change.provenance, priority: priority) {
            change.grantsTrust = true
        } else if let content = change.content {
            let seen = try snapshot.provenances(
                ofTextsEqualTo: content,
                user: record.userKey,
                seenBy: agent,
                besides: record.key,
                now: now
            )
            let provenance = TrustRules.written(as: change.provenance, seen: seen, priority: priority)
            if provenance != .standard { change.provenance = provenance }
        }
        return change
    }
}

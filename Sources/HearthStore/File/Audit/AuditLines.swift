import HearthModel

/// The audit as lines of JSON: a first one that says what the chain begins behind, one for each row, and a last one that
/// says where the chain ends. The article on the audit describes them.
enum AuditLines {
    static func beginning(behind pruned: AuditEnd) -> String {
        "{\"pruned_count\":\(pruned.count),\"pruned_hash\":\"\(Hexadecimal.string(pruned.hash))\"}\n"
    }

    static func ending(at end: AuditEnd) -> String {
        "{\"count\":\(end.count),\"hash\":\"\(Hexadecimal.string(end.hash))\"}\n"
    }

    /// A row. Its memories and its detail are text of their own, as the hash covers them.
    static func line(_ row: StoredAuditRow) -> String {
        var line = "{\"position\":\(row.position),\"at\":\(row.at),\"action\":\(string(row.action))"
        line += ",\"agent_key\":\(row.agent),\"user_key\":\(row.user.map(String.init) ?? "null")"
        line += ",\"memories\":\(string(row.memories)),\"detail\":\(string(row.detail))"
        line += ",\"hash\":\"\(Hexadecimal.string(row.hash))\"}\n"
        return line
    }

    private static func string(_ bytes: [UInt8]) -> String {
        FieldText.string(String(decoding: bytes, as: UTF8.self))
    }
}

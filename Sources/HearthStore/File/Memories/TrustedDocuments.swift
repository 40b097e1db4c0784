import HearthModel
import HearthSQLite

/// The documents of a user whose texts are trusted at least so far.
///
/// Most texts have the standard trust, so that only those are read that say something else, and every draft.
struct TrustedDocuments {
    private let includesStandard: Bool
    private var exceptions: Set<Int64> = []

    init(of user: Int64, atLeast minimum: Double, in connection: Connection) throws {
        let includesStandard = Provenance.standard.trust >= minimum
        var exceptions: Set<Int64> = []
        func note(_ document: Int64, _ provenance: Provenance) {
            if (provenance.trust >= minimum) != includesStandard { exceptions.insert(document) }
        }
        try connection.forEach(
            "SELECT memory_key, provenance FROM memories WHERE user_key = ?1 AND provenance IS NOT NULL",
            user,
            do: { note($0.int64(0), try StoredProvenance.read($0, 1)) }
        )
        try connection.forEach(
            """
            SELECT d.draft_key, d.changed_fields, d.provenance, m.provenance
            FROM drafts AS d JOIN memories AS m ON m.memory_key = d.memory_key WHERE d.user_key = ?1
            """,
            user,
            do: { row in
                let fields = FieldChange.Fields(rawValue: row.int(1))
                let own = fields.contains(.provenance) ? try StoredProvenance.read(row, 2) : nil
                let memory = try StoredProvenance.read(row, 3)
                note(row.int64(0), fields.provenance(over: memory, saying: own))
            }
        )
        self.includesStandard = includesStandard
        self.exceptions = exceptions
    }

    func contains(_ document: Int64) -> Bool {
        exceptions.contains(document) != includesStandard
    }
}

import HearthEmbedding
import HearthSQLite

/// A text that is to get a vector of the present embedder.
struct PendingText: Sendable {
    struct Position {
        var user: Int64
        var document: Int64
    }

    private static let batchSize = 256

    var position: Position
    var text: String
    private var isSealed: Bool
    /// Tells whether the text is still the one that was read: the beginning of the head's id, and the draft's digest.
    private var stamp: [UInt8]

    /// The next texts in the order of their positions.
    ///
    /// - Parameters:
    ///   - position: Where to begin, which is left out.
    ///   - lastUser: The last user.
    ///   - embedder: The present embedder.
    ///   - all: Whether to include texts that have a vector of it, or are marked as getting none.
    ///   - snapshot: Where to read.
    static func batch(
        after position: Position,
        upTo lastUser: Int64,
        for embedder: any Embedder,
        all: Bool,
        in snapshot: Snapshot
    ) throws -> [PendingText] {
        try snapshot.connection.rows(
            """
            SELECT d.user_key, d.document_key, substr(m.head, 1, 8) || coalesce(r.digest, x''), coalesce(r.content, m.content),
                coalesce(r.tags, m.tags), m.is_sensitive, m.sealed, r.sealed, m.identifier, m.head, r.agent_key, r.base
            FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
            LEFT JOIN drafts AS r ON r.draft_key = d.document_key AND d.agent_key IS NOT NULL
            WHERE (d.user_key, d.document_key) > (?1, ?2) AND d.flags & 3 = 0
                AND (?6 OR d.model_key IS NULL OR d.model_key IS NOT (SELECT model_key FROM models WHERE identifier = ?3))
                AND d.user_key <= ?5 AND (?7 OR m.is_sensitive = 0)
            ORDER BY d.user_key, d.document_key LIMIT ?4
            """,
            position.user,
            position.document,
            embedder.identifier,
            batchSize,
            lastUser,
            all ? 1 : 0,
            // Without keys those of sensitive memories wait.
            snapshot.keyring.provider != nil,
            as: { row in
                let text = try DocumentText(row, at: 3, user: row.int64(0), in: snapshot)
                return PendingText(
                    position: Position(user: row.int64(0), document: row.int64(1)),
                    text: text.content,
                    isSealed: text.sealedWith != nil,
                    stamp: row.bytes(2)
                )
            }
        )
    }

    /// Whether the text is still the same.
    func isCurrent(in connection: Connection) throws -> Bool {
        let now = try connection.first(
            """
            SELECT substr(m.head, 1, 8) || coalesce(r.digest, x'')
            FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
            LEFT JOIN drafts AS r ON r.draft_key = d.document_key AND d.agent_key IS NOT NULL
            WHERE d.user_key = ?1 AND d.document_key = ?2 AND d.flags & 1 = 0
            """,
            position.user,
            position.document,
            as: { $0.bytes(0) }
        )
        return now == stamp
    }

    /// Writes what the embedder made of the text.
    ///
    /// A text that is blank or refused is marked, so that it is not sent again. One whose vector is of no use loses the
    /// one that it may have had, and waits for a better.
    ///
    /// - Returns: Whether it has a new vector.
    func write(
        _ outcome: VectorOutcome,
        by embedder: any Embedder,
        keyring: Keyring,
        in transaction: StoreTransaction
    ) throws -> Bool {
        guard try isCurrent(in: transaction.connection) else { return false }
        let (user, document) = (position.user, position.document)
        switch outcome {
        case .made(let vector):
            let key = try isSealed ? transaction.sealingKeys(ofUser: user, from: keyring).newest : nil
            try VectorTable.write(
                vector,
                of: embedder,
                document: document,
                user: user,
                sealedBy: key,
                in: transaction
            )
            return true
        case .blank, .refused:
            try VectorTable.markWithoutVector(by: embedder, document: document, user: user, in: transaction)
        case .unusable:
            try VectorTable.remove(document: document, user: user, in: transaction)
        }
        return false
    }
}

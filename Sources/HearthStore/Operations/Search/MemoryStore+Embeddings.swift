import HearthEmbedding
package import HearthModel
import HearthSQLite
import Synchronization

extension MemoryStore {
    /// How many of the file's vectors are those of the present embedder.
    package func embeddingStatus() async throws -> EmbeddingStatus {
        try read { snapshot in
            let model = try embedder.flatMap { try VectorTable.model($0.identifier, in: snapshot.connection) }
            let counts = try snapshot.connection.first(
                "SELECT count(*), count(*) FILTER (WHERE model_key = ?1) FROM documents WHERE flags & 3 = 0",
                model?.key,
                as: { (documents: $0.int(0), embedded: $0.int(1)) }
            )
            let (documents, embedded) = counts ?? (0, 0)
            return EmbeddingStatus(
                embedder: embedder?.identifier,
                dimension: embedder?.dimension,
                documents: documents,
                embedded: embedded,
                pending: embedder == nil ? 0 : documents - embedded
            )
        }
    }

    /// Makes the vectors that are missing or were made by another embedder, batch by batch, while everything else goes
    /// on.
    ///
    /// Each batch is durable, so a rebuild that was cancelled or killed goes on where it stopped. A text that the
    /// embedder refuses stays without a vector and is found by its words.
    ///
    /// - Parameter progress: Called after every batch with the number of documents looked at so far.
    /// - Returns: How many vectors were made.
    /// - Throws: `.embedderUnavailable` if the failure is not due to one text, as when a server is away;
    ///   `.invalidArgument` without an embedder.
    @discardableResult
    package func rebuildEmbeddings(progress: (@Sendable (Int) -> Void)? = nil) async throws -> Int {
        try await rebuildEmbeddings(ofUser: nil, progress: progress)
    }

    /// Makes the vectors of one user, or of all, that are missing or were made by another embedder.
    @discardableResult
    func rebuildEmbeddings(ofUser user: Int64?, progress: (@Sendable (Int) -> Void)? = nil) async throws -> Int {
        guard let embedder else {
            throw MemoryError.invalidArgument("There is no embedder; configure one to make vectors.")
        }
        let maker = VectorMaker(embedder: embedder)
        var position = PendingText.Position(user: user ?? 0, document: 0)
        var made = 0
        var seen = 0
        while true {
            try Task.checkCancellation()
            let batch = try read {
                try PendingText.batch(after: position, upTo: user ?? .max, for: embedder, in: $0.connection)
            }
            guard let last = batch.last else { return made }
            position = last.position
            let vectors = try await maker.vectorsLeavingOutRefused(of: batch.map(\.text))
            made += try await write { transaction in
                var made = 0
                for (pending, vector) in zip(batch, vectors) {
                    guard let vector, try pending.isCurrent(in: transaction.connection) else { continue }
                    let (user, document) = (pending.position.user, pending.position.document)
                    try VectorTable.write(vector, of: embedder, document: document, user: user, in: transaction)
                    made += 1
                }
                return made
            }
            seen += batch.count
            progress?(seen)
        }
    }

    /// Starts making the vectors that a remote embedder has not made yet, without waiting for them.
    func embedLater() {
        guard let embedder, !embedder.isLocal else { return }
        embedMissing()
    }

    /// Starts making the vectors that could not be made inside a transaction, without waiting for them.
    func embedMissing() {
        guard let embedder, !(embedder is any SynchronousEmbedder), !isReadOnly else { return }
        embeddingQueue.wake { [weak self] in
            do {
                try await self?.rebuildEmbeddings()
            } catch {
                // The embedder is away. Texts without a vector are found by their words, and the next store tries
                // again.
            }
        }
    }
}

/// A text that has no vector of the present embedder.
private struct PendingText: Sendable {
    struct Position {
        var user: Int64
        var document: Int64
    }

    static let batchSize = 256

    var position: Position
    var text: String
    /// Tells whether the text is still the one that was read: the head's id and the draft's digest.
    var stamp: [UInt8]

    static func batch(
        after position: Position,
        upTo lastUser: Int64,
        for embedder: any Embedder,
        in connection: Connection
    ) throws -> [PendingText] {
        try connection.rows(
            """
            SELECT d.user_key, d.document_key, coalesce(r.content, m.content), m.head || coalesce(r.digest, x'')
            FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
            LEFT JOIN drafts AS r ON r.draft_key = d.document_key AND d.agent_key IS NOT NULL
            WHERE (d.user_key, d.document_key) > (?1, ?2) AND d.flags & 3 = 0
                AND (d.model_key IS NULL OR d.model_key IS NOT (SELECT model_key FROM models WHERE identifier = ?3))
                AND d.user_key <= ?5
            ORDER BY d.user_key, d.document_key LIMIT ?4
            """,
            position.user,
            position.document,
            embedder.identifier,
            batchSize,
            lastUser,
            as: { row in
                PendingText(
                    position: Position(user: row.int64(0), document: row.int64(1)),
                    text: row.string(2),
                    stamp: row.bytes(3)
                )
            }
        )
    }

    /// Whether the text is still the same.
    func isCurrent(in connection: Connection) throws -> Bool {
        let now = try connection.first(
            """
            SELECT m.head || coalesce(r.digest, x'')
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
}

extension VectorMaker {
    /// The vectors of texts; nil for a text that the embedder refuses while it accepts others.
    ///
    /// A refused batch is halved until the text at fault is alone.
    func vectorsLeavingOutRefused(of texts: [String]) async throws -> [QuantizedVector?] {
        do {
            return try await vectors(of: texts)
        } catch let error as MemoryError where error.isRefusalOfText {
            guard texts.count > 1 else { return [nil] }
            let middle = texts.count / 2
            let first = try await vectorsLeavingOutRefused(of: Array(texts[..<middle]))
            return try await first + vectorsLeavingOutRefused(of: Array(texts[middle...]))
        }
    }
}

/// Lets one task at a time make the vectors that are missing. If the embedder fails, the task tries again only after
/// the next wake.
final class EmbeddingQueue: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        /// Whether a text was left without its vector since the task last looked.
        var hasMore = false
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Starts the work. If it is under way, it runs once more afterwards.
    func wake(_ work: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.hasMore = true
            guard state.task == nil else { return }
            state.task = Task { [weak self] in
                while let self, takeMore(), !Task.isCancelled { await work() }
            }
        }
    }

    /// Stops the work that is under way, and starts none any more.
    func close() async {
        let task = state.withLock { state in
            state.isClosed = true
            return state.task
        }
        task?.cancel()
        await task?.value
    }

    /// Whether there is more to do; if not, the task ends.
    private func takeMore() -> Bool {
        state.withLock { state in
            if !state.hasMore { state.task = nil }
            defer { state.hasMore = false }
            return state.hasMore
        }
    }
}

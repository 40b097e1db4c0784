import HearthModel
import HearthRules
import HearthSQLite

extension MaintenanceCycle {
    /// How many rows one transaction removes, and from how many on it is worth that caches read all anew.
    private static let removedRows = 128
    private static let worthwhileRows = 256
    /// How many blocks of vectors one transaction looks at.
    private static let blocksAtOnce = 1

    /// Removes rows that only say that documents are gone.
    ///
    /// A cache that has a state from before would miss that, so it reads everything anew. To be rare, that is done only to
    /// rows that were there already when storage was last optimised.
    func removeDeadDocuments(until sequence: Int64) async throws -> MaintenanceReport.Step {
        let count = try store.read { snapshot in
            let dead = try snapshot.connection.first(
                "SELECT count(*) FROM documents INDEXED BY documents_dead WHERE drafted_key IS NOT NULL AND flags & 1 = 1",
                as: { $0.int(0) }
            )
            let erased = try snapshot.connection.first("SELECT count(*) FROM erased_documents", as: { $0.int(0) })
            return (dead ?? 0) + (erased ?? 0)
        }
        guard count >= Self.worthwhileRows else { return MaintenanceReport.Step(.storage) }
        return try await run(.storage, from: 0) { context, _, _ in
            var report = MaintenanceReport.Step(.storage)
            let connection = context.connection
            try connection.run(
                """
                DELETE FROM documents WHERE (user_key, document_key) IN (
                    SELECT user_key, document_key FROM documents INDEXED BY documents_dead
                    WHERE drafted_key IS NOT NULL AND flags & 1 = 1 AND changed <= ?1 LIMIT ?2)
                """,
                sequence,
                Self.removedRows
            )
            let dead = Int(connection.changes)
            try connection.run(
                """
                DELETE FROM erased_documents WHERE (user_key, document_key) IN (
                    SELECT user_key, document_key FROM erased_documents WHERE changed <= ?1 LIMIT ?2)
                """,
                sequence,
                Self.removedRows
            )
            let erased = Int(connection.changes)
            report.affected = dead + erased
            guard dead + erased > 0 else { return Batch(report: report) }
            report.details["dead_rows"] = dead + erased
            try UpkeepState.set(.horizon, to: sequence, in: connection)
            try connection.run("DELETE FROM roster_images WHERE sequence < ?1", sequence)
            let images = Int(connection.changes)
            if images > 0 { report.details["stale_images"] = images }
            return Batch(report: report, next: max(dead, erased) < Self.removedRows ? nil : 0)
        }
    }

    /// Moves vectors out of blocks that were changed and are mostly empty, and gives those back.
    func packVectors(since sequence: Int64) async throws -> MaintenanceReport.Step {
        let start = try store.read { try UpkeepState.integer(.block, in: $0.connection) ?? 0 }
        return try await run(.storage, from: start) { context, place, _ in
            var report = MaintenanceReport.Step(.storage)
            let blocks = try SparseBlock.after(
                place,
                changedAfter: sequence,
                atMost: Self.blocksAtOnce,
                in: context.connection
            )
            for block in blocks where try block.isSparse(in: context.connection) {
                report.affected += 1
                let moved = try context.empty(block)
                report.details["vector_slots", default: 0] += VectorBlock.capacity - moved
            }
            let isThrough = blocks.count < Self.blocksAtOnce
            try UpkeepState.set(.block, to: isThrough ? 0 : blocks.last?.key ?? 0, in: context.connection)
            return Batch(report: report, next: isThrough ? nil : blocks.last?.key)
        }
    }
}

/// A full block of vectors, some of which may be gone.
private struct SparseBlock: Sendable {
    var key: Int64
    var user: Int64
    var model: Int64

    /// Blocks behind a key, but for those that the next vectors go into.
    static func after(
        _ key: Int64,
        changedAfter sequence: Int64,
        atMost count: Int,
        in connection: Connection
    ) throws -> [SparseBlock] {
        try connection.rows(
            """
            SELECT s.block_key, s.user_key, s.model_key FROM vector_block_states AS s
            WHERE s.block_key > ?1 AND s.changed > ?3 AND s.used > 0 AND EXISTS (SELECT 1 FROM vector_block_states AS o
                WHERE o.user_key = s.user_key AND o.model_key = s.model_key AND o.block_key > s.block_key)
            ORDER BY s.block_key LIMIT ?2
            """,
            key,
            count,
            sequence,
            as: { SparseBlock(key: $0.int64(0), user: $0.int64(1), model: $0.int64(2)) }
        )
    }

    /// The documents whose vectors it has, each with its place.
    func slots(in connection: Connection) throws -> [(slot: Int, document: Int64)] {
        let size = VectorBlock.slotSize(dimension: try VectorTable.dimension(of: model, in: connection))
        let slots = try connection.first(
            "SELECT data FROM vector_blocks WHERE block_key = ?1",
            key,
            as: { row in
                row.withBytes(0) { data in
                    (0..<data.count / size)
                        .map { (slot: $0, document: VectorBlock.document(data, at: $0 * size, block: key)) }
                        .filter { $0.document != 0 }
                }
            }
        )
        return slots ?? []
    }

    /// Whether most of it is empty.
    func isSparse(in connection: Connection) throws -> Bool {
        try slots(in: connection).count <= VectorBlock.capacity / 4
    }
}

extension WriteContext {
    /// Moves the vectors of a block into the block that the next ones go into, and keeps none of its bytes.
    ///
    /// - Returns: How many there were.
    fileprivate func empty(_ block: SparseBlock) throws -> Int {
        let dimension = try VectorTable.dimension(of: block.model, in: connection)
        let identifier = try connection.first(
            "SELECT identifier FROM models WHERE model_key = ?1",
            block.model,
            as: { $0.string(0) }
        )
        guard let identifier else { throw MemoryError.corrupt("An embedding model is missing.") }
        let model = EmbeddingModel(key: block.model, identifier: identifier, dimension: dimension)
        var moved = 0
        for (slot, document) in try block.slots(in: connection) {
            let place = VectorPlace(model: block.model, block: block.key, slot: slot)
            guard try VectorTable.place(document: document, user: block.user, in: connection) == place,
                let vector = try transaction.vectors.vector(
                    of: document,
                    at: place,
                    dimension: dimension,
                    in: connection
                )
            else { continue }
            let next = try transaction.vectors.append(
                vector,
                document: document,
                user: block.user,
                model: model,
                in: transaction
            )
            try VectorTable.setPlace(next, document: document, user: block.user, in: connection)
            moved += 1
        }
        transaction.vectors.drop([block.key])
        try connection.run("UPDATE vector_blocks SET data = x'' WHERE block_key = ?1", block.key)
        try connection.run(
            "UPDATE vector_block_states SET used = 0, changed = ?2 WHERE block_key = ?1",
            block.key,
            transaction.sequence
        )
        return moved
    }
}

import HearthEmbedding
import HearthModel
import HearthSQLite

/// The rows of `models`, `vector_block_states` and `vector_blocks`.
enum VectorTable {
    static func model(_ identifier: String, in connection: Connection) throws -> EmbeddingModel? {
        try connection.first(
            "SELECT model_key, dimension FROM models WHERE identifier = ?1",
            identifier,
            as: { row in
                EmbeddingModel(
                    key: row.int64(0),
                    identifier: identifier,
                    dimension: try VectorBlock.checked(dimension: row.int(1))
                )
            }
        )
    }

    static func insertModel(_ identifier: String, dimension: Int, in connection: Connection) throws -> EmbeddingModel {
        let key = try connection.first(
            "INSERT INTO models (identifier, dimension) VALUES (?1, ?2) RETURNING model_key",
            identifier,
            dimension,
            as: { $0.int64(0) }
        )
        guard let key else { throw MemoryError.corrupt("An embedding model was not stored.") }
        return EmbeddingModel(key: key, identifier: identifier, dimension: dimension)
    }

    static let openBlockQuery: StaticString = """
        SELECT block_key, used FROM vector_block_states WHERE user_key = ?1 AND model_key = ?2 ORDER BY block_key DESC LIMIT 1
        """

    /// The block that the next vector of a user goes into: the one that was made last.
    static func openBlock(user: Int64, model: Int64, in connection: Connection) throws -> (key: Int64, used: Int)? {
        try connection.first(
            openBlockQuery,
            user,
            model,
            as: { ($0.int64(0), try VectorBlock.checked(used: $0.int(1))) }
        )
    }

    static func insertBlock(user: Int64, model: EmbeddingModel, in transaction: StoreTransaction) throws -> Int64 {
        let key = transaction.newRow()
        try transaction.connection.run(
            "INSERT INTO vector_blocks (block_key, data) VALUES (?1, zeroblob(?2))",
            key,
            VectorBlock.capacity * VectorBlock.slotSize(dimension: model.dimension)
        )
        try transaction.connection.run(
            "INSERT INTO vector_block_states (block_key, user_key, model_key, used, changed) VALUES (?1, ?2, ?3, 0, ?4)",
            key,
            user,
            model.key,
            transaction.sequence
        )
        return key
    }

    static func setState(_ block: Int64, used: Int?, changed: Int64, in connection: Connection) throws {
        try connection.run(
            "UPDATE vector_block_states SET used = coalesce(?2, used), changed = ?3 WHERE block_key = ?1",
            block,
            used,
            changed
        )
    }

    /// Writes a document's vector. It stays in the document's place if that is of the same model.
    ///
    /// - Parameter key: What seals it; nil for a plain document.
    static func write(
        _ vector: QuantizedVector,
        of embedder: any Embedder,
        document: Int64,
        user: Int64,
        sealedBy key: DataKey? = nil,
        in transaction: StoreTransaction
    ) throws {
        let connection = transaction.connection
        let model = try transaction.vectors.model(
            embedder.identifier,
            dimension: embedder.dimension,
            in: connection
        )
        if let held = try place(document: document, user: user, in: connection) {
            if held.model == model.key, !held.isSealed, key == nil {
                try transaction.vectors.replace(vector, document: document, at: held)
                return
            }
            if !held.isSealed || key == nil { try clear(held, of: document, user: user, in: transaction) }
        }
        let place = try append(vector, of: embedder, document: document, user: user, sealedBy: key, in: transaction)
        try setPlace(place, document: document, user: user, in: connection)
    }

    /// Writes the vector of a document that has none.
    ///
    /// - Returns: The vector's place, which the caller writes to the document's row.
    static func append(
        _ vector: QuantizedVector,
        of embedder: any Embedder,
        document: Int64,
        user: Int64,
        sealedBy key: DataKey? = nil,
        in transaction: StoreTransaction
    ) throws -> VectorPlace {
        let model = try transaction.vectors.model(
            embedder.identifier,
            dimension: embedder.dimension,
            in: transaction.connection
        )
        if let key {
            let row = try SealedVectorTable.Row(vector, document: document, user: user, model: model, key: key)
            try SealedVectorTable.write(row, in: transaction)
            return row.place
        }
        return try transaction.vectors.append(
            vector,
            document: document,
            user: user,
            model: model,
            in: transaction
        )
    }

    /// Removes a document's vector, so that nothing of it is left, or the mark that it gets none.
    static func remove(document: Int64, user: Int64, in transaction: StoreTransaction) throws {
        if let held = try place(document: document, user: user, in: transaction.connection) {
            try clear(held, of: document, user: user, in: transaction)
        }
        try setPlace(nil, document: document, user: user, in: transaction.connection)
    }

    /// Marks a document as one that an embedder makes no vector of, and removes the vector that it has.
    ///
    /// The mark is the model without a place.
    static func markWithoutVector(
        by embedder: any Embedder,
        document: Int64,
        user: Int64,
        in transaction: StoreTransaction
    ) throws {
        try remove(document: document, user: user, in: transaction)
        let model = try transaction.vectors.model(
            embedder.identifier,
            dimension: embedder.dimension,
            in: transaction.connection
        )
        try transaction.connection.run(
            "UPDATE documents SET model_key = ?3 WHERE user_key = ?1 AND document_key = ?2",
            user,
            document,
            model.key
        )
    }

    /// A document's vector; nil if it has none from this embedder.
    ///
    /// - Parameter keys: What opens it; nil for a plain document.
    static func vector(
        of document: Int64,
        at place: VectorPlace,
        by embedder: any Embedder,
        keys: UserKeys? = nil,
        in transaction: StoreTransaction
    ) throws -> QuantizedVector? {
        let model = try transaction.vectors.model(
            embedder.identifier,
            dimension: embedder.dimension,
            in: transaction.connection
        )
        guard place.model == model.key else { return nil }
        if place.isSealed {
            return try keys.flatMap {
                try SealedVectorTable.vector(of: document, model: model, keys: $0, in: transaction.connection)
            }
        }
        return try transaction.vectors.vector(
            of: document,
            at: place,
            dimension: model.dimension,
            in: transaction.connection
        )
    }

    /// Empties a place. The caller changes the document's row.
    static func clear(_ place: VectorPlace, of document: Int64, user: Int64, in transaction: StoreTransaction) throws {
        guard !place.isSealed else {
            return try SealedVectorTable.clear(document: document, user: user, in: transaction)
        }
        try transaction.vectors.clear(place, in: transaction.connection)
    }

    static func dimension(of model: Int64, in connection: Connection) throws -> Int {
        let dimension = try connection.first(
            "SELECT dimension FROM models WHERE model_key = ?1",
            model,
            as: { try VectorBlock.checked(dimension: $0.int(0)) }
        )
        guard let dimension else { throw MemoryError.corrupt("An embedding model is missing.") }
        return dimension
    }

    /// Where a document's vector is; nil if it has none.
    static func place(document: Int64, user: Int64, in connection: Connection) throws -> VectorPlace? {
        try connection.first(
            "SELECT model_key, block_key, block_slot FROM documents WHERE user_key = ?1 AND document_key = ?2",
            user,
            document,
            as: { row in
                guard let model = row.optionalInt64(0), let block = row.optionalInt64(1), let slot = row.optionalInt(2)
                else { return nil }
                return VectorPlace(model: model, block: block, slot: try VectorBlock.checked(slot: slot))
            }
        ) ?? nil
    }

    static func setPlace(_ place: VectorPlace?, document: Int64, user: Int64, in connection: Connection) throws {
        try connection.run(
            "UPDATE documents SET model_key = ?3, block_key = ?4, block_slot = ?5 WHERE user_key = ?1 AND document_key = ?2",
            user,
            document,
            place?.model,
            place?.block,
            place?.slot
        )
    }
}

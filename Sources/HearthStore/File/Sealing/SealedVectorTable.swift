import HearthEmbedding
import HearthModel
import HearthSQLite

/// The rows of `sealed_vectors`: the vectors of sensitive memories, one to a row, each sealed.
///
/// They are not in blocks as plain vectors are. Opening them takes longer than reading them, and a row can be dropped,
/// resealed and counted alone.
enum SealedVectorTable {
    private static let domain = "hearth.vector.1"

    /// The block that `documents.block_key` names for a vector that is here. No block has this key.
    static let block: Int64 = 0

    private static func associatedData(document: Int64, user: Int64, model: String) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.append(domain)
        encoder.append(user)
        encoder.append(document)
        encoder.append(model)
        return encoder.bytes
    }

    /// A vector as it is written.
    struct Row {
        let user: Int64
        let document: Int64
        let model: Int64
        let sealed: [UInt8]

        init(_ vector: QuantizedVector, document: Int64, user: Int64, model: EmbeddingModel, key: DataKey) throws {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(4 + vector.components.count)
            // As precise as in a block: sealed or plain, a memory scores the same.
            let scale = VectorBlock.rounded(vector.scale)
            withUnsafeBytes(of: scale.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            vector.components.withUnsafeBytes { bytes.append(contentsOf: $0) }
            let associated = associatedData(document: document, user: user, model: model.identifier)
            self.user = user
            self.document = document
            self.model = model.key
            sealed = try Seal.seal(bytes, with: key, associated: associated)
        }

        /// Where the vector is.
        var place: VectorPlace { VectorPlace(model: model, block: block, slot: 0) }
    }

    private static let additions = RowsInsertion(
        "INSERT INTO sealed_vectors (user_key, document_key, model_key, sealed, changed) VALUES",
        row: "(?, ?, ?, ?, ?)"
    )

    /// Writes the vectors of documents that are new.
    static func insert(_ rows: [Row], into transaction: StoreTransaction) throws {
        try transaction.connection.insert(rows, by: additions) { row, parameters in
            try parameters.bind(row.user, row.document, row.model, row.sealed, transaction.sequence)
        }
    }

    static func write(_ row: Row, in transaction: StoreTransaction) throws {
        try transaction.connection.run(
            """
            INSERT INTO sealed_vectors (user_key, document_key, model_key, sealed, changed) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (user_key, document_key) DO UPDATE
                SET model_key = excluded.model_key, sealed = excluded.sealed, changed = excluded.changed
            """,
            row.user,
            row.document,
            row.model,
            row.sealed,
            transaction.sequence
        )
    }

    /// Seals a document's vector with the newest key of its user, if it is sealed with another one.
    ///
    /// One that does not open is removed, so that it is made anew.
    static func reseal(document: Int64, keys: UserKeys, in transaction: StoreTransaction) throws -> Resealing {
        let connection = transaction.connection
        let held = try connection.first(
            """
            SELECT v.sealed, m.identifier FROM sealed_vectors AS v JOIN models AS m ON m.model_key = v.model_key
            WHERE v.user_key = ?1 AND v.document_key = ?2 AND v.sealed IS NOT NULL
            """,
            keys.user,
            document,
            as: { (sealed: $0.bytes(0), model: $0.string(1)) }
        )
        guard let held, Seal.number(of: held.sealed) != keys.newest.number else { return .unchanged }
        let associated = associatedData(document: document, user: keys.user, model: held.model)
        let opened = try openingDerived(user: keys.user, in: connection) {
            try Seal.open(
                held.sealed,
                with: keys,
                associated: associated,
                what: "The vector of document \(document)"
            )
        }
        guard let opened else {
            try VectorTable.remove(document: document, user: keys.user, in: transaction)
            return .removed
        }
        try connection.run(
            "UPDATE sealed_vectors SET sealed = ?3, changed = ?4 WHERE user_key = ?1 AND document_key = ?2",
            keys.user,
            document,
            try Seal.seal(opened, with: keys.newest, associated: associated),
            transaction.sequence
        )
        return .resealed
    }

    /// What became of a vector that was to be sealed anew.
    enum Resealing {
        case unchanged, resealed, removed
    }

    /// Removes the vectors of a user that are of no document, as damage may leave them.
    static func removeOrphans(ofUser user: Int64, in transaction: StoreTransaction) throws {
        try transaction.connection.run(
            """
            UPDATE sealed_vectors SET sealed = NULL, changed = ?2 WHERE user_key = ?1 AND sealed IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM documents AS d
                WHERE d.user_key = sealed_vectors.user_key AND d.document_key = sealed_vectors.document_key)
            """,
            user,
            transaction.sequence
        )
    }

    /// Removes a vector. The row stays, so that caches learn of it.
    static func clear(document: Int64, user: Int64, in transaction: StoreTransaction) throws {
        try transaction.connection.run(
            "UPDATE sealed_vectors SET sealed = NULL, changed = ?3 WHERE user_key = ?1 AND document_key = ?2",
            user,
            document,
            transaction.sequence
        )
    }

    /// The vector that a row holds.
    ///
    /// - Throws: `.decryptionFailed`; ``KeysNeeded``; `.storeCorrupt` if it is not of the model's dimension.
    static func open(_ sealed: [UInt8], document: Int64, model: EmbeddingModel, keys: UserKeys) throws
        -> QuantizedVector
    {
        let bytes = try Seal.open(
            sealed,
            with: keys,
            associated: associatedData(document: document, user: keys.user, model: model.identifier),
            what: "The vector of document \(document)"
        )
        guard bytes.count == 4 + model.dimension else {
            throw MemoryError.corrupt(
                "The sealed vector of document \(document) has not the length that its model asks for."
            )
        }
        return bytes.withUnsafeBytes { bytes in
            let scale = Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
            return QuantizedVector(
                components: Array(bytes[4...].bindMemory(to: Int8.self)),
                scale: scale.isFinite ? scale : 0
            )
        }
    }

    /// A document's vector of a model; nil if it has none.
    static func vector(of document: Int64, model: EmbeddingModel, keys: UserKeys, in connection: Connection) throws
        -> QuantizedVector?
    {
        let sealed = try connection.first(
            """
            SELECT sealed FROM sealed_vectors
            WHERE user_key = ?1 AND document_key = ?2 AND model_key = ?3 AND sealed IS NOT NULL
            """,
            keys.user,
            document,
            model.key,
            as: { $0.bytes(0) }
        )
        return try sealed.map { try open($0, document: document, model: model, keys: keys) }
    }
}

import Crypto
import HearthRules
import HearthSQLite

/// The documents of a user at one state of the file, packed into one BLOB, so that opening reads pages instead of rows.
///
/// An image is made when a store is closed. It is only a shortcut. Rows of `documents` that were changed later replace
/// its entries, and an image that is missing or damaged is ignored.
struct CatalogImage {
    /// The state of the file that it shows.
    let sequence: Int64
    let entries: [DocumentEntry]
    /// The keys of ``entries``.
    let documents: [Int64]
}

// MARK: - Data

extension CatalogImage {
    /// The entries of a user, packed in blocks as ``CatalogBlock`` describes, and how many they are.
    ///
    /// They are packed as they are read: all of them unpacked would take several times the memory.
    private static func packed(user: Int64, connection: Connection) throws -> (bytes: [UInt8], count: Int) {
        var bytes: [UInt8] = []
        var count = 0
        var block: [DocumentEntry] = []
        block.reserveCapacity(CatalogBlock.capacity)
        try DocumentCatalog.forEachEntry(of: user, in: connection) { entry in
            block.append(entry)
            count += 1
            guard block.count == CatalogBlock.capacity else { return }
            CatalogBlock.append(block[...], to: &bytes)
            block.removeAll(keepingCapacity: true)
        }
        if !block.isEmpty { CatalogBlock.append(block[...], to: &bytes) }
        return (bytes, count)
    }

    /// Reads packed entries, block by block.
    ///
    /// - Parameters:
    ///   - blob: Bytes that may be damaged. Everything in them is checked before it is used.
    ///   - count: How many entries there should be.
    ///   - hash: Gets every byte.
    /// - Returns: The entries and their keys, which may be used only if the hash is right; nil if the bytes are not
    ///   that many entries.
    private static func unpack(
        _ blob: inout BlobReader,
        count: Int,
        into hash: inout SHA256
    ) throws -> (entries: [DocumentEntry], documents: [Int64])? {
        var isWhole = false
        var documents: [Int64] = []
        documents.reserveCapacity(count)
        let entries = try [DocumentEntry](unsafeUninitializedCapacity: count) { entries, initialized in
            LargePages.prefer(for: UnsafeMutableRawBufferPointer(entries))
            isWhole = try withUnsafeTemporaryAllocation(byteCount: CatalogBlock.maximumSize, alignment: 8) { buffer in
                while initialized < count {
                    let range = initialized..<min(initialized + CatalogBlock.capacity, count)
                    guard let block = try readBlock(&blob, count: range.count, into: buffer) else { return false }
                    hash.update(bufferPointer: block)
                    CatalogBlock.unpack(block, into: UnsafeMutableBufferPointer(rebasing: entries[range]))
                    // Done here, while the entries are in the processor's cache.
                    for index in range { documents.append(entries[index].document) }
                    initialized = range.upperBound
                }
                return blob.remaining == 0
            }
        }
        return isWhole ? (entries, documents) : nil
    }

    private static func readBlock(
        _ blob: inout BlobReader,
        count: Int,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws -> UnsafeRawBufferPointer? {
        guard blob.remaining >= CatalogBlock.headSize else { return nil }
        let head = UnsafeMutableRawBufferPointer(rebasing: buffer[..<CatalogBlock.headSize])
        try blob.read(into: head)
        guard let bodySize = CatalogBlock.bodySize(after: UnsafeRawBufferPointer(head), count: count),
            blob.remaining >= bodySize
        else { return nil }
        let size = CatalogBlock.headSize + bodySize
        try blob.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[CatalogBlock.headSize..<size]))
        return UnsafeRawBufferPointer(rebasing: buffer[..<size])
    }

    /// The beginning of an image's SHA-256: its user, its state and the number of its documents. The data follow.
    ///
    /// An image decides who sees what, so even a flipped bit must be found.
    private static func hash(user: Int64, sequence: Int64, count: Int) -> SHA256 {
        var hash = SHA256()
        withUnsafeBytes(of: (user.littleEndian, sequence.littleEndian, Int64(count).littleEndian)) {
            hash.update(bufferPointer: $0)
        }
        return hash
    }
}

// MARK: - Rows

extension CatalogImage {
    /// For fewer documents an image is not worth its bytes, and for more it is not worth the memory that it takes to
    /// make.
    private static let worthwhile = 2_048...1_000_000

    /// An image is made anew when one in so many of its documents has changed. It is then no longer a shortcut to read
    /// it.
    private static let staleShare = 8

    /// Reads a user's image.
    ///
    /// - Parameters:
    ///   - user: The user's key.
    ///   - connection: The connection.
    /// - Returns: The image; nil if it is missing, damaged or not worth reading.
    static func read(user: Int64, in connection: Connection) throws -> CatalogImage? {
        let row = try connection.first(
            "SELECT sequence, count, digest FROM roster_images WHERE user_key = ?1",
            user,
            as: { (sequence: $0.int64(0), count: $0.int(1), digest: $0.bytes(2)) }
        )
        // No image is made with another count, so this row is damaged. It would only ask for memory.
        guard let row, worthwhile.contains(row.count) else { return nil }
        var hash = hash(user: user, sequence: row.sequence, count: row.count)
        let unpacked = try connection.readingOnce {
            try connection.readBlob(table: "roster_images", column: "data", row: user) { blob in
                try unpack(&blob, count: row.count, into: &hash)
            }
        }
        guard let unpacked, Array(hash.finalize()) == row.digest else { return nil }
        return CatalogImage(sequence: row.sequence, entries: unpacked.entries, documents: unpacked.documents)
    }

    /// Makes the images that are missing or stale.
    static func refresh(in transaction: StoreTransaction) throws {
        for user in try usersInNeed(in: transaction.connection) { try refresh(user: user, in: transaction) }
    }

    /// The users whose images are missing or stale.
    static func usersInNeed(in connection: Connection) throws -> [Int64] {
        try connection.rows("SELECT user_key FROM users", as: { $0.int64(0) })
            .filter { try isDue(user: $0, in: connection) }
    }

    /// Makes the image of a user anew, if there are enough documents.
    static func refresh(user: Int64, in transaction: StoreTransaction) throws {
        let connection = transaction.connection
        let (data, count) = try packed(user: user, connection: connection)
        guard worthwhile.contains(count) else { return }
        var hash = hash(user: user, sequence: transaction.state.sequence, count: count)
        hash.update(data: data)
        try connection.run(
            "INSERT OR REPLACE INTO roster_images (user_key, sequence, count, digest, data) VALUES (?1, ?2, ?3, ?4, ?5)",
            user,
            transaction.state.sequence,
            count,
            Array(hash.finalize()),
            data
        )
    }

    private static func isDue(user: Int64, in connection: Connection) throws -> Bool {
        let image = try connection.first(
            "SELECT sequence, count FROM roster_images WHERE user_key = ?1",
            user,
            as: { (sequence: $0.int64(0), count: $0.int(1)) }
        )
        let changed = try connection.first(
            """
            SELECT (SELECT count(*) FROM documents WHERE user_key = ?1 AND flags & 1 = 0),
                (SELECT count(*) FROM documents WHERE user_key = ?1 AND changed > ?2)
            """,
            user,
            image?.sequence ?? 0,
            as: { row in max(row.int(0) - (image?.count ?? 0), 0) + row.int(1) }
        )
        return changed ?? 0 >= max(worthwhile.lowerBound, (image?.count ?? 0) / staleShare)
    }
}

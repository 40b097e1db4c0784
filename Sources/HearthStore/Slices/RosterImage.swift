import Crypto
internal import HearthSQLite

/// The documents of a user as of a state of the file, packed into one BLOB, so that opening reads pages where it would read rows.
///
/// An image is made when a store is closed. It is a shortcut and never the truth: what `documents` says was changed since is laid over
/// it, and one that is missing, damaged or older than the last reset is passed over.
struct RosterImage {
    /// The state of the file that it shows.
    let sequence: Int64
    let entries: [Roster.Entry]
}

// MARK: - Layout

extension RosterImage {
    /// An entry: eight numbers of 8 bytes (document, memory, agent, owner, session, created, expires, importance), the length and the
    /// category of 4, the flags of 2, the type of 1, and one byte that is 0; all little-endian.
    private static let entrySize = 8 * 8 + 2 * 4 + 2 + 1 + 1

    private static func pack(_ entries: [Roster.Entry]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: entries.count * entrySize) { bytes, count in
            let target = UnsafeMutableRawBufferPointer(bytes)
            for (index, entry) in entries.enumerated() {
                let start = index * entrySize
                func put(_ value: some FixedWidthInteger, at offset: Int) {
                    target.storeBytes(of: value.littleEndian, toByteOffset: start + offset, as: type(of: value))
                }
                put(entry.document, at: 0)
                put(entry.memory, at: 8)
                put(entry.agent, at: 16)
                put(entry.owner, at: 24)
                put(entry.session, at: 32)
                put(entry.createdAt, at: 40)
                put(entry.expiresAt, at: 48)
                put(entry.importance.bitPattern, at: 56)
                put(entry.length, at: 64)
                put(entry.category, at: 68)
                put(entry.flags.rawValue, at: 72)
                put(entry.type, at: 74)
                put(UInt8(0), at: 75)
            }
            count = entries.count * entrySize
        }
    }

    private static func unpack(_ bytes: UnsafeRawBufferPointer) -> [Roster.Entry] {
        let count = bytes.count / entrySize
        return [Roster.Entry](unsafeUninitializedCapacity: count) { entries, initialized in
            for index in 0..<count {
                let start = index * entrySize
                func number<Value: FixedWidthInteger>(_ offset: Int, as type: Value.Type = Value.self) -> Value {
                    Value(littleEndian: bytes.loadUnaligned(fromByteOffset: start + offset, as: type))
                }
                entries.initializeElement(
                    at: index,
                    to: Roster.Entry(
                        document: number(0),
                        memory: number(8),
                        agent: number(16),
                        owner: number(24),
                        session: number(32),
                        createdAt: number(40),
                        expiresAt: number(48),
                        importance: Double(bitPattern: number(56)),
                        length: number(64),
                        category: number(68),
                        flags: DocumentFlags(rawValue: number(72)),
                        type: number(74)
                    )
                )
            }
            initialized = count
        }
    }

    /// SHA-256 over whose image it is, of which state, and what it holds: it decides who sees what, so a flipped bit must not pass.
    private static func digest(user: Int64, sequence: Int64, of data: UnsafeRawBufferPointer) -> [UInt8] {
        var hash = SHA256()
        withUnsafeBytes(of: (user.littleEndian, sequence.littleEndian)) { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: data)
        return Array(hash.finalize())
    }
}

// MARK: - Rows

extension RosterImage {
    /// Images of fewer documents are not worth their bytes, and those of more not the memory that they take to make.
    private static let worthwhile = 2_048...1_000_000

    /// An image is made anew when this part of its documents was changed since: reading it is then no shortcut any more.
    private static let staleShare = 8

    /// Reads a user's image.
    ///
    /// - Parameters:
    ///   - user: The user's key.
    ///   - reset: The sequence at which documents were last removed outright: what is older does not count.
    ///   - connection: The connection.
    /// - Returns: The image; nil where there is none that is whole and of use.
    static func read(user: Int64, after reset: Int64, in connection: Connection) throws -> RosterImage? {
        try connection.first(
            "SELECT sequence, digest, data FROM roster_images WHERE user_key = ?1 AND sequence >= ?2",
            user,
            reset,
            as: { row in
                let sequence = row.int64(0)
                let expected = row.bytes(1)
                return row.withBytes(2) { data -> RosterImage? in
                    guard data.count % entrySize == 0, digest(user: user, sequence: sequence, of: data) == expected
                    else { return nil }
                    return RosterImage(sequence: sequence, entries: unpack(data))
                }
            }
        ) ?? nil
    }

    /// Makes the images that are missing or stale.
    static func refresh(in transaction: StoreTransaction) throws {
        let connection = transaction.connection
        for user in try connection.rows("SELECT user_key FROM users", as: { $0.int64(0) }) {
            guard try isDue(user: user, in: connection) else { continue }
            let roster = try Roster(user: user, connection: connection, state: transaction.state)
            guard worthwhile.contains(roster.entries.count) else { continue }
            let data = pack(roster.entries)
            let digest = data.withUnsafeBytes {
                Self.digest(user: user, sequence: transaction.state.sequence, of: $0)
            }
            try connection.run(
                "INSERT OR REPLACE INTO roster_images (user_key, sequence, count, digest, data) VALUES (?1, ?2, ?3, ?4, ?5)",
                user,
                transaction.state.sequence,
                roster.entries.count,
                digest,
                data
            )
        }
    }

    private static func isDue(user: Int64, in connection: Connection) throws -> Bool {
        let image = try connection.first(
            "SELECT sequence, count FROM roster_images WHERE user_key = ?1",
            user,
            as: { (sequence: $0.int64(0), count: $0.int(1)) }
        )
        let changed = try connection.first(
            "SELECT count(*) FROM documents WHERE user_key = ?1 AND changed > ?2",
            user,
            image?.sequence ?? 0,
            as: { $0.int(0) }
        )
        return changed ?? 0 >= max(worthwhile.lowerBound, (image?.count ?? 0) / staleShare)
    }
}

extension MemoryStore {
    /// Past so many new row ids images may be due; a process that stored a few memories doesn't look.
    private static let rowsUntilImages: Int64 = 1_024

    /// Makes roster images where much was stored since the store was opened.
    func refreshRosterImages() async {
        do {
            let nextRow = try read { $0.state.nextRow }
            guard path != nil, nextRow - firstRow >= Self.rowsUntilImages else { return }
            try await write { transaction in try RosterImage.refresh(in: transaction) }
        } catch {
            // On a full disk, or closed before: a shortcut that could not be made keeps nobody from closing.
        }
    }
}

/// Every roster image against the documents it is an image of.
enum RosterVerification {
    static func check(_ snapshot: Snapshot, into report: inout VerificationReport) throws {
        let connection = snapshot.connection
        let reset = snapshot.state.rosterReset
        for user in try connection.rows("SELECT user_key FROM roster_images", as: { $0.int64(0) }) {
            let rows = try Roster(user: user, connection: connection, sequence: snapshot.state.sequence)
            let roster = try Roster(user: user, connection: connection, state: snapshot.state)
            let isPassedOver = try RosterImage.read(user: user, after: reset, in: connection) == nil
            if isPassedOver || roster.entries != rows.entries {
                report.add("document", "The packed documents of user number \(user) are not what their rows say.")
            }
        }
    }
}

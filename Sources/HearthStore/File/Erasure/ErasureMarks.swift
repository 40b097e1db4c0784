import Crypto
import HearthEmbedding
import HearthModel
import HearthSQLite

/// Makes and looks up the marks that keep erased memories from coming back.
///
/// A mark is the first half of an HMAC-SHA-256. Its key is a secret of the file: whoever has the file can test whether
/// a guess of a text is right, and nobody else can. The text of a sensitive memory is marked under its user's identity
/// key instead, so that the file alone does not suffice for that either.
struct ErasureMarks {
    private static let idDomain = "hearth.erased-id.1"
    private static let textDomain = "hearth.erased-text.1"
    private static let sealedDomain = "hearth.erased-sealed-texts.1"
    private static let length = 16

    private let key: SymmetricKey

    init(secret: [UInt8]) {
        key = SymmetricKey(data: secret)
    }

    /// The marks of a file; nil if nothing was ever erased from it.
    static func read(_ connection: Connection) throws -> ErasureMarks? {
        let secret = try connection.first("SELECT erasure_secret FROM store WHERE id = 1", as: { $0.optionalBytes(0) })
        return secret.flatMap(\.self).map(ErasureMarks.init(secret:))
    }

    /// The marks of a file that something is about to be erased from.
    static func make(in transaction: StoreTransaction) throws -> ErasureMarks {
        if let marks = try read(transaction.connection) { return marks }
        let secret = SymmetricKey(size: .bits256).withUnsafeBytes { [UInt8]($0) }
        try transaction.connection.run("UPDATE store SET erasure_secret = ?1 WHERE id = 1", secret)
        _ = transaction.sequence
        return ErasureMarks(secret: secret)
    }

    /// The mark of an identifier. It names a memory of one user and one agent, as an import takes it.
    func mark(of id: MemoryID, user: UserID, agent: AgentID) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.append(Self.idDomain)
        encoder.append(user.rawValue)
        encoder.append(agent.rawValue)
        encoder.append(id.rawValue)
        return authenticated(encoder.bytes)
    }

    /// The mark of a plain text of a user, in whatever Unicode form it is typed.
    func mark(ofText text: String, user: UserID) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.append(Self.textDomain)
        encoder.append(user.rawValue)
        encoder.append(contentsOf: ContentDigest.checksum(of: text, key: nil))
        return authenticated(encoder.bytes)
    }

    /// The mark of a text of a user's sensitive memories.
    static func mark(ofSealedText text: String, keys: UserKeys) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.append(textDomain)
        encoder.append(contentsOf: ContentDigest.checksum(of: text, key: nil))
        return Array(encoder.bytes.withUnsafeBytes { keys.digestKey.digest(of: $0) }.prefix(length))
    }

    /// The mark that says that texts of a user's sensitive memories are marked, so that who has no key knows of them.
    func mark(ofSealedTextsOf user: UserID) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.append(Self.sealedDomain)
        encoder.append(user.rawValue)
        return authenticated(encoder.bytes)
    }

    private func authenticated(_ bytes: [UInt8]) -> [UInt8] {
        HMAC<SHA256>.authenticationCode(for: bytes, using: key).withUnsafeBytes { Array($0.prefix(Self.length)) }
    }

    static func insert(_ mark: [UInt8], in connection: Connection) throws {
        try connection.run("INSERT OR IGNORE INTO erasure_marks (mark) VALUES (?1)", mark)
    }

    static func remove(_ mark: [UInt8], in connection: Connection) throws {
        try connection.run("DELETE FROM erasure_marks WHERE mark = ?1", mark)
    }

    private static func contains(_ mark: [UInt8], in connection: Connection) throws -> Bool {
        try connection.first("SELECT 1 FROM erasure_marks WHERE mark = ?1", mark, as: { _ in true }) ?? false
    }

    /// Whether the identifier of a memory that is to be imported was erased.
    func coverID(of item: MemoryImport, in connection: Connection) throws -> Bool {
        try Self.contains(mark(of: item.id, user: item.userID, agent: item.agentID), in: connection)
    }

    /// Whether a memory that is to be imported was erased: by its identifier, or by its text.
    ///
    /// - Parameters:
    ///   - keys: The keys of its user, if they are in memory.
    ///   - allowsText: Whether the text may come back under another identifier.
    /// - Throws: `.keyUnavailable` if it takes the keys to tell, because sensitive memories of the user were erased.
    func cover(_ item: MemoryImport, keys: UserKeys?, allowsText: Bool, in connection: Connection) throws -> Bool {
        if try coverID(of: item, in: connection) { return true }
        let text = item.draft.content
        guard !allowsText, !text.isBlank else { return false }
        if try Self.contains(mark(ofText: text, user: item.userID), in: connection) { return true }
        if let keys { return try Self.contains(Self.mark(ofSealedText: text, keys: keys), in: connection) }
        if try mayHaveSealedTexts(of: item.userID, in: connection) {
            throw MemoryError.noKeyToCompare(with: item.userID)
        }
        return false
    }

    /// Whether texts of a user's sensitive memories are marked, under keys that the file still has.
    private func mayHaveSealedTexts(of userID: UserID, in connection: Connection) throws -> Bool {
        guard try Self.contains(mark(ofSealedTextsOf: userID), in: connection),
            let user = try UserTable.find(userID, in: connection)
        else { return false }
        return try KeyTable.newest(ofUser: user, in: connection) != nil
    }
}

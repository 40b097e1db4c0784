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

    private func authenticated(_ bytes: [UInt8]) -> [UInt8] {
        HMAC<SHA256>.authenticationCode(for: bytes, using: key).withUnsafeBytes { Array($0.prefix(Self.length)) }
    }

    static func insert(_ mark: [UInt8], in connection: Connection) throws {
        try connection.run("INSERT OR IGNORE INTO erasure_marks (mark) VALUES (?1)", mark)
    }

    private static func contains(_ mark: [UInt8], in connection: Connection) throws -> Bool {
        try connection.first("SELECT 1 FROM erasure_marks WHERE mark = ?1", mark, as: { _ in true }) ?? false
    }

    /// Whether a memory that is to be imported was erased: by its identifier, or by its text.
    ///
    /// - Parameters:
    ///   - keys: The keys of its user, if they are in memory: without them the text of an erased sensitive memory is not
    ///     recognised.
    ///   - allowsText: Whether the text may come back under another identifier.
    func cover(_ item: MemoryImport, keys: UserKeys?, allowsText: Bool, in connection: Connection) throws -> Bool {
        if try Self.contains(mark(of: item.id, user: item.userID, agent: item.agentID), in: connection) { return true }
        let text = item.draft.content
        guard !allowsText, !text.isBlank else { return false }
        if try Self.contains(mark(ofText: text, user: item.userID), in: connection) { return true }
        return try keys.map { try Self.contains(Self.mark(ofSealedText: text, keys: $0), in: connection) } ?? false
    }
}

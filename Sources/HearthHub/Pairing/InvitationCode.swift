internal import Crypto
package import HearthModel

/// What a device types or pastes to join a space: which space, its key, where the hub is, and a secret that works once.
///
/// Whoever has it may join, and with access to the hub read the space. It is written in lines of a few groups, in
/// Crockford's base 32, which has no letters that look alike; blanks, line ends, hyphens and capitals make no difference.
package struct InvitationCode: Sendable {
    /// What the groups begin with, so that a person knows what it is.
    private static let mark = "hearth1"
    private static let version: UInt8 = 1
    private static let checksumSize = 4
    private static let groupSize = 6
    private static let groupsInLine = 9

    package let space: SpaceID
    let root: SymmetricKey
    let secret: OneTimeSecret
    /// How the hub is reached: a connection string of libpq.
    package let address: String

    init(space: SpaceID, root: SymmetricKey, secret: OneTimeSecret, address: String) {
        self.space = space
        self.root = root
        self.secret = secret
        self.address = address
    }

    /// The code in lines of at most 70 characters.
    package var text: String {
        var writer = ByteWriter()
        writer.append(Self.version)
        writer.append(fixed: space.bytes)
        root.withUnsafeBytes { writer.append(fixed: $0) }
        writer.append(fixed: secret.bytes)
        writer.append(address)
        let bytes = writer.bytes
        let digits = Array(Base32.text(bytes + SHA256.hash(data: bytes).prefix(Self.checksumSize)))
        let groups = stride(from: 0, to: digits.count, by: Self.groupSize)
            .map { String(digits[$0..<min($0 + Self.groupSize, digits.count)]) }
        let all = [Self.mark] + groups
        return stride(from: 0, to: all.count, by: Self.groupsInLine)
            .map { all[$0..<min($0 + Self.groupsInLine, all.count)].joined(separator: "-") }
            .joined(separator: "\n")
    }

    /// Reads a code.
    ///
    /// - Throws: `.invalidArgument` if a character is wrong or missing, or another build made it.
    package init(_ text: String) throws(MemoryError) {
        let plain = text.lowercased().filter { !$0.isWhitespace && $0 != "-" }
        guard plain.hasPrefix(Self.mark) else {
            throw .invalidArgument("This is no invitation: a code begins with \(Self.mark). Copy all of its lines.")
        }
        guard let bytes = Base32.bytes(plain.dropFirst(Self.mark.count)), bytes.count > Self.checksumSize,
            Array(SHA256.hash(data: bytes.dropLast(Self.checksumSize)).prefix(Self.checksumSize))
                == Array(bytes.suffix(Self.checksumSize))
        else {
            throw .invalidArgument("A character of the invitation is wrong or missing. Copy all of its lines again.")
        }
        var reader = ByteReader(bytes.dropLast(Self.checksumSize))
        guard (try? reader.number(UInt8.self)) == Self.version, let space = try? reader.identifier(SpaceID.self),
            let root = try? reader.fixed(32), let secret = (try? reader.fixed(16)).flatMap(OneTimeSecret.init(bytes:)),
            let address = try? reader.text(), reader.isAtEnd
        else {
            throw .invalidArgument("Another version of hearth made this invitation. Use that version here too.")
        }
        self.init(space: space, root: SymmetricKey(data: root), secret: secret, address: address)
    }
}

/// Crockford's base 32, without padding.
enum Base32 {
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz")

    static func text(_ bytes: [UInt8]) -> String {
        var text = ""
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(digits[Int(buffer >> UInt32(bits) & 31)])
            }
            buffer &= 0xFF
        }
        if bits > 0 { text.append(digits[Int(buffer << UInt32(5 - bits) & 31)]) }
        return text
    }

    /// The bytes; nil if a character is no digit, or the rest is not zero.
    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for character in text {
            guard let value = value(of: character) else { return nil }
            buffer = buffer << 5 | value
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
            }
            buffer &= 0x1FFF
        }
        return bits < 5 && buffer & (1 << UInt32(bits) - 1) == 0 ? bytes : nil
    }

    private static func value(of character: Character) -> UInt32? {
        switch character {
        case "o": 0
        case "i", "l": 1
        default: digits.firstIndex(of: character).map(UInt32.init)
        }
    }
}

import Crypto

/// What the ids and checksums of one user's sensitive memories are made with.
///
/// A plain digest would tell whoever takes the file whether a guess of the text is right. With the key it is an
/// HMAC-SHA-256 (FIPS 198-1), which tells nothing to anyone without it. The key is the user's identity key. It is not
/// replaced when data keys are, because versions name their parents, and hosts name versions, by these ids.
package struct DigestKey: Sendable {
    private let authenticate: @Sendable (UnsafeRawBufferPointer) -> [UInt8]

    /// Wraps what makes the HMAC of some bytes.
    package init(_ authenticate: @escaping @Sendable (UnsafeRawBufferPointer) -> [UInt8]) {
        self.authenticate = authenticate
    }

    /// The HMAC of some bytes.
    package func digest(of bytes: UnsafeRawBufferPointer) -> [UInt8] { authenticate(bytes) }
}

extension DigestKey: Hashable {
    /// A version's id says already which key it was made with, so keys make no difference between versions.
    package static func == (left: DigestKey, right: DigestKey) -> Bool { true }

    package func hash(into hasher: inout Hasher) {}
}

extension CanonicalEncoder {
    /// What identifies the encoded values: their SHA-256, or with a key their HMAC.
    package func digest(key: DigestKey?) -> [UInt8] {
        bytes.withUnsafeBytes { key?.digest(of: $0) ?? ContentDigest.sha256($0) }
    }
}

extension ContentDigest {
    private static let domain = "hearth.checksum.1"

    /// The checksum of a content that hosts are shown: its canonical digest, and with a key the HMAC of that.
    ///
    /// - Parameter exact: The exact digest, where it is known.
    package static func checksum(of content: String, exact: [UInt8]? = nil, key: DigestKey?) -> [UInt8] {
        let plain = canonical(content, exact: exact ?? self.exact(content))
        guard let key else { return plain }
        var encoder = CanonicalEncoder()
        encoder.append(domain)
        encoder.append(contentsOf: plain)
        return encoder.digest(key: key)
    }
}

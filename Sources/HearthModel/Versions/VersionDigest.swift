import Crypto
import Foundation

/// The content address of a version.
///
/// SHA-256 (FIPS 180-4), or for a sensitive memory an HMAC under a ``DigestKey``, over an unambiguous encoding: every string and list is preceded by its length, numbers are
/// eight bytes, big-endian, metadata is sorted by key, and the content is represented by its own SHA-256. The same
/// version made twice, anywhere, has the same id.
package enum VersionDigest {
    /// Begins the encoding, so that no other encoding can ever give the same bytes.
    private static let domain = "hearth.version.1"

    /// The id of a version; `contentDigest` saves hashing a content whose exact digest is known. A sensitive memory has a `key`.
    package static func id(
        memoryID: MemoryID,
        parents: [VersionID],
        author: AgentID,
        node: String,
        time: HybridTime,
        fields: MemoryFields,
        contentDigest: [UInt8]? = nil,
        number: Int,
        key: DigestKey? = nil
    ) -> VersionID {
        VersionID(
            bytes: bytes(
                memoryID: memoryID,
                parents: parents,
                author: author,
                node: node,
                time: time,
                fields: fields,
                contentDigest: contentDigest ?? ContentDigest.exact(fields.content),
                number: number,
                key: key
            )
        )
    }

    /// The id as the file stores it: 32 bytes.
    package static func bytes(
        memoryID: MemoryID,
        parents: [VersionID],
        author: AgentID,
        node: String,
        time: HybridTime,
        fields: MemoryFields,
        contentDigest: [UInt8],
        number: Int,
        key: DigestKey? = nil
    ) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.append(domain)
        encoder.append(memoryID.rawValue)
        encoder.append(Int64(parents.count))
        for parent in parents { encoder.append(parent.rawValue) }
        encoder.append(author.rawValue)
        encoder.append(node)
        encoder.append(time.rawValue)
        encoder.append(Int64(number))
        encoder.append(fields, contentDigest: contentDigest)
        return encoder.digest(key: key)
    }
}

/// Length-prefixed encoding of values for hashing.
package struct CanonicalEncoder {
    package private(set) var bytes: [UInt8] = []

    /// Enough for a version without long names, tags or metadata.
    private static let usualLength = 512

    package init() {
        bytes.reserveCapacity(Self.usualLength)
    }

    package mutating func append(_ value: Int64) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ value: Double) {
        append(Int64(bitPattern: value.bitPattern))
    }

    package mutating func append(_ value: String) {
        append(Int64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    /// Bytes of a length that the encoding fixes.
    package mutating func append(contentsOf digest: [UInt8]) {
        bytes.append(contentsOf: digest)
    }

    mutating func append(_ provenance: Provenance) {
        append(Int64(provenance.origin.place))
        append(provenance.trust)
        append(Int64(provenance.name == nil ? 0 : 1))
        append(provenance.name ?? "")
    }

    mutating func append(_ fields: MemoryFields, contentDigest: [UInt8]) {
        append(contentsOf: contentDigest)
        append(fields.category.rawValue)
        append(Int64(fields.tags.count))
        for tag in fields.tags { append(tag) }
        append(fields.importance)
        append(fields.confidence)
        append(Int64(fields.metadata.count))
        for (key, value) in fields.metadata.sorted(by: { $0.key < $1.key }) {
            append(key)
            append(value)
        }
        append(Int64(fields.expiresAt == nil ? 0 : 1))
        append(fields.expiresAt?.rawValue ?? 0)
        append(Int64(fields.isDeleted ? 1 : 0))
        // The standard one is left out: so a version that was made before there was provenance keeps its id.
        if fields.provenance != .standard { append(fields.provenance) }
    }
}

extension VersionID {
    /// What every version identifier begins with.
    static let prefix = "ver_"

    /// Writes 32 bytes as the identifier.
    package init(bytes: [UInt8]) {
        self.init(rawValue: Hexadecimal.string(bytes, after: Self.prefix))
    }

    /// The 32 bytes, as the file stores them; nil for an identifier that is not of this form.
    package var bytes: [UInt8]? {
        guard rawValue.utf8.starts(with: Self.prefix.utf8) else { return nil }
        return Hexadecimal.bytes(Substring(rawValue.utf8.dropFirst(Self.prefix.utf8.count)), count: 32)
    }
}

/// SHA-256 of contents.
package enum ContentDigest {
    /// Of the bytes as they are: this is what a version's id covers.
    package static func exact(_ content: String) -> [UInt8] {
        var content = content
        return content.withUTF8 { sha256(UnsafeRawBufferPointer($0)) }
    }

    /// Copies the digest as a whole: `Array(digest)` would go through it byte by byte, and every read makes two.
    static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        return hash.finalize().withUnsafeBytes { [UInt8]($0) }
    }

    /// Of the content in Unicode normalisation form C.
    package static func canonical(_ content: String) -> [UInt8] {
        canonical(content, exact: exact(content))
    }

    /// Of the content in Unicode normalisation form C, so that the same text typed on two systems has one checksum.
    package static func canonical(_ content: String, exact: [UInt8]) -> [UInt8] {
        // ASCII is its own normal form.
        if content.utf8.allSatisfy({ $0 < 0x80 }) { return exact }
        return Self.exact(content.precomposedStringWithCanonicalMapping)
    }
}

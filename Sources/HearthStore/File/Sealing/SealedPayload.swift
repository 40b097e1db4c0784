import Crypto
import FoundationEssentials
import HearthModel

/// What is sealed of a memory, a version or a draft.
struct SealedPayload: Equatable {
    /// The text as UTF-8, or a difference from another one; nil where there is none.
    var text: [UInt8]?
    var tags: [String]?
    var metadata: [String: String]?
    /// The name of where the text came from; nil where there is none, and in what an older release sealed.
    var source: String?
}

extension SealedPayload {
    /// Everything of some fields.
    init(_ fields: MemoryFields) {
        self.init(text: Array(fields.content.utf8), of: fields)
    }

    /// Everything of some fields, with another form of their text.
    init(text: [UInt8]?, of fields: MemoryFields) {
        self.init(text: text, tags: fields.tags, metadata: fields.metadata, source: fields.provenance.name)
    }

    /// What a draft changes.
    init(_ change: FieldChange) {
        self.init(
            text: change.content.map { Array($0.utf8) },
            tags: change.tags,
            metadata: change.metadata,
            source: change.provenance?.name
        )
    }

    /// The fields with what was sealed of them.
    func completing(_ fields: MemoryFields) -> MemoryFields {
        var result = fields
        if let text { result.content = String(decoding: text, as: UTF8.self) }
        if let tags { result.tags = tags }
        if let metadata { result.metadata = metadata }
        if let source { result.provenance.name = source }
        return result
    }
}

// MARK: - Encoding

/// A byte says which parts follow: 1 text, 2 tags, 4 metadata, 8 source. The text and every string have their length before them,
/// tags and metadata their number, as 4 bytes, little-endian. Metadata is sorted by key. Zeros fill the rest, so that
/// the length tells the length of the text only roughly.
extension SealedPayload {
    /// Lengths are multiples of this: two passwords of usual lengths look alike.
    static let granularity = 64

    var encoded: [UInt8] {
        let parts = [text == nil, tags == nil, metadata == nil, source == nil]
        var bytes: [UInt8] = [parts.enumerated().reduce(0) { $0 | ($1.element ? 0 : 1 << UInt8($1.offset)) }]
        func append(_ count: Int) {
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: count).littleEndian) { bytes.append(contentsOf: $0) }
        }
        func append(_ string: String) {
            append(string.utf8.count)
            bytes.append(contentsOf: string.utf8)
        }
        if let text {
            append(text.count)
            bytes.append(contentsOf: text)
        }
        if let tags {
            append(tags.count)
            for tag in tags { append(tag) }
        }
        if let metadata {
            append(metadata.count)
            for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
                append(key)
                append(value)
            }
        }
        if let source { append(source) }
        let rest = bytes.count % Self.granularity
        if rest > 0 { bytes.append(contentsOf: repeatElement(0, count: Self.granularity - rest)) }
        return bytes
    }

    /// Reads what ``encoded`` gave; nil for anything else.
    init?(encoded bytes: [UInt8]) {
        var reader = Reader(rest: bytes[...])
        guard let parts = reader.byte(), parts < 16 else { return nil }
        if parts & 1 != 0 {
            guard let text = reader.bytes() else { return nil }
            self.text = Array(text)
        }
        if parts & 2 != 0 {
            guard let count = reader.count() else { return nil }
            var tags: [String] = []
            for _ in 0..<count {
                guard let tag = reader.string() else { return nil }
                tags.append(tag)
            }
            self.tags = tags
        }
        if parts & 4 != 0 {
            guard let count = reader.count() else { return nil }
            var metadata: [String: String] = [:]
            for _ in 0..<count {
                guard let key = reader.string(), let value = reader.string() else { return nil }
                metadata[key] = value
            }
            self.metadata = metadata
        }
        if parts & 8 != 0 {
            guard let source = reader.string() else { return nil }
            self.source = source
        }
        guard reader.rest.count < Self.granularity, reader.rest.allSatisfy({ $0 == 0 }) else { return nil }
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func byte() -> UInt8? { rest.popFirst() }

        mutating func count() -> Int? {
            guard rest.count >= 4 else { return nil }
            defer { rest = rest.dropFirst(4) }
            return rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        }

        mutating func bytes() -> ArraySlice<UInt8>? {
            guard let count = count(), rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }

        mutating func string() -> String? { bytes().map { String(decoding: $0, as: UTF8.self) } }
    }
}

// MARK: - Sealing

/// AES-256-GCM (NIST SP 800-38D) with a fresh random nonce. What it gives is a byte for the format, the number of the
/// data key (4 bytes, little-endian), nonce (12), ciphertext, tag (16).
enum Seal {
    private static let format: UInt8 = 1
    static let headSize = 5
    /// What sealing adds.
    static let overhead = headSize + 12 + 16

    static func seal(_ bytes: some DataProtocol, with key: DataKey, associated: [UInt8]) throws -> [UInt8] {
        let box = try AES.GCM.seal(
            bytes,
            using: key.sealing.symmetric,
            nonce: AES.GCM.Nonce(),
            authenticating: associated
        )
        var sealed: [UInt8] = []
        sealed.reserveCapacity(bytes.count + overhead)
        sealed.append(format)
        withUnsafeBytes(of: key.number.littleEndian) { sealed.append(contentsOf: $0) }
        if let combined = box.combined { sealed.append(contentsOf: combined) }
        return sealed
    }

    /// The number of the data key that something is sealed with; nil for what is not sealed in this form.
    static func number(of sealed: [UInt8]) -> UInt32? {
        guard sealed.count >= overhead, sealed[0] == format else { return nil }
        return sealed[1..<headSize].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// - Throws: `.decryptionFailed` for anything but what was sealed with these keys and this associated data;
    ///   ``KeysNeeded`` for a data key that is not in memory.
    static func open(_ sealed: [UInt8], with keys: UserKeys, associated: [UInt8], what: @autoclosure () -> String)
        throws
        -> [UInt8]
    {
        guard let number = number(of: sealed) else { throw MemoryError.unsealable(what()) }
        let key = try keys.dataKey(number)
        do {
            let box = try AES.GCM.SealedBox(combined: sealed[headSize...])
            return [UInt8](try AES.GCM.open(box, using: key.sealing.symmetric, authenticating: associated))
        } catch {
            throw MemoryError.unsealable(what())
        }
    }
}

import Foundation
import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite

/// The look-up of equal texts, by `memories.text_key`.
///
/// Texts are equal if they differ in nothing but how the same characters are encoded, and in what stands at their ends
/// and is not seen.
enum EqualTexts {
    /// Those of one owner that came from the same place.
    struct Kind {
        var owner: Int64
        /// Where they came from, as the file holds it.
        var provenance: ProvenanceKey
        /// The first of them.
        var memory: Int64

        /// Before every kind.
        static let start = Kind(owner: .min, provenance: .number(.min), memory: .min)
    }

    /// The kind of a user's equal texts that follows on another. It is found by two steps into the index, whatever the
    /// number of texts.
    ///
    /// The number alone decides. It is half as long as would be needed to rule out that somebody makes two texts with the
    /// same one, and who does gets less trust for one of them.
    static let kinds: StaticString = """
        SELECT * FROM (
            SELECT owner_key, provenance, memory_key, typeof(provenance) FROM memories
            WHERE text_key = ?1 AND user_key = ?2 AND owner_key = ?3 AND provenance > ?4
                AND state != 'folded' AND memory_key IS NOT ?5
            ORDER BY provenance, memory_key LIMIT 1)
        UNION ALL SELECT * FROM (
            SELECT owner_key, provenance, memory_key, typeof(provenance) FROM memories
            WHERE text_key = ?1 AND user_key = ?2 AND owner_key > ?3
                AND state != 'folded' AND memory_key IS NOT ?5
            ORDER BY owner_key, provenance, memory_key LIMIT 1)
        LIMIT 1
        """

    /// The next text of a kind.
    static let others: StaticString = """
        SELECT memory_key FROM memories
        WHERE text_key = ?1 AND user_key = ?2 AND owner_key = ?3 AND provenance = ?4 AND memory_key > ?5
            AND state != 'folded' AND memory_key IS NOT ?6
        ORDER BY memory_key LIMIT 1
        """

    /// Whether any text is looked for at all. In a file to which only agents have written there is none, and nobody needs to
    /// make its number.
    static let any: StaticString =
        "SELECT 1 FROM memories INDEXED BY memories_by_text WHERE text_key IS NOT NULL LIMIT 1"

    /// What equal texts have in common: Unicode normalisation form C, without white space, controls and marks that are not
    /// seen at the ends.
    static func folded(_ content: String) -> String {
        // Most texts are so already.
        var plain = content
        let isFolded = plain.withUTF8 { bytes in
            guard let first = bytes.first, let last = bytes.last else { return true }
            return bytes.allSatisfy { $0 < 0x80 } && isSeen(first) && isSeen(last)
        }
        if isFolded { return content }
        let scalars = content.precomposedStringWithCanonicalMapping.unicodeScalars
        guard let first = scalars.firstIndex(where: isSeen), let last = scalars.lastIndex(where: isSeen) else {
            return ""
        }
        return String(scalars[first...last])
    }

    private static func isSeen(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }

    private static func isSeen(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isWhitespace || scalar.properties.isDefaultIgnorableCodePoint { return false }
        return scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format
    }

    /// The number that leads to a text and to those that are equal to it; nil for a blank one, which is not looked for.
    ///
    /// - Parameter digest: Of the text, where it is known.
    static func key(of content: String, digest: [UInt8]? = nil) -> Int64? {
        guard !content.isBlank else { return nil }
        let folded = folded(content)
        if let digest, folded.utf8.elementsEqual(content.utf8) { return number(of: digest) }
        return number(of: ContentDigest.exact(folded))
    }

    /// The number that leads to a text of a sensitive memory. It takes the user's keys to make it.
    static func key(ofSealed content: String, keys: UserKeys) -> Int64? {
        guard !content.isBlank else { return nil }
        var encoder = CanonicalEncoder()
        encoder.append(domain)
        encoder.append(folded(content))
        return number(of: encoder.bytes.withUnsafeBytes { keys.digestKey.digest(of: $0) })
    }

    private static let domain = "hearth.text.1"

    private static func number(of digest: [UInt8]) -> Int64 { digest.prefix(8).reduce(0) { $0 << 8 | Int64($1) } }

    /// What the file keeps of a text so that it is found; nil if it has the standard provenance.
    ///
    /// - Parameter keys: Of its user, for a sensitive memory.
    static func column(_ fields: MemoryFields, digest: [UInt8]? = nil, sealedBy keys: UserKeys?) -> Int64? {
        guard fields.provenance != .standard else { return nil }
        return keys.map { key(ofSealed: fields.content, keys: $0) } ?? key(of: fields.content, digest: digest)
    }

    /// Whether a row leads to its text. Older releases wrote the number of the text as it is spelled, and none for a
    /// sensitive memory.
    static func leads(_ column: Int64?, to fields: MemoryFields, sealedBy keys: UserKeys?) -> Bool {
        if column == self.column(fields, sealedBy: keys) { return true }
        guard fields.provenance != .standard else { return false }
        guard keys == nil else { return column == nil }
        return column == (fields.content.isBlank ? nil : number(of: ContentDigest.exact(fields.content)))
    }

    /// Every number by which a text that equals this one may be found.
    ///
    /// - Parameter keys: Of the user, if they are in memory: without them sensitive memories are not found.
    static func keys(of content: String, digest: [UInt8]?, sealedBy keys: UserKeys?) -> [Int64] {
        guard let plain = key(of: content, digest: digest) else { return [] }
        let spelled = number(of: digest ?? ContentDigest.exact(content))
        let sealed = keys.flatMap { key(ofSealed: content, keys: $0) }
        return [plain] + (spelled == plain ? [] : [spelled]) + [sealed].compactMap(\.self)
    }
}

extension Snapshot {
    /// Where the texts that are equal to one came from, of a user's memories that an agent can see: every provenance
    /// once for each owner, without the standard one.
    ///
    /// The agent's own count even if they are deleted, because it could delete one to store its text again. What the agent
    /// can't see changes nothing for it. Sensitive memories count if the user's keys are in memory.
    ///
    /// - Parameters:
    ///   - digest: Of the text, where it is known.
    ///   - memory: A memory that does not count, because its text is the one that is replaced.
    func provenances(
        ofTextsEqualTo content: String,
        digest: [UInt8]? = nil,
        user: Int64,
        seenBy agent: KnownAgent,
        besides memory: Int64? = nil,
        now: Timestamp
    ) throws -> [Provenance] {
        guard try connection.first(EqualTexts.any, as: { _ in true }) != nil else { return [] }
        return try EqualTexts.keys(of: content, digest: digest, sealedBy: keyring.loaded(user))
            .flatMap { try provenances(ofTextsAt: $0, user: user, seenBy: agent, besides: memory, now: now) }
    }

    private func provenances(
        ofTextsAt key: Int64,
        user: Int64,
        seenBy agent: KnownAgent,
        besides memory: Int64?,
        now: Timestamp
    ) throws -> [Provenance] {
        var found: [Provenance] = []
        var kind = EqualTexts.Kind.start
        var seen: Set<Int64> = []
        while let next = try connection.first(
            EqualTexts.kinds,
            key,
            user,
            kind.owner,
            kind.provenance,
            memory,
            as: {
                let provenance = try ProvenanceKey($0, 1, type: 3)
                return EqualTexts.Kind(owner: $0.int64(0), provenance: provenance, memory: $0.int64(2))
            }
        ) {
            // A damaged row would come again and again.
            guard seen.insert(next.memory).inserted else {
                throw MemoryError.corrupt("The provenance of a memory does not read; restore the file from a backup.")
            }
            kind = next
            var candidate: Int64? = kind.memory
            while let one = candidate, try !counts(one, of: kind.owner, for: agent, now: now) {
                candidate = try connection.first(
                    EqualTexts.others,
                    key,
                    user,
                    kind.owner,
                    kind.provenance,
                    one,
                    memory,
                    as: { $0.int64(0) }
                )
            }
            if candidate != nil { found.append(try kind.provenance.value) }
        }
        return found
    }

    /// Whether an equal text is the agent's own, or one that it can see.
    private func counts(_ memory: Int64, of owner: Int64, for agent: KnownAgent, now: Timestamp) throws -> Bool {
        if owner == agent.key { return true }
        guard let record = try MemoryRecord.find(key: memory, in: self), !record.isExpired(at: now) else {
            return false
        }
        return try standing(of: agent, to: record) != .none
    }
}

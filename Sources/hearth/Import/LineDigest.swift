import Crypto
import FoundationEssentials
import HearthMemory

/// The SHA-256 of all that a line says of a memory but its id.
///
/// It doesn't depend on the order of keys, on white space or on how characters are escaped. A line without an id gets one from it, so
/// that a second run finds the memory; two lines that say exactly the same are therefore one memory.
struct LineDigest: Equatable {
    let bytes: [UInt8]

    init(user: UserID, agent: AgentID, session: SessionID?, draft: MemoryDraft) {
        var writer = FieldWriter()
        writer.field(user.rawValue)
        writer.field(agent.rawValue)
        writer.field(session?.rawValue)
        writer.field(draft.createdAt.map(RFC3339.string))
        writer.field(draft.content)
        writer.field(draft.type.rawValue)
        writer.field(draft.category.rawValue)
        writer.field(String(draft.importance.bitPattern))
        for tag in draft.tags { writer.field(tag) }
        bytes = writer.finish()
    }

    /// The id of a memory whose line has none: "mem_" and the first half of the digest.
    var memoryID: MemoryID {
        let digits = bytes.prefix(16)
            .map { byte in
                (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
            }
        return MemoryID(rawValue: "mem_" + digits.joined())
    }
}

/// Hashes fields one after another, each with its length before it, so that no two lists of fields run together.
private struct FieldWriter {
    private var hash = SHA256()

    mutating func field(_ text: String?) {
        guard let text else { return length(.max) }
        length(UInt64(text.utf8.count))
        hash.update(data: Array(text.utf8))
    }

    func finish() -> [UInt8] {
        Array(hash.finalize())
    }

    private mutating func length(_ count: UInt64) {
        withUnsafeBytes(of: count.littleEndian) { hash.update(bufferPointer: $0) }
    }
}

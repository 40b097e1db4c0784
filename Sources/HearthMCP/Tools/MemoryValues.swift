import FoundationEssentials
import HearthMemory
import HearthText

extension JSONValue {
    init(_ date: Date) { self = .string(date.formatted(.iso8601)) }
    init(_ strings: [String]) { self = .array(strings.map { .string($0) }) }
    init(_ count: Int) { self = .integer(Int64(count)) }
    init(_ strings: [String: String]) {
        var object = JSONObject()
        for (key, value) in strings.sorted(by: { $0.key < $1.key }) { object[key] = .string(value) }
        self = .object(object)
    }

    /// A memory as a model reads it: what it says first, and nothing that says nothing.
    ///
    /// - Parameter longest: How many characters of its text are shown; then it says that there is more.
    init(_ memory: Memory, longest: Int = .max) {
        var object: JSONObject = ["id": .string(memory.id.rawValue)]
        let shown = memory.content.prefix(longest)
        if shown.endIndex == memory.content.endIndex {
            object["content"] = .string(memory.content)
        } else {
            object["content"] = .string(shown + "…")
            object["note"] = "The text is cut here; get reads it whole."
        }
        object["category"] = .string(memory.category.rawValue)
        if !memory.tags.isEmpty { object["tags"] = JSONValue(memory.tags) }
        object["owner"] = .string(memory.agentID.rawValue)
        object["importance"] = .number(memory.importance)
        object["trust"] = .number(memory.provenance.trust)
        object["created_at"] = JSONValue(memory.createdAt)
        object["updated_at"] = JSONValue(memory.updatedAt)
        object["version"] = JSONValue(memory.version)
        object["state"] = .string(memory.syncStatus.rawValue)
        if let session = memory.sessionID { object["session"] = .string(session.rawValue) }
        if let expiry = memory.expiresAt { object["expires_at"] = JSONValue(expiry) }
        if !memory.metadata.isEmpty { object["metadata"] = JSONValue(memory.metadata) }
        self = .object(object)
    }

    init(_ version: MemoryVersion) {
        self = [
            "version": .string(version.id.rawValue), "number": JSONValue(version.number),
            "author": .string(version.author.rawValue), "created_at": JSONValue(version.createdAt),
            "content": .string(version.content), "deleted": .bool(version.isDeleted),
        ]
    }

    init(_ conflict: SyncConflict) {
        var object: JSONObject = [
            "conflict": .string(conflict.id.rawValue), "id": .string(conflict.memoryID.rawValue),
            "kind": .string(conflict.kind.rawValue),
        ]
        if let base = conflict.base { object["was"] = .string(base.content) }
        object["versions"] = .array(conflict.versions.map { JSONValue($0) })
        self = .object(object)
    }
}

/// A place in a list, as a word that a client gives back.
enum PageCursor {
    static func text(_ cursor: SliceCursor) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(cursor).base64EncodedString()
    }

    static func cursor(_ text: String) -> SliceCursor? {
        guard let json = Data(base64Encoded: text) else { return nil }
        do {
            return try JSONDecoder().decode(SliceCursor.self, from: json)
        } catch {
            // It is none that was given out.
            return nil
        }
    }
}

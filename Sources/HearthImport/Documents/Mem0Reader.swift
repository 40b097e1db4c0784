import FoundationEssentials
import HearthModel
import HearthText

/// What mem0 says of a memory, in JSON or in its history.
enum Mem0 {
    static let namespace = "mem0"

    /// Keys that have a place of their own.
    private static let known: Set<String> = [
        "id", "memory", "created_at", "metadata", "user_id", "run_id", "categories", "expiration_date", "score",
    ]

    static func item(_ value: JSONValue, number: Int) -> ForeignItem {
        let place = "memory \(number)"
        guard let id = value.text("id") else { return .refused(place: place, reason: "it has no id") }
        guard let text = value["memory"]?.string ?? value.text("data") else {
            return .refused(place: "\(place) (\(id))", reason: "it has no text under \"memory\"")
        }
        guard !text.isEmpty else { return .left(.empty, count: 1) }
        var metadata: [String: String] = [:]
        metadata.note(value.object, except: known)
        let theirs = value["metadata"]
        let areTags = theirs?["tags"]?.array != nil
        if theirs?.object == nil { metadata.note("metadata", theirs) }
        metadata.note(theirs?.object, except: areTags ? ["tags"] : [])
        metadata.set("source", namespace)
        let created = ForeignTime.date(value["created_at"])
        if created == nil { metadata.note("created_at", value["created_at"]) }
        let expiry = ForeignTime.date(value["expiration_date"])
        if expiry == nil { metadata.note("expiration_date", value["expiration_date"]) }
        if value["categories"]?.array == nil { metadata.note("categories", value["categories"]) }
        let tags = (value["categories"]?.array ?? []) + (theirs?["tags"]?.array ?? [])
        let labels = metadata.labels(tags.compactMap(\.metadataText))
        let isProcedure = value["metadata"]?["memory_type"]?.string == "procedural_memory"
        let draft = MemoryDraft(
            content: text,
            type: isProcedure ? .procedural : .semantic,
            category: .knowledge,
            tags: labels,
            metadata: metadata,
            expiresAt: expiry,
            createdAt: created
        )
        return .memory(
            ForeignMemory(
                place: "\(place) (\(id))",
                key: [namespace, id],
                user: value.text("user_id"),
                session: value.text("run_id"),
                draft: draft
            )
        )
    }
}

/// Reads what `get_all` of mem0 gives, as JSON.
struct Mem0Reader: ForeignReader {
    private var elements: JSONElements
    private var number = 0

    static let arrays: Set<String> = ["results", "memories", "relations"]

    init(_ chunks: any Chunks) {
        elements = JSONElements(chunks, arrays: Self.arrays)
    }

    var fractionRead: Double { elements.fractionRead }

    mutating func next() throws -> [ForeignItem]? {
        guard let element = try elements.next() else { return nil }
        switch element.key {
        case nil, "results", "memories":
            number += 1
            if let refusal = element.refusal { return [.refused(place: "memory \(number)", reason: refusal)] }
            return [Mem0.item(element.value, number: number)]
        case "relations": return [.left(.relations, count: 1)]
        // How many there are, and where the next page is.
        default: return []
        }
    }
}

import FoundationEssentials
import HearthModel
import HearthText

/// Reads the `conversations.json` of an export of Claude, and the `memories.json` beside it.
struct ClaudeReader: ForeignReader {
    private var elements: JSONElements
    private var number = 0
    private let keepsBranches: Bool
    /// Members of a file that is one object: what Claude keeps of one person.
    private var members = JSONObject()

    init(_ chunks: any Chunks, keepsBranches: Bool, longestChat: Int) {
        elements = JSONElements(chunks, arrays: ["conversations"], longestElement: longestChat)
        self.keepsBranches = keepsBranches
    }

    var fractionRead: Double { elements.fractionRead }

    mutating func next() throws -> [ForeignItem]? {
        guard let element = try elements.next() else {
            guard ClaudeMemories.fits(.object(members)) else { return nil }
            defer { members = JSONObject() }
            return ClaudeMemories.items(.object(members))
        }
        if let key = element.key, key != "conversations" {
            members[key] = element.value
            return element.refusal.map { [.refused(place: "\"\(key)\"", reason: $0)] } ?? []
        }
        let value = element.value
        if ClaudeMemories.fits(value) { return ClaudeMemories.items(value) }
        number += 1
        if let refusal = element.refusal {
            return [.refused(place: "conversation \(number)", reason: refusal)]
        }
        guard let id = value.text("uuid"), let messages = value["chat_messages"]?.array else {
            return [.refused(place: "conversation \(number)", reason: "it has no uuid or no chat_messages")]
        }
        var chat = Chat(assistant: "Claude", namespace: "claude", number: number, id: id)
        chat.title = value.text("name")
        chat.time = ForeignTime.date(value["created_at"])
        chat.metadata["model"] = value.text("model")
        chat.metadata["project"] = value["project"]?.text("name") ?? value.text("project_uuid")
        return items(messages, of: chat, current: value.text("current_leaf_message_uuid"))
    }

    private func items(_ messages: [JSONValue], of chat: Chat, current: String?) -> [ForeignItem] {
        let (path, branches) = Self.branches(messages, current: current)
        var items: [ForeignItem] = []
        var hidden = 0
        for exchange in Exchange.cut(path.compactMap { Self.message($0, hidden: &hidden) }) {
            items += chat.items(exchange)
        }
        if keepsBranches {
            for exchange in Exchange.cut(branches.compactMap { Self.message($0, hidden: &hidden) }) {
                items += chat.items(exchange, branch: exchange.first)
            }
        } else if !branches.isEmpty {
            items.append(.left(.branches, count: branches.count))
        }
        if hidden > 0 { items.append(.left(.hidden, count: hidden)) }
        return items
    }

    /// What was shown last, and the rest. Older exports don't say what answers what: then all is one path.
    private static func branches(_ messages: [JSONValue], current: String?) -> (path: [JSONValue], rest: [JSONValue]) {
        var places: [String: Int] = [:]
        for (place, message) in messages.enumerated() { if let id = message.text("uuid") { places[id] = place } }
        let isTree = messages.contains { $0.text("parent_message_uuid").map { places[$0] != nil } ?? false }
        guard isTree, let last = current.flatMap({ places[$0] }) ?? messages.indices.last else { return (messages, []) }
        var path: Set<Int> = []
        var next: Int? = last
        while let place = next, path.insert(place).inserted {
            next = messages[place].text("parent_message_uuid").flatMap { places[$0] }
        }
        return (
            messages.indices.filter(path.contains).map { messages[$0] },
            messages.indices.filter { !path.contains($0) }.map { messages[$0] }
        )
    }

    private static func message(_ value: JSONValue, hidden: inout Int) -> ChatMessage? {
        guard let sender = value["sender"]?.string, sender == "human" || sender == "assistant" else {
            hidden += 1
            return nil
        }
        let blocks = value["content"]?.array ?? []
        hidden += blocks.count { $0["type"]?.string != "text" }
        var texts = blocks.filter { $0["type"]?.string == "text" }.compactMap { $0.text("text") }
        // Older exports have the text alone. Newer ones have it too, with a placeholder for each block that is no text.
        if texts.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) {
            texts = (value["content"]?.string ?? value["text"]?.string).map { [withoutPlaceholders($0)] } ?? []
        }
        var message = ChatMessage(
            id: value.text("uuid") ?? "",
            isOfUser: sender == "human",
            text: "",
            time: ForeignTime.date(value["created_at"])
        )
        // A text that was pasted was said, whether or not it got a name.
        for file in value["attachments"]?.array ?? [] {
            let pasted = file.text("extracted_content")
            if let pasted { texts.append(pasted) }
            message.attach(file.text("file_name"), isLeftOut: pasted == nil)
        }
        for file in value["files"]?.array ?? [] {
            // Some are named a second time here.
            let name = file.text("file_name")
            if name.map(message.attachments.contains) != true { message.attach(name, isLeftOut: true) }
        }
        message.text = texts.filter { !$0.isEmpty }.joined(separator: "\n\n")
        guard !message.text.isEmpty || message.leftOut > 0 else { return nil }
        return message
    }

    /// The export's text has a fenced remark where a call of a tool or a thought stood: nobody said it.
    private static func withoutPlaceholders(_ text: String) -> String {
        // Looked for first, because few texts have it and the expression takes its time.
        guard text.contains("This block is not supported") else { return String(text[...].trimmingSpaces) }
        let remark = /\s*```\s*This block is not supported on your current device yet\.\s*```\s*/
        return String(text.replacing(remark, with: "\n\n")[...].trimmingSpaces)
    }
}

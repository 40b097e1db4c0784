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
            let whole = JSONValue.object(members)
            members = JSONObject()
            if ClaudeProjects.fits(whole) { return [.left(.projects, count: 1)] }
            return ClaudeMemories.fits(whole) ? ClaudeMemories.items(whole) : nil
        }
        if let key = element.key, key != "conversations" {
            members[key] = element.value
            return element.refusal.map { [.refused(place: "\"\(key)\"", reason: $0)] } ?? []
        }
        let value = element.value
        if ClaudeMemories.fits(value) { return ClaudeMemories.items(value) }
        if ClaudeProjects.fits(value) { return [.left(.projects, count: 1)] }
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
        return Self.tree(messages, of: chat, current: value.text("current_leaf_message_uuid"))
            .items(keepingBranches: keepsBranches)
    }

    /// Older exports don't say what answers what: then each message follows the one before it.
    private static func tree(_ messages: [JSONValue], of chat: Chat, current: String?) -> MessageTree {
        var places: [String: Int] = [:]
        for (place, message) in messages.enumerated() { if let id = message.text("uuid") { places[id] = place } }
        let parents = messages.map { $0.text("parent_message_uuid").flatMap { places[$0] } }
        let isTree = parents.contains { $0 != nil }
        var nodes = messages.indices.map { place in
            var hidden = 0
            let message = Self.message(messages[place], hidden: &hidden)
            let before = place > 0 ? place - 1 : nil
            return MessageTree.Node(parent: isTree ? parents[place] : before, message: message, hidden: hidden)
        }
        for parent in nodes.compactMap(\.parent) { nodes[parent].isFollowed = true }
        let shown = isTree ? current.flatMap { places[$0] } : nil
        return MessageTree(chat, nodes, current: shown ?? messages.indices.last)
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

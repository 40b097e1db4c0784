import FoundationEssentials
import HearthModel
import HearthText

/// Reads the `conversations.json` of an export of ChatGPT.
struct ChatGPTReader: ForeignReader {
    private var elements: JSONElements
    private var number = 0
    private let keepsBranches: Bool

    init(_ chunks: any Chunks, keepsBranches: Bool, longestChat: Int) {
        elements = JSONElements(chunks, arrays: ["conversations"], longestElement: longestChat)
        self.keepsBranches = keepsBranches
    }

    var fractionRead: Double { elements.fractionRead }

    mutating func next() throws -> [ForeignItem]? {
        guard let element = try elements.next() else { return nil }
        number += 1
        if let refusal = element.refusal {
            return [.refused(place: "conversation \(number)", reason: refusal)]
        }
        guard let tree = MessageTree(element.value, number: number) else {
            return [.refused(place: "conversation \(number)", reason: "it has no id or no mapping of messages")]
        }
        return tree.items(keepingBranches: keepsBranches)
    }
}

/// A chat of ChatGPT: a tree, of which a person sees the path to the current node.
///
/// An edited question and an answer that was asked for again are branches.
private struct MessageTree {
    private struct Node {
        var parent: String?
        var children: [String]
        /// nil for what isn't shown.
        var message: ChatMessage?
        /// Whether there is a message that isn't shown.
        var isHidden: Bool
    }

    private var chat: Chat
    private var nodes: [String: Node] = [:]
    /// The nodes in the order of the file.
    private var order: [String] = []
    private var current: String?

    init?(_ value: JSONValue, number: Int) {
        guard let id = value.text("conversation_id") ?? value.text("id"), let mapping = value["mapping"]?.object else {
            return nil
        }
        chat = Chat(assistant: "ChatGPT", namespace: "chatgpt", number: number, id: id)
        chat.title = value.text("title")
        chat.time = ForeignTime.date(value["create_time"])
        chat.metadata["model"] = value.text("default_model_slug")
        chat.metadata["gpt"] = value.text("gizmo_id")
        chat.metadata["project"] = value.text("conversation_template_id")
        if value["is_archived"]?.bool == true { chat.metadata["archived"] = "true" }
        if value["is_starred"]?.bool == true { chat.metadata["starred"] = "true" }
        for member in mapping.members {
            let message = member.value["message"].flatMap { Self.message($0, id: member.key) }
            nodes[member.key] = Node(
                parent: member.value["parent"]?.string,
                children: member.value["children"]?.array?.compactMap(\.string) ?? [],
                message: message,
                isHidden: message == nil && member.value["message"]?.object.map { !Self.isBlank(.object($0)) } == true
            )
            order.append(member.key)
        }
        current = value.text("current_node").flatMap { nodes[$0] == nil ? nil : $0 } ?? latestLeaf
    }

    /// Where a file doesn't say what was shown last.
    private var latestLeaf: String? {
        let leaves = order.filter { id in nodes[id]?.children.contains { nodes[$0] != nil } == false }
        return leaves.max { (nodes[$0]?.message?.time ?? .distantPast) < (nodes[$1]?.message?.time ?? .distantPast) }
    }

    func items(keepingBranches: Bool) -> [ForeignItem] {
        let path = self.path(to: current, stoppingAt: [])
        var items: [ForeignItem] = []
        let hidden = path.count { nodes[$0]?.isHidden == true }
        if hidden > 0 { items.append(.left(.hidden, count: hidden)) }
        for exchange in Exchange.cut(path.compactMap { nodes[$0]?.message }) {
            items += chat.items(exchange)
        }
        var seen = Set(path)
        // Every other leaf ends a branch, whose beginning is the first node that no earlier path had.
        for leaf in order
        where !seen.contains(leaf) && nodes[leaf]?.children.contains(where: { nodes[$0] != nil }) != true {
            let branch = self.path(to: leaf, stoppingAt: seen)
            seen.formUnion(branch)
            let messages = branch.compactMap { nodes[$0]?.message }
            guard !messages.isEmpty else { continue }
            guard keepingBranches else {
                items.append(.left(.branches, count: messages.count))
                continue
            }
            items += branchItems(branch, messages)
        }
        return items
    }

    private func branchItems(_ branch: [String], _ messages: [ChatMessage]) -> [ForeignItem] {
        var messages = messages
        let first = messages[0]
        // Another answer is kept with its question.
        if !first.isOfUser, let question = question(before: branch[0]) { messages.insert(question, at: 0) }
        return Exchange.cut(messages)
            .flatMap { exchange in
                // A question that is kept again with another answer is named by that answer.
                chat.items(exchange, branch: exchange.first?.id == messages[0].id ? first : exchange.first)
            }
    }

    private func question(before node: String) -> ChatMessage? {
        var next = nodes[node]?.parent
        var steps = 0
        while let id = next, let node = nodes[id], steps < nodes.count {
            if let message = node.message, message.isOfUser { return message }
            next = node.parent
            steps += 1
        }
        return nil
    }

    /// From the root, or from below a node of `known`, to a node. A circle of parents ends where it closes.
    private func path(to end: String?, stoppingAt known: Set<String>) -> [String] {
        var path: [String] = []
        var seen: Set<String> = []
        var next = end
        while let id = next, let node = nodes[id], !known.contains(id), seen.insert(id).inserted {
            path.append(id)
            next = node.parent
        }
        return path.reversed()
    }

    // MARK: Messages

    /// The message as it is shown; nil for one of the system, of a tool, to a tool, of reasoning, or without anything.
    private static func message(_ value: JSONValue, id: String) -> ChatMessage? {
        let role = value["author"]?["role"]?.string
        guard role == "user" || role == "assistant",
            value["metadata"]?["is_visually_hidden_from_conversation"]?.bool != true,
            value["weight"]?.double != 0,
            value["recipient"]?.string.map({ $0 == "all" }) ?? true
        else { return nil }
        let content = value["content"]
        switch content?["content_type"]?.string {
        case "text", "multimodal_text", "code", nil: break
        // Reasoning, instructions, what a tool printed: not what was said.
        default: return nil
        }
        var texts = content?["text"]?.string.map { [$0] } ?? []
        var attachments: [String] = []
        for part in content?["parts"]?.array ?? [] {
            if let text = part.string {
                texts.append(text)
            } else if part["content_type"]?.string == "audio_transcription", let text = part["text"]?.string {
                texts.append(text)
            } else if let kind = part["content_type"]?.string {
                attachments.append(kind.split(separator: "_").first.map(String.init) ?? kind)
            }
        }
        let files = value["metadata"]?["attachments"]?.array?.compactMap { $0.text("name") } ?? []
        // An image that was sent is both a part and an attachment.
        if files.count >= attachments.count { attachments = files } else { attachments += files }
        let text = withoutMarks(texts.filter { !$0.isEmpty }.joined(separator: "\n\n"))
        guard !text.isEmpty || !attachments.isEmpty else { return nil }
        return ChatMessage(
            id: value.text("id") ?? id,
            isOfUser: role == "user",
            text: text,
            time: ForeignTime.date(value["create_time"]),
            model: value["metadata"]?.text("model_slug"),
            attachments: attachments,
            leftOut: attachments.count
        )
    }

    /// Whether a message is there and says nothing, as the roots of chats do.
    private static func isBlank(_ value: JSONValue) -> Bool {
        let texts =
            (value["content"]?["parts"]?.array ?? []).map { $0.string ?? "?" } + [
                value["content"]?["text"]?.string ?? ""
            ]
        return texts.allSatisfy { $0.isEmpty } && value["content"]?["thoughts"] == nil
    }

    /// Citations stand between characters that no font has: U+E200 and U+E201.
    private static func withoutMarks(_ text: String) -> String {
        guard text.unicodeScalars.contains("\u{E200}") else { return trimmed(text) }
        var kept = String.UnicodeScalarView()
        var isInside = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{E200}": isInside = true
            case "\u{E201}": isInside = false
            default: if !isInside { kept.append(scalar) }
            }
        }
        return trimmed(String(kept))
    }

    private static func trimmed(_ text: String) -> String {
        guard text.first?.isWhitespace == true || text.last?.isWhitespace == true else { return text }
        return String(
            text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        )
    }
}

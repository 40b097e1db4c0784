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
        guard let tree = ChatGPTChat.tree(element.value, number: number) else {
            return [.refused(place: "conversation \(number)", reason: "it has no id or no mapping of messages")]
        }
        return tree.items(keepingBranches: keepsBranches)
    }
}

/// A chat of ChatGPT.
private enum ChatGPTChat {
    /// nil for what is no chat.
    static func tree(_ value: JSONValue, number: Int) -> MessageTree? {
        guard let id = value.text("conversation_id") ?? value.text("id"), let mapping = value["mapping"]?.object else {
            return nil
        }
        var chat = Chat(assistant: "ChatGPT", namespace: "chatgpt", number: number, id: id)
        chat.title = value.text("title")
        chat.time = ForeignTime.date(value["create_time"])
        chat.metadata["model"] = value.text("default_model_slug")
        for id in [value.text("conversation_template_id"), value.text("gizmo_id")].compactMap(\.self) {
            chat.metadata[id.hasPrefix(projectPrefix) ? "project" : "gpt"] = id
        }
        if value["is_archived"]?.bool == true { chat.metadata["archived"] = "true" }
        if value["is_starred"]?.bool == true { chat.metadata["starred"] = "true" }
        var places: [String: Int] = [:]
        for (place, member) in mapping.members.enumerated() { places[member.key] = place }
        let nodes = mapping.members.map { member in
            let message = member.value["message"].flatMap { Self.message($0, id: member.key) }
            let isHidden =
                message == nil && member.value["message"]?.object.map { !isBlank(.object($0)) } == true
            return MessageTree.Node(
                parent: member.value["parent"]?.string.flatMap { places[$0] },
                isFollowed: member.value["children"]?.array?.contains { $0.string.map { places[$0] != nil } == true }
                    == true,
                message: message,
                hidden: isHidden ? 1 : 0
            )
        }
        return MessageTree(chat, nodes, current: value.text("current_node").flatMap { places[$0] })
    }

    /// Both a project and a custom GPT are templates of a chat, and only their ids tell them apart: `g-p-` and `g-`.
    private static let projectPrefix = "g-p-"

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
                attachments.append(name(ofKind: kind))
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

    /// What something without a name is, as in `image_asset_pointer`. What was said aloud is
    /// `real_time_user_audio_video_asset_pointer`.
    private static func name(ofKind kind: String) -> String {
        let words = kind.split(separator: "_").map(String.init)
        return words.first { ["image", "audio", "video"].contains($0) } ?? words.first ?? kind
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

import FoundationEssentials
import HearthModel

/// One message of a chat, as it is shown.
struct ChatMessage {
    var id: String
    var isOfUser: Bool
    var text: String
    var time: Date?
    var model: String?
    /// The names of images and files, or what they are.
    var attachments: [String] = []
    /// How many of the attachments are not among the text.
    var leftOut = 0

    /// Notes an attachment, which may have no name.
    mutating func attach(_ name: String?, isLeftOut: Bool) {
        if let name { attachments.append(name) }
        if isLeftOut { leftOut += 1 }
    }
}

/// What a person said, and what was answered: one memory.
///
/// An answer alone doesn't say what was asked, and a question alone is no knowledge. A whole chat would be found for every
/// word in it, and would crowd out what was looked for.
struct Exchange {
    private(set) var messages: [ChatMessage] = []

    /// A chat cut before each message of the person that follows an answer.
    static func cut(_ messages: [ChatMessage]) -> [Exchange] {
        var exchanges: [Exchange] = []
        var isAnswered = true
        for message in messages {
            if message.isOfUser, isAnswered || exchanges.isEmpty { exchanges.append(Exchange()) }
            if exchanges.isEmpty { exchanges.append(Exchange()) }
            exchanges[exchanges.count - 1].messages.append(message)
            isAnswered = !message.isOfUser
        }
        return exchanges
    }

    /// The message that names the exchange.
    var first: ChatMessage? { messages.first }

    var time: Date? { messages.lazy.compactMap(\.time).first }

    var attachments: [String] { messages.flatMap(\.attachments) }

    /// Who said what, each beginning with a name.
    func text(assistant: String) -> String {
        var parts: [String] = []
        var speaker: Bool?
        for message in messages where !message.text.isEmpty {
            let name = message.isOfUser ? "User" : assistant
            parts.append(speaker == message.isOfUser ? message.text : "\(name): \(message.text)")
            speaker = message.isOfUser
        }
        return parts.joined(separator: "\n\n")
    }
}

/// A chat as both exports have it.
struct Chat {
    /// What the name of the assistant is.
    var assistant: String
    /// What its keys begin with.
    var namespace: String
    /// Its place among the chats of the file, counted from 1.
    var number: Int
    var id: String
    var title: String?
    var time: Date?
    var metadata: [String: String] = [:]

    var place: String {
        guard let title, !title.isEmpty else { return "conversation \(number)" }
        return "conversation \(number) (\"\(title.count > 60 ? title.prefix(59) + "…" : title[...])\")"
    }

    /// The items that an exchange comes to.
    ///
    /// A later export may have another answer to the same message, or more of one. The exchange is then named by the answer,
    /// and where that is taken too, by all that was said.
    ///
    /// - Parameter branch: The message that names it among abandoned branches; nil on the path that was shown.
    func items(_ exchange: Exchange, branch: ChatMessage? = nil) -> [ForeignItem] {
        guard let first = exchange.first else { return [] }
        var items: [ForeignItem] = []
        let attachments = exchange.attachments
        let leftOut = exchange.messages.reduce(0) { $0 + $1.leftOut }
        if leftOut > 0 { items.append(.left(.attachments, count: leftOut)) }
        let text = exchange.text(assistant: assistant)
        guard !text.isEmpty else { return items + [.left(.empty, count: 1)] }
        var metadata = metadata
        if branch != nil { metadata["branch"] = "true" }
        metadata["source"] = namespace
        metadata["message_id"] = first.id
        metadata["conversation"] = title
        metadata["model"] = exchange.messages.lazy.compactMap(\.model).first ?? metadata["model"]
        if !attachments.isEmpty { metadata["attachments"] = attachments.joined(separator: ", ") }
        let draft = MemoryDraft(
            content: text,
            type: .episodic,
            category: .conversation,
            metadata: metadata,
            createdAt: exchange.time ?? time
        )
        var memory = ForeignMemory(
            place: "\(place), message \(first.id)",
            key: key(of: branch ?? first, isBranch: branch != nil),
            session: id,
            draft: draft
        )
        // What is a branch today was shown yesterday, and the other way round.
        let whole = [namespace, id, "exchange", first.id, text]
        if branch == nil {
            let answer = exchange.messages.first { !$0.isOfUser } ?? first
            memory.furtherKeys = [key(of: answer, isBranch: true), whole]
        } else {
            memory.earlierKeys = [key(of: first, isBranch: false), whole]
            memory.furtherKeys = [whole]
        }
        return items + [.memory(memory)]
    }

    private func key(of message: ChatMessage, isBranch: Bool) -> [String] {
        [namespace, id] + (isBranch ? ["branch"] : []) + [message.id]
    }
}

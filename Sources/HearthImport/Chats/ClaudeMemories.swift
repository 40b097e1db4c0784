import HearthModel
import HearthText

/// What Claude keeps of a person between chats, as its export has it.
enum ClaudeMemories {
    private static let text = "conversations_memory"
    private static let projects = "project_memories"

    /// Whether a value is that, rather than a chat.
    static func fits(_ value: JSONValue) -> Bool {
        value[text] != nil || value[projects] != nil
    }

    static func items(_ value: JSONValue) -> [ForeignItem] {
        let account = value.text("account_uuid") ?? ""
        var items: [ForeignItem] = []
        if let text = value.text(text) { items.append(item(text, [account], project: nil)) }
        for project in value[projects]?.object?.members ?? [] {
            if let text = project.value.string, !text.isEmpty {
                items.append(item(text, [account, project.key], project: project.key))
            }
        }
        return items.isEmpty ? [.left(.empty, count: 1)] : items
    }

    /// The text is part of the key: the next export may say something else, which is then a memory beside this one.
    private static func item(_ text: String, _ key: [String], project: String?) -> ForeignItem {
        var metadata = ["source": "claude", "kind": "memory"]
        metadata["project"] = project
        let draft = MemoryDraft(content: text, type: .semantic, category: .general, metadata: metadata)
        let place = project.map { "the memory of the project \($0)" } ?? "the memory of the account"
        return .memory(ForeignMemory(place: place, key: ["claude", "memory"] + key + [text], draft: draft))
    }
}

/// What an export of Claude has of projects: their instructions and files, which nobody said.
enum ClaudeProjects {
    /// Whether a value is a project, rather than a chat.
    static func fits(_ value: JSONValue) -> Bool {
        value["uuid"]?.string != nil && value["chat_messages"] == nil
            && (value["docs"]?.array != nil || value["prompt_template"] != nil)
    }
}

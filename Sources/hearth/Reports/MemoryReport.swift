import FoundationEssentials
import HearthMemory

/// One memory, whole.
struct MemoryReport: Report {
    private let memory: Memory

    init(_ memory: Memory) {
        self.memory = memory
    }

    func encode(to encoder: any Encoder) throws {
        try MemoryJSON(memory).encode(to: encoder)
    }

    func render(on page: inout Page) {
        var facts: [(String, Styled)] = [
            ("id", Styled(memory.id.rawValue, .heading)),
            ("agent", "\(memory.agentID)"),
            ("user", "\(memory.userID)"),
        ]
        if let session = memory.sessionID { facts.append(("session", "\(session)")) }
        facts += [
            ("type", "\(memory.type.rawValue)"),
            ("category", "\(memory.category.rawValue)"),
        ]
        if !memory.tags.isEmpty { facts.append(("tags", "\(memory.tags.joined(separator: ", "))")) }
        facts += [
            ("importance", "\(memory.importance)"),
            ("confidence", "\(memory.confidence)"),
            ("created", "\(RFC3339.minutes(memory.createdAt))"),
            ("updated", "\(RFC3339.minutes(memory.updatedAt))"),
        ]
        if let expiry = memory.expiresAt { facts.append(("expires", "\(RFC3339.minutes(expiry))")) }
        if let parent = memory.parentID { facts.append(("parent", "\(parent)")) }
        for (key, value) in memory.metadata.sorted(by: { $0.key < $1.key }) { facts.append(("· \(key)", "\(value)")) }
        facts.append(("version", "\(memory.version), \(memory.syncStatus.rawValue)"))
        page.facts(facts)
        page.gap()
        page.block(memory.content)
    }
}

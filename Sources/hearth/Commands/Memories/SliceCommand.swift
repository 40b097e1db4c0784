import ArgumentParser
import FoundationEssentials
import HearthMemory

struct SliceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slice",
        abstract: "Show all that an agent may see, with statistics.",
        discussion: """
            JSON: agent, user, session, generated_at, statistics (of the whole slice: total, own, shared, locked, conflicted, types, \
            sync_status), entries (memory, locked, lock_holder, conflict, last_sync_at) and next, which --after takes, where there are more. \
            \(MemoryJSON.keys)
            """
    )

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: Required<UserOptions>

    @Option(help: "Only memories of this session.")
    var session: SessionID?

    @Option(help: "Only memories of this type; may be given several times.")
    var type: [MemoryType] = []

    @OptionGroup var sensitivity: SensitivityOptions
    @OptionGroup var page: PageOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let slice = try await store.withStore(.existing, as: agent, of: user) { coordinator, agent, user in
            try await coordinator.syncService.agentMemorySlice(
                agentID: agent,
                userID: user,
                sessionID: session,
                memoryTypes: Set(type),
                limit: page.limit,
                after: page.after?.cursor,
                includesSensitive: !sensitivity.withoutSensitive
            )
        }
        try store.output.print(SliceReport(slice))
    }
}

/// A page of an agent's slice, and the statistics of all of it.
private struct SliceReport: Report {
    private let slice: AgentMemorySlice

    init(_ slice: AgentMemorySlice) {
        self.slice = slice
    }

    private enum CodingKeys: String, CodingKey {
        case agent, user, session, entries, statistics, next
        case generatedAt = "generated_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(slice.agentID, forKey: .agent)
        try container.encode(slice.userID, forKey: .user)
        try container.encodeIfPresent(slice.sessionID, forKey: .session)
        try container.encode(slice.entries.map(SliceEntryJSON.init), forKey: .entries)
        try container.encode(SliceCounts(slice.statistics), forKey: .statistics)
        try container.encodeIfPresent(slice.next.map(PageCursor.init), forKey: .next)
        try container.encode(slice.generatedAt, forKey: .generatedAt)
    }

    func render(on page: inout Page) throws {
        page.line(Styled("Slice of \(slice.agentID) for \(slice.userID)", .heading))
        page.facts(SliceCounts(slice.statistics).facts)
        page.gap()
        page.table(Table(memories: slice.entries.map(\.memory)), none: "No memories.")
        try page.continuation(slice.next)
    }
}

/// A memory of a slice, and whether it is leased or in conflict.
private struct SliceEntryJSON: Encodable {
    let memory: MemoryJSON
    let locked: Bool?
    let lockHolder: AgentID?
    let conflict: Bool?
    let lastSyncAt: Date?

    private enum CodingKeys: String, CodingKey {
        case memory, locked, conflict
        case lockHolder = "lock_holder"
        case lastSyncAt = "last_sync_at"
    }

    init(_ entry: SliceEntry) {
        memory = MemoryJSON(entry.memory)
        locked = entry.sync?.isLocked
        lockHolder = entry.sync?.lockHolder
        conflict = entry.sync?.hasConflict
        lastSyncAt = entry.sync?.lastSyncAt
    }
}

/// Counts over a whole slice.
struct SliceCounts: Encodable {
    let total: Int
    let own: Int
    let shared: Int
    let locked: Int
    let conflicted: Int
    let types: [MemoryType: Int]
    let syncStatus: [SyncStatus: Int]

    private enum CodingKeys: String, CodingKey {
        case total, own, shared, locked, conflicted, types
        case syncStatus = "sync_status"
    }

    init(_ statistics: SliceStatistics) {
        total = statistics.totalMemories
        own = statistics.ownMemories
        shared = statistics.sharedMemories
        locked = statistics.lockedMemories
        conflicted = statistics.conflictedMemories
        types = statistics.memoryTypes
        syncStatus = statistics.syncStatus
    }

    /// The counts for people.
    var facts: [(name: String, value: Styled)] {
        [
            ("memories", "\(total): \(own) own, \(shared) shared"),
            ("types", Styled(Self.listed(types))),
            ("status", Styled(Self.listed(syncStatus))),
            ("locked", "\(locked)"),
            ("in conflict", "\(conflicted)"),
        ]
    }

    /// Counts by name, without those that are 0.
    static func listed<Key: RawRepresentable<String>>(_ counts: [Key: Int]) -> String {
        let listed = counts.filter { $0.value > 0 }.sorted { $0.key.rawValue < $1.key.rawValue }
        return listed.isEmpty ? "none" : listed.map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
    }
}

@testable import HearthModel
@testable import HearthStore

/// Who takes part in simulations, and by which rules. Every strategy, priority and way of sharing occurs.
enum SimulatedHousehold {
    /// After so many steps everything is compared, and not only what a step touched.
    static let stepsPerFullCheck = 50
    /// How many memories there are at most: few enough that edits meet.
    static let maximumMemories = 14

    static let profiles: [AgentProfile] =
        AgentProfile.hearthlink + [
            profile("quill", .high, .mergeContent),
            profile("rook", .medium, .mergeContent),
            profile("vesta", .critical, .manualReview),
            profile("wren", .low, .latestWins),
        ]

    static let categories: [MemoryCategory] = [.general, .preference, .knowledge, .privateTasks]

    static let policy = SharingPolicy(
        globalRules: [
            .init(name: "preferences", categories: [.preference], agents: ["alden", "alice", "rook"]),
            .init(name: "knowledge", categories: [.knowledge], agents: ["quill", "sentry"], permission: .propose),
        ],
        restrictedCategories: ["alden": [.privateTasks], "quill": [.privateTasks], "mimic": [.privateTasks]],
        propagationRules: [
            .init(name: "changes", categories: [.preference], agents: ["mimic", "vesta"]),
            .init(name: "lessons", categories: [.knowledge], agents: ["wren", "alice"], permission: .propose),
        ]
    )

    private static func profile(
        _ id: AgentID,
        _ priority: AgentPriority,
        _ resolution: ConflictResolution
    ) -> AgentProfile {
        AgentProfile(
            id: id,
            name: id.rawValue,
            priority: priority,
            retention: .seconds(86_400 * 90),
            conflictResolution: resolution,
            memoryTypes: MemoryType.allCases,
            categories: [.general],
            workingMemoryLimit: 100
        )
    }
}

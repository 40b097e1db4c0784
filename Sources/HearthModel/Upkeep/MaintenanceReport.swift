public import FoundationEssentials

/// What a cycle of upkeep did, or would do.
public struct MaintenanceReport: Sendable, Codable {
    /// What one step did.
    public struct Step: Sendable, Codable {
        /// The step.
        public var step: MaintenanceStep
        /// What it looked at: memories, leases, or pages of the file.
        public var examined = 0
        /// What it changed of that.
        public var affected = 0
        /// Memories that were due and stay for now: under a lease, with a draft, in a conflict, or without their key.
        public var kept = 0
        /// Whether the time of the cycle ran out, so that the next one goes on here.
        public var isCutShort = false
        /// Why the step was left out; nil if it was not.
        public var skipped: String?
        /// Of how many memories of each agent the step changed something.
        public var agents: [AgentID: Int] = [:]
        /// Some of those memories, at most ``samplesPerAgent`` for each agent.
        public var samples: [AgentID: [MemoryID]] = [:]
        /// More counts by name, such as `freed_bytes` and `vector_slots` of the storage step.
        public var details: [String: Int] = [:]
        /// How long it took.
        public var duration: Duration = .zero

        /// How many memories of each agent are named.
        public static let samplesPerAgent = 5

        /// A step that has done nothing yet.
        public init(_ step: MaintenanceStep) {
            self.step = step
        }
    }

    /// The wall clock and the clock that never jumps disagree, so nothing was deleted.
    public struct ClockTrouble: Hashable, Sendable, Codable {
        /// How far the wall clock is ahead of what it should show; negative: behind.
        public var ahead: Duration
        /// What happened and what to do.
        public var message: String

        /// Assembles it.
        public init(ahead: Duration, message: String) {
            self.ahead = ahead
            self.message = message
        }
    }

    /// The steps that were asked for, in order.
    public var steps: [Step]
    /// Whether nothing was changed and the report says what would be.
    public var isDryRun: Bool
    /// Why nothing was deleted; nil if the clocks agree.
    public var clockTrouble: ClockTrouble?
    /// When the cycle began.
    public var startedAt: Date
    /// How long it took.
    public var duration: Duration

    /// Assembles a report.
    public init(
        steps: [Step] = [],
        isDryRun: Bool = false,
        clockTrouble: ClockTrouble? = nil,
        startedAt: Date,
        duration: Duration = .zero
    ) {
        self.steps = steps
        self.isDryRun = isDryRun
        self.clockTrouble = clockTrouble
        self.startedAt = startedAt
        self.duration = duration
    }

    /// What a step did; nil if it was not asked for.
    public subscript(_ step: MaintenanceStep) -> Step? { steps.first { $0.step == step } }

    /// Whether a step is not through, so that another cycle finds work at once.
    public var isCutShort: Bool { steps.contains { $0.isCutShort } }
}

extension MaintenanceReport.Step {
    /// Counts a memory that the step changed.
    package mutating func count(_ memory: MemoryID, of agent: AgentID) {
        affected += 1
        agents[agent, default: 0] += 1
        if samples[agent, default: []].count < Self.samplesPerAgent { samples[agent, default: []].append(memory) }
    }

    /// Adds what another transaction of the same step did.
    package mutating func add(_ other: Self) {
        examined += other.examined
        affected += other.affected
        kept += other.kept
        agents.merge(other.agents, uniquingKeysWith: +)
        for (agent, ids) in other.samples {
            let room = Self.samplesPerAgent - samples[agent, default: []].count
            samples[agent, default: []] += ids.prefix(max(0, room))
        }
        details.merge(other.details, uniquingKeysWith: +)
    }
}

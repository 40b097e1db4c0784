internal import HearthStore
internal import Synchronization

/// Which agents this process has registered.
final class AgentRegistry: Sendable {
    private let registered = Mutex<Set<AgentID>>([])
    private let actions = Mutex(0)

    /// How many calls the registered agents have made.
    var operations: Int { actions.withLock { $0 } }

    /// Counts a call of an agent.
    func countOperation() {
        actions.withLock { $0 += 1 }
    }

    /// Lets an agent act, and counts that it does.
    ///
    /// - Parameter held: Its status as the file has it.
    /// - Throws: `.agentNotActive`.
    func admit(_ id: AgentID, held: AgentStatus) throws {
        let status = status(of: id, held: held)
        guard status == .active else {
            throw MemoryError(
                code: .agentNotActive,
                message: "Agent \(id) is \(status.rawValue); register it with registerAgent before it acts."
            )
        }
        countOperation()
    }

    func register(_ id: AgentID) {
        registered.withLock { _ = $0.insert(id) }
    }

    func withdraw(_ id: AgentID) {
        registered.withLock { _ = $0.remove(id) }
    }

    /// How an agent stands: as an administrator set it in the file, else by whether this process has registered it.
    func status(of id: AgentID, held: AgentStatus) -> AgentStatus {
        if id == AgentProfile.system.id { return .active }
        guard held == .inactive else { return held }
        return registered.withLock { $0.contains(id) } ? .active : .inactive
    }
}

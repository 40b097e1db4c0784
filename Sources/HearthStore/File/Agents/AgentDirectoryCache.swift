import HearthModel
import HearthRules
import HearthSQLite
import Synchronization

/// The last committed directory that a reader has seen, and the agents that this process has registered.
final class AgentDirectoryCache: Sendable {
    private struct State {
        var directory: AgentDirectory?
        var admission: Admission
    }

    private let state: Mutex<State>

    init(admission: Admission) {
        state = Mutex(State(admission: admission))
    }

    /// The directory at exactly this sequence; nil if the cache holds another.
    func directory(at sequence: Int64) -> AgentDirectory? {
        state.withLock { state in
            guard var directory = state.directory, directory.sequence == sequence else { return nil }
            directory.admission = state.admission
            return directory
        }
    }

    /// The directory for a reader's snapshot. Only committed states come here, never a writer's own.
    func directory(_ connection: Connection, state store: StoreState) throws -> AgentDirectory {
        if let directory = directory(at: store.policyChanged) { return directory }
        var directory = try AgentDirectory.read(connection, sequence: store.policyChanged)
        state.withLock { state in
            directory.admission = state.admission
            if state.directory.map({ $0.sequence < directory.sequence }) ?? true { state.directory = directory }
        }
        return directory
    }

    /// A directory that a transaction read for itself, with the agents that this process has registered.
    func admitting(_ directory: AgentDirectory) -> AgentDirectory {
        var directory = directory
        directory.admission = state.withLock { $0.admission }
        return directory
    }

    /// Lets an agent act in this process.
    func register(_ id: AgentID) {
        state.withLock { state in
            guard case .registered(var registered) = state.admission else { return }
            registered.insert(id)
            state.admission = .registered(registered)
        }
    }

    /// No longer lets an agent act in this process.
    func withdraw(_ id: AgentID) {
        state.withLock { state in
            guard case .registered(var registered) = state.admission else { return }
            registered.remove(id)
            state.admission = .registered(registered)
        }
    }
}

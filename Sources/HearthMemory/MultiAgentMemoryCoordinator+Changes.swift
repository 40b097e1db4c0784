public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// What becomes different for an agent from this call on, whoever in whichever process makes it so.
    ///
    /// The stream compares what the agent sees with what it saw, some twenty times a second while it is waited for. So
    /// several edits of one memory may be one event, and a listener that is slow gets fewer events instead of a longer
    /// queue. Nothing comes of what the agent may not see. The content of a memory is not part of an event; read it where it is wanted.
    ///
    /// It keeps some 200 bytes for each memory that the agent sees. Streams are independent of one another. A stream
    /// ends when the coordinator is closed, when the agent may no longer act, and when the task that waits is cancelled;
    /// one of an agent that is not registered has no events.
    ///
    /// - Parameters:
    ///   - agentID: The agent that listens.
    ///   - userID: The user; one that the file does not know yet may become known.
    public func changes(agentID: AgentID, userID: UserID) -> AsyncStream<MemoryEvent> {
        store.changes(as: agentID, userID: userID)
    }
}

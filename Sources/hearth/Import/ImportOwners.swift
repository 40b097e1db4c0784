import HearthMemory

/// Who may own the memories of an import.
struct ImportOwners {
    /// The owner of a memory whose line names none.
    var unnamed: AgentID?
    /// The agents of the store.
    var known: Set<AgentID>
}

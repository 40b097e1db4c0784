extension Space {
    /// Whether this device's store has yet to begin the space: then its profiles and its policy are the space's.
    ///
    /// Once only: a store that was put back from a backup, or is a new one beside the device's file, joins what there is.
    func isToFound() -> Bool {
        // The ledger tells of exchanges before this was noted.
        membership.isFirst(state.device.id) && !state.hasFounded && ledger.end == 0
    }

    /// Notes that this device's store has begun the space; durable on return.
    func noteFounded() throws {
        guard membership.isFirst(state.device.id), !state.hasFounded else { return }
        state = try storage.update { $0.hasFounded = true }
    }
}

package import HearthModel

/// What one agent sees of one user's memories at one moment, as far as a listener is to notice that it is another.
package struct SeenMemories: Sendable {
    /// One memory as the agent sees it.
    package struct Seen: Hashable, Sendable {
        package var id: MemoryID
        package var owner: AgentID
        /// Names the published head.
        package var head: UInt64
        /// When the agent's own draft was amended last; nil for none.
        package var draft: Int64?
        /// Whether a conflict waits.
        package var hasConflict: Bool
        /// The lease that is held; nil for none.
        package var lease: HeldLease?

        package init(
            id: MemoryID,
            owner: AgentID,
            head: UInt64,
            draft: Int64? = nil,
            hasConflict: Bool = false,
            lease: HeldLease? = nil
        ) {
            self.id = id
            self.owner = owner
            self.head = head
            self.draft = draft
            self.hasConflict = hasConflict
            self.lease = lease
        }
    }

    /// A lease as others notice it: one acquisition.
    package struct HeldLease: Hashable, Sendable {
        package var holder: AgentID
        package var token: Int64

        package init(holder: AgentID, token: Int64) {
            self.holder = holder
            self.token = token
        }
    }

    /// What a memory that the agent doesn't see any more has become.
    package enum Absence: Sendable {
        /// It is gone, for everybody who saw it.
        case gone
        /// It is there, and is the agent's no more.
        case hidden
    }

    /// The memories by their keys.
    package var memories: [Int64: Seen]

    package init(memories: [Int64: Seen] = [:]) {
        self.memories = memories
    }
}

extension SeenMemories {
    /// What became different for the agent since an earlier moment, in the order in which the memories came into the
    /// file.
    ///
    /// Only what the agent sees goes in, so nothing else can come out.
    ///
    /// - Parameters:
    ///   - earlier: What the agent saw.
    ///   - changed: The keys that may differ; the rest is taken as it was.
    ///   - viewer: The agent.
    ///   - known: Whether a memory was there before that moment, for one that the agent has and did not have.
    ///   - absence: What has become of a memory that the agent doesn't see any more.
    package func changes(
        since earlier: SeenMemories,
        among changed: Set<Int64>,
        viewer: AgentID,
        isNew: (Int64) -> Bool,
        absence: (Int64) throws -> Absence
    ) rethrows -> [(kind: MemoryEvent.Kind, seen: Seen)] {
        var result: [(kind: MemoryEvent.Kind, seen: Seen)] = []
        for key in changed.sorted() {
            switch (earlier.memories[key], memories[key]) {
            case (nil, nil): break
            case (let former?, nil):
                let isHidden = try former.owner != viewer && absence(key) == .hidden
                result.append((isHidden ? .revoked : .deleted, former))
            case (nil, let present?):
                let kind: MemoryEvent.Kind =
                    present.owner != viewer ? .shared : isNew(key) ? .stored : .restored
                result.append((kind, present))
                result += present.states(since: nil).map { ($0, present) }
            case (let former?, let present?):
                if former.head != present.head || former.draft != present.draft { result.append((.updated, present)) }
                result += present.states(since: former).map { ($0, present) }
            }
        }
        return result
    }
}

extension SeenMemories.Seen {
    /// The events of conflicts and leases that lead here from an earlier state.
    fileprivate func states(since former: Self?) -> [MemoryEvent.Kind] {
        var kinds: [MemoryEvent.Kind] = []
        if hasConflict != (former?.hasConflict ?? false) { kinds.append(hasConflict ? .conflict : .resolved) }
        if lease != former?.lease { kinds.append(lease == nil ? .unlocked : .locked) }
        return kinds
    }
}

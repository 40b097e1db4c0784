/// The last lease of a memory, as the file holds it.
package struct Lease: Hashable, Sendable {
    /// The memory's key.
    package var memory: Int64
    /// The holder's key.
    package var holder: Int64
    /// Counts the acquisitions of this memory; whoever shows an older one is refused.
    package var token: Int64
    /// When it was acquired.
    package var since: BootInstant
    /// When it expires.
    package var deadline: BootInstant
    /// When it was acquired and when it expires, on the wall clock, for people.
    package var acquiredAt: Timestamp
    package var expiresAt: Timestamp
    /// Whether it was given back, taken by force or swept.
    package var isReleased: Bool

    package init(
        memory: Int64,
        holder: Int64,
        token: Int64,
        since: BootInstant,
        deadline: BootInstant,
        acquiredAt: Timestamp,
        expiresAt: Timestamp,
        isReleased: Bool
    ) {
        self.memory = memory
        self.holder = holder
        self.token = token
        self.since = since
        self.deadline = deadline
        self.acquiredAt = acquiredAt
        self.expiresAt = expiresAt
        self.isReleased = isReleased
    }

    /// Whether the holder may still publish.
    package func isLive(at now: BootInstant) -> Bool {
        !isReleased && !deadline.hasPassed(at: now)
    }
}

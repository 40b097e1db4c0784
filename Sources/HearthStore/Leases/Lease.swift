/// The last lease of a memory, as the file holds it.
struct Lease: Hashable, Sendable {
    /// The memory's key.
    var memory: Int64
    /// The holder's key.
    var holder: Int64
    /// Counts the acquisitions of this memory; whoever shows an older one is refused.
    var token: Int64
    /// When it was acquired.
    var since: BootInstant
    /// When it expires.
    var deadline: BootInstant
    /// When it was acquired and when it expires, on the wall clock, for people.
    var acquiredAt: Timestamp
    var expiresAt: Timestamp
    /// Whether it was given back, taken by force or swept.
    var isReleased: Bool

    /// Whether the holder may still publish.
    func isLive(at now: BootInstant) -> Bool {
        !isReleased && !deadline.hasPassed(at: now)
    }
}

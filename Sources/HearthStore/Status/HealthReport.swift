/// Whether the engine is well, and what to do where it isn't.
public struct HealthReport: Hashable, Sendable, Codable {
    /// In short.
    public enum Status: String, Sendable, Codable {
        /// Nothing to do.
        case healthy
        /// It works, and something should be seen to.
        case degraded
        /// Something doesn't work.
        case unhealthy
    }

    /// In short.
    public var status: Status
    /// Each names the component and what to do.
    public var reasons: [String]
    /// How the leases stand.
    public var locks: LeaseHealth

    /// Assembles a report.
    public init(status: Status, reasons: [String], locks: LeaseHealth = LeaseHealth()) {
        self.status = status
        self.reasons = reasons
        self.locks = locks
    }
}

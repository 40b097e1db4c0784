public import ArgumentParser
import FoundationEssentials
public import HearthMemory

// Identifiers are taken as they are written: the store decides which are valid, and says why one is not.
extension AgentID: ExpressibleByArgument {}
extension UserID: ExpressibleByArgument {}
extension SessionID: ExpressibleByArgument {}
extension MemoryID: ExpressibleByArgument {}
extension ConflictID: ExpressibleByArgument {}
extension MemoryCategory: ExpressibleByArgument {}

extension MemoryType: ExpressibleByArgument {}
extension SearchType: ExpressibleByArgument {}
extension SharePermission: ExpressibleByArgument {}
extension ConflictResolution: ExpressibleByArgument {}

/// A point in time on the command line: an RFC 3339 date and time, or a date alone for its first moment in UTC.
struct Moment: ExpressibleByArgument {
    let date: Date

    init?(argument: String) {
        guard let date = RFC3339.date(argument) ?? RFC3339.date(argument + "T00:00:00Z") else { return nil }
        self.date = date
    }
}

/// A span of time on the command line, in seconds.
struct Seconds: ExpressibleByArgument {
    let duration: Duration

    /// The longest span that is accepted, in seconds: a day, as for leases.
    private static let longest = 86_400.0

    init?(argument: String) {
        guard let seconds = Double(argument), (0...Self.longest).contains(seconds) else { return nil }
        duration = .seconds(seconds)
    }

    /// Half a minute: the library's own default for waiting.
    static let patience = Seconds(duration: .seconds(30))

    private init(duration: Duration) {
        self.duration = duration
    }

    var defaultValueDescription: String { Decimals.brief(duration / .seconds(1)) }
}

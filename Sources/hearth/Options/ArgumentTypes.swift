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
extension Provenance.Origin: ExpressibleByArgument {}
extension SearchType: ExpressibleByArgument {}
extension SharePermission: ExpressibleByArgument {}
extension ConflictResolution: ExpressibleByArgument {}
extension MemoryAnalytics.Period: ExpressibleByArgument {}

extension SyncStatus: ExpressibleByArgument {
    /// The states in which a memory can be listed.
    public static var allValueStrings: [String] { [Self.synced, .pending, .conflict, .locked].map(\.rawValue) }

    /// A state by its name.
    public init?(argument: String) {
        guard Self.allValueStrings.contains(argument) else { return nil }
        self.init(rawValue: argument)
    }
}

extension MaintenanceStep: ExpressibleByArgument {
    /// A step by its name, in which a dash stands for an underscore too.
    public init?(argument: String) {
        let step = MaintenanceStep(rawValue: argument.replacing("-", with: "_"))
        guard MaintenanceStep.all.contains(step) else { return nil }
        self = step
    }

    /// The names of all steps.
    public static var allValueStrings: [String] { all.map(\.rawValue) }
}

/// A point in time on the command line: an RFC 3339 date and time, or a date alone, which is that day in UTC.
struct Moment: ExpressibleByArgument {
    private let text: String
    private let date: Date
    private let isWholeDay: Bool

    init?(argument: String) {
        text = argument
        if let date = RFC3339.date(argument) {
            (self.date, isWholeDay) = (date, false)
        } else if let date = RFC3339.date(argument + "T00:00:00Z") {
            (self.date, isWholeDay) = (date, true)
        } else {
            return nil
        }
    }

    /// As the beginning of a time: of a day its first moment.
    var asStart: Date { date }

    /// As the end of a time, which is no longer part of it: of a day the first moment of the next.
    var asEnd: Date { isWholeDay ? date.addingTimeInterval(86_400) : date }

    /// As the end of a memory's life.
    ///
    /// - Throws: `CommandFailure` if that has passed: nobody would find the memory.
    func asExpiry(now: Date = .now) throws -> Date {
        guard asEnd > now else {
            throw CommandFailure("--expires \(text) has passed, and nothing would be found; give a later time.")
        }
        return asEnd
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

public import ArgumentParser
import FoundationEssentials
public import HearthMemory

// Identifiers are taken as they are written: the store knows which it accepts and says why not.
extension AgentID: ExpressibleByArgument {}
extension UserID: ExpressibleByArgument {}
extension SessionID: ExpressibleByArgument {}
extension MemoryID: ExpressibleByArgument {}
extension MemoryCategory: ExpressibleByArgument {}

extension MemoryType: ExpressibleByArgument {}
extension SearchType: ExpressibleByArgument {}
extension SharePermission: ExpressibleByArgument {}

/// A point in time on the command line: an RFC 3339 date and time, or a date alone for its first moment in UTC.
struct Moment: ExpressibleByArgument {
    let date: Date

    init?(argument: String) {
        guard let date = RFC3339.date(argument) ?? RFC3339.date(argument + "T00:00:00Z") else { return nil }
        self.date = date
    }
}

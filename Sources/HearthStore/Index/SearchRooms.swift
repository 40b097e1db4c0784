import HearthRules
import HearthSQLite
import Synchronization

/// Everything that one search fills and the next one can use again.
struct SearchRoom: Sendable {
    var scoring = SearchBuffers()
    var postings = Postings(phraseCount: 0)
    /// The slot of each row of the postings, and how many words it has.
    var slots: [Int32] = []
    var lengths: [UInt32] = []
}

/// The rooms of searches that are over, for those to come.
final class SearchRooms: Sendable {
    /// How many are kept: as many as search at once on the cores of a desktop. More searches at a time make their own.
    private static let limit = 4

    private let free = Mutex<[SearchRoom]>([])

    func withRoom<R>(_ body: (inout SearchRoom) throws -> R) rethrows -> R {
        var room = free.withLock { $0.popLast() } ?? SearchRoom()
        defer {
            free.withLock { free in
                if free.count < Self.limit { free.append(room) }
            }
        }
        return try body(&room)
    }
}

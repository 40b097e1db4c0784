internal import HearthModel
internal import Synchronization

/// How many bytes go to a hub or come from it at once: half as many after a hub that did not answer in time, and twice as
/// many, up to a bound, after one that did.
final class HubPortion: Sendable {
    /// Fewer bytes are not asked for: a page of less is mostly the way there and back.
    private static let least = 64 << 10

    private let most: Int
    private let present: Mutex<Int>

    init(most: Int) {
        self.most = most
        present = Mutex(most)
    }

    /// The bytes of the next portion.
    var bytes: Int { present.withLock(\.self) }

    /// Does something with a portion, and learns from how it ended.
    func measure<R>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (Int) async throws -> R
    ) async throws -> R {
        do {
            let result = try await body(bytes)
            present.withLock { $0 = min(most, $0 * 2) }
            return result
        } catch let error as MemoryError where error.isOutOfTime {
            present.withLock { $0 = max(Self.least, $0 / 2) }
            throw error
        }
    }
}

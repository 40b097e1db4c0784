import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// A damaged table may have two rows with a key that no two can have: that is damage, and no reason to stop the process.
@Suite struct RowsWithOneKey {
    @Test func `rows are found by their keys`() throws {
        #expect(try Dictionary(uniqueRows: [(1, "a"), (2, "b")], what: "Two rows") == [1: "a", 2: "b"])
        #expect(try Dictionary(uniqueRows: [(Int, String)](), what: "Two rows").isEmpty)
    }

    @Test func `two rows with one key are damage`() async {
        await expect(.storeCorrupt) {
            _ = try Dictionary(uniqueRows: [(1, "a"), (2, "b"), (1, "c")], what: "Two rows")
        }
    }
}

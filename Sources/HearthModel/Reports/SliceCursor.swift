/// Where a page of a slice ended.
///
/// It holds nothing but what the page itself has shown: the last memory's identifier and time.
public struct SliceCursor: Hashable, Sendable, Codable {
    /// The time of the last memory, in microseconds since 1970.
    package var createdAt: Int64
    /// The last memory.
    package var memoryID: MemoryID

    package init(createdAt: Int64, memoryID: MemoryID) {
        self.createdAt = createdAt
        self.memoryID = memoryID
    }
}

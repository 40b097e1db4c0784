/// The memory that searches take and give back.
enum ScratchMemory {
    /// What is to be kept for each document of the user, in bytes: twice what hybrid search, which takes the most, was
    /// measured to need (with 16 bytes a document it is slower by a third, with 32 no more).
    private static let bytesPerDocument = 64

    /// Blocks that are larger glibc does not adjust itself to (`DEFAULT_MMAP_THRESHOLD_MAX` with 64 bits).
    private static let maximumBlock = 31 << 20

    /// Lets the allocator keep what the searches among a user's documents give back.
    ///
    /// At first glibc returns to the kernel whatever is free at the end of a heap past 128 KiB, and the next search has
    /// its megabytes mapped and zeroed again, page by page, which takes a quarter of its time. It adjusts itself to a
    /// program that uses large blocks: having freed one, it keeps twice its size (`M_MMAP_THRESHOLD` in mallopt(3)).
    /// So one is taken and given back, without being touched. Setting the threshold itself would switch the adjustment
    /// off for the whole process. Other allocators just see a block come and go.
    ///
    /// - Parameter documents: How many documents the user has.
    static func keep(forSearchesOf documents: Int) {
        let size = min(documents * bytesPerDocument / 2, maximumBlock)
        UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16).deallocate()
    }
}

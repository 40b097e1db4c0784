import HearthRules
import HearthSQLite
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Everything that one search fills and the next one can use again.
struct SearchWorkspace: Sendable {
    var scoring = SearchBuffers()
    var postings = Postings(phraseCount: 0)
    /// The slot of each row of the postings, and how many words it has.
    var slots: [Int32] = []
    var lengths: [UInt32] = []
}

/// The rooms of searches that are over, for those to come.
final class SearchWorkspacePool: Sendable {
    /// How many are kept: as many as search at once on the cores of a desktop. More searches at a time make their own.
    private static let limit = 4

    private let free = Mutex<[SearchWorkspace]>([])

    func withWorkspace<R>(_ body: (inout SearchWorkspace) throws -> R) rethrows -> R {
        var workspace = free.withLock { $0.popLast() } ?? SearchWorkspace()
        defer {
            free.withLock { free in
                if free.count < Self.limit { free.append(workspace) }
            }
        }
        return try body(&workspace)
    }
}

/// Memory of megabytes that is about to be filled.
enum LargePages {
    /// Where an array takes at least so much, x86-64 and AArch64 can map 2 MiB at once.
    private static let size = 2 << 20

    /// Asks the kernel to back memory with large pages, where it has them.
    ///
    /// Fresh memory is mapped when it is first written to, by an interrupt for every 4 KiB: of a process that opens a
    /// store and searches 100,000 memories, a sixth of the processor's time. Without large pages all works the same.
    ///
    /// - Parameter memory: Memory that nothing was written to yet, and that will be written to up to its end.
    static func prefer(for memory: UnsafeMutableRawBufferPointer) {
        #if canImport(Glibc)
        guard let start = memory.baseAddress, memory.count >= size else { return }
        let pageSize = sysconf(Int32(_SC_PAGESIZE))
        // The advice is for whole pages.
        let offset = -Int(bitPattern: start) & (pageSize - 1)
        // It is no more than advice: a kernel without large pages refuses it.
        _ = madvise(start + offset, memory.count - offset, MADV_HUGEPAGE)
        #endif
    }
}

import HearthRules
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// The memory that one search fills and the next one can use again.
struct SearchWorkspace: Sendable {
    var scoring = SearchBuffers()
    var found = FoundWords()

    /// What it takes, in bytes, but for small things.
    var size: Int { scoring.size + found.size }
}

/// The workspaces of finished searches, for the next ones.
final class SearchWorkspacePool: Sendable {
    /// How many are kept: as many searches as the cores of a desktop run at once. Further searches make their own.
    private static let limit = 4
    /// A larger workspace is not kept, in bytes. By its fields it takes about 25 bytes a document, and 6 for each word
    /// of the query that all documents have: this is enough for half a million of them.
    private static let maximumSize = 32 << 20

    private let free = Mutex<[SearchWorkspace]>([])

    func withWorkspace<R>(_ body: (inout SearchWorkspace) throws -> R) rethrows -> R {
        var workspace = free.withLock { $0.popLast() } ?? SearchWorkspace()
        defer {
            free.withLock { free in
                if free.count < Self.limit, workspace.size <= Self.maximumSize { free.append(workspace) }
            }
        }
        return try body(&workspace)
    }
}

/// Large pages for megabytes of memory that is about to be filled.
enum LargePages {
    /// The size of a large page on x86-64 and AArch64: 2 MiB. A smaller array has no use for one.
    private static let size = 2 << 20

    /// Asks the kernel to use large pages for some memory, if it has them.
    ///
    /// The kernel maps fresh memory when it is first written to, with an interrupt for every 4 KiB. In a process that
    /// opens a store and searches 100,000 memories, this takes a sixth of the processor's time. Without large pages
    /// everything works the same.
    ///
    /// - Parameter memory: Memory that has not been written to, and that will be filled to its end.
    static func prefer(for memory: UnsafeMutableRawBufferPointer) {
        #if canImport(Glibc)
        guard let start = memory.baseAddress, memory.count >= size else { return }
        let pageSize = sysconf(Int32(_SC_PAGESIZE))
        // The advice is for whole pages.
        let offset = -Int(bitPattern: start) & (pageSize - 1)
        // This is only advice. A kernel without large pages refuses it, and that does no harm.
        _ = madvise(start + offset, memory.count - offset, MADV_HUGEPAGE)
        #endif
    }
}

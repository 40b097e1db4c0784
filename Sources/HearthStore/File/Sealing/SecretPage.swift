import Crypto
import HearthModel
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Memory for the keys of one user: not swapped out where the system allows that, left out of core dumps, and
/// overwritten when it is no longer needed.
final class SecretPage: Sendable {
    /// The size of a page, which is what can be locked.
    private static let size = 4_096
    static let keySize = 32

    private struct State {
        let address: UInt
        var used = 0
    }

    private let state: Mutex<State>
    /// Whether the system keeps the page out of swap space.
    let isLocked: Bool

    /// - Throws: `.storeUnavailable` if there is no memory.
    init() throws(MemoryError) {
        let page = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let page, page != MAP_FAILED else {
            throw MemoryError(code: .storeUnavailable, message: "There was no memory for a key. Try again.")
        }
        isLocked = mlock(page, Self.size) == 0
        // Without it a core dump has the keys; the store works the same.
        _ = madvise(page, Self.size, MADV_DONTDUMP)
        state = Mutex(State(address: UInt(bitPattern: page)))
    }

    deinit {
        wipe()
        state.withLock { state in _ = munmap(UnsafeMutableRawPointer(bitPattern: state.address), Self.size) }
    }

    /// Overwrites the keys.
    func wipe() {
        state.withLock { state in
            guard let page = UnsafeMutableRawPointer(bitPattern: state.address) else { return }
            explicit_bzero(page, Self.size)
        }
    }

    /// Copies a key into the page.
    ///
    /// - Returns: Where it is; nil if the page is full.
    func add(_ key: SymmetricKey) -> Int? {
        state.withLock { state in
            guard let page = UnsafeMutableRawPointer(bitPattern: state.address), state.used + Self.keySize <= Self.size
            else { return nil }
            defer { state.used += Self.keySize }
            key.withUnsafeBytes { (page + state.used).copyMemory(from: $0.baseAddress!, byteCount: Self.keySize) }
            return state.used
        }
    }

    /// A key of the page, copied into memory that is overwritten when it is let go.
    func key(at place: Int) -> SymmetricKey {
        state.withLock { state in
            let start = UnsafeRawPointer(bitPattern: state.address + UInt(place))
            return SymmetricKey(data: UnsafeRawBufferPointer(start: start, count: Self.keySize))
        }
    }
}

/// A key in a ``SecretPage``.
struct SecretKey: Sendable {
    private let page: SecretPage
    private let place: Int

    /// Copies a key of 256 bits into a page; nil if the page is full.
    init?(_ key: SymmetricKey, in page: SecretPage) {
        guard key.bitCount == SecretPage.keySize * 8, let place = page.add(key) else { return nil }
        self.page = page
        self.place = place
    }

    /// The key, for one use. It should not be kept.
    var symmetric: SymmetricKey { page.key(at: place) }
}

internal import CSQLite
internal import Glibc
internal import Synchronization

/// What happens to the files of one directory: a disk that counts what is done to it and fails when told to.
///
/// Every write, truncation, sync and deletion is a step. At a chosen step the disk fails once, or dies: from then on
/// nothing reaches it, as after the process was killed. It also knows which bytes were synced, and so what a loss of
/// power would leave.
///
/// Syncs are noted and not done, so that hundreds of crashes cost no time.
public final class FaultyDisk: Sendable {
    /// What happens at the chosen step.
    public enum Fault: Sendable {
        /// The step fails with this result code, and everything after it works.
        case once(Int32)
        /// The step and everything after it fail.
        case death
    }

    struct State {
        var steps = 0
        var failingStep = Int.max
        var fault = Fault.death
        /// The bytes of each file, as written and as synced.
        var current: [String: [UInt8]] = [:]
        var synced: [String: [UInt8]] = [:]
    }

    /// The directory whose files are watched.
    public let directory: String
    private let state = Mutex(State())

    /// Watches the files of a directory.
    public init(_ directory: String) {
        self.directory = directory
        FaultyFileSystem.install()
        FaultyFileSystem.disks.withLock { $0[directory] = self }
    }

    /// Lets the directory be an ordinary one again.
    public func remove() {
        FaultyFileSystem.disks.withLock { $0[directory] = nil }
    }

    /// How many steps there were.
    public var steps: Int { state.withLock(\.steps) }

    /// Sets the step at which to fail, counted from now.
    public func fail(atStep step: Int, _ fault: Fault) {
        state.withLock { state in
            state.steps = 0
            state.failingStep = step
            state.fault = fault
        }
    }

    /// Whether the fault has come to pass.
    public var hasFailed: Bool { state.withLock { $0.steps >= $0.failingStep } }

    /// The bytes of each file that a loss of power would have left.
    public var synced: [String: [UInt8]] { state.withLock(\.synced) }

    // MARK: What the file system reports

    /// Counts a step.
    ///
    /// - Parameters:
    ///   - code: What a dying disk answers.
    ///   - change: What the step does, if it works, to the memory of bytes.
    /// - Returns: The result code with which the step fails; `SQLITE_OK` where it is to be done.
    func step(_ code: Int32, _ change: (inout State) -> Void) -> Int32 {
        state.withLock { state in
            state.steps += 1
            if state.steps == state.failingStep, case .once(let code) = state.fault { return code }
            if state.steps >= state.failingStep, case .death = state.fault { return code }
            change(&state)
            return SQLITE_OK
        }
    }
}

/// A file system for SQLite that passes everything on to the real one, past the disks that are watched.
///
/// It becomes the default one of this process, and concerns nobody but the watched directories.
enum FaultyFileSystem {
    static let disks = Mutex<[String: FaultyDisk]>([:])

    static func install() { _ = installation }

    private static let installation: Void = {
        guard let standard = sqlite3_vfs_find(nil) else { return }
        let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        vfs.initialize(to: standard.pointee)
        vfs.pointee.zName = UnsafePointer(strdup("faulty"))
        vfs.pointee.pAppData = UnsafeMutableRawPointer(standard)
        vfs.pointee.szOsFile = standard.pointee.szOsFile + Int32(MemoryLayout<WatchedFile>.stride)
        vfs.pointee.xOpen = { vfs, name, file, flags, outFlags in
            guard let vfs, let file else { return SQLITE_MISUSE }
            return WatchedFile.open(real(vfs), name, file, flags, outFlags)
        }
        vfs.pointee.xDelete = { vfs, name, syncDirectory in
            guard let vfs, let name else { return SQLITE_MISUSE }
            let path = String(cString: name)
            let code = disk(of: path)?
                .step(SQLITE_IOERR | 10 << 8) { state in
                    state.current[path] = nil
                    state.synced[path] = nil
                }
            guard code ?? SQLITE_OK == SQLITE_OK else { return code ?? SQLITE_OK }
            return real(vfs).pointee.xDelete(real(vfs), name, syncDirectory)
        }
        sqlite3_vfs_register(vfs, 1)
    }()

    private static func real(_ vfs: UnsafeMutablePointer<sqlite3_vfs>) -> UnsafeMutablePointer<sqlite3_vfs> {
        vfs.pointee.pAppData.assumingMemoryBound(to: sqlite3_vfs.self)
    }

    static func disk(of path: String) -> FaultyDisk? {
        disks.withLock { disks in disks.first { path.hasPrefix($0.key + "/") }?.value }
    }
}

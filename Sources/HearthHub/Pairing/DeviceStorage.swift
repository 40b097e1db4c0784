internal import Glibc
internal import HearthKeys
internal import HearthModel
internal import Synchronization

/// Where a device keeps its state and its ledger.
package protocol DeviceStorage: Sendable {
    /// The state; nil if the device belongs to no space.
    func load() throws -> DeviceState?
    /// Keeps the first state.
    ///
    /// - Returns: Whether it was kept; false: there is one already.
    func create(_ state: DeviceState) throws -> Bool
    /// Changes the state, in one piece with what other processes change; durable on return.
    func update(_ change: (inout DeviceState) -> Void) throws -> DeviceState
    /// What the ledger had when it was kept last; nil if that is lost.
    func loadLedger() -> [UInt8]?
    /// Changes the ledger, in one piece with what other processes change. It may be lost: then less is compared.
    ///
    /// - Parameter change: Gets what the ledger has now; nil if that is lost.
    /// - Returns: Whether it is kept.
    @discardableResult
    func changeLedger(_ change: ([UInt8]?) -> [UInt8]) -> Bool
    /// Takes state and ledger away.
    func remove()
}

/// The files of a device, beside its store: `NAME.device`, mode 0600, and `NAME.ledger`.
package struct DeviceFile: DeviceStorage {
    /// The path of the file with the secrets.
    package let path: String
    private let ledgerPath: String

    /// More than any such file has, in bytes.
    private static let limit = 64 << 20

    /// The files of a store's device.
    package init(besideStore store: String) {
        path = store + ".device"
        ledgerPath = store + ".ledger"
    }

    private var file: PrivateFile { PrivateFile(path: path, kind: "device file") }

    package func load() throws -> DeviceState? {
        guard let bytes = try file.bytes(upTo: Self.limit) else { return nil }
        guard let state = DeviceState(bytes) else {
            throw file.refusal(
                "is damaged, or of a newer version. Put it back from a backup, or invite this device again."
            )
        }
        return state
    }

    package func create(_ state: DeviceState) throws -> Bool {
        guard try file.create(state.bytes) else { return false }
        // One that is left of an earlier device says nothing of what the hub shows to this one.
        unlink(ledgerPath)
        return true
    }

    package func update(_ change: (inout DeviceState) -> Void) throws -> DeviceState {
        let descriptor = try lock()
        defer { close(descriptor) }
        guard var state = try load() else { throw file.refusal("is gone.") }
        let before = try state.bytes
        change(&state)
        let after = try state.bytes
        if after != before { try file.replace(with: after) }
        return state
    }

    /// Locks the file that is at the path now; closing the descriptor unlocks it.
    private func lock() throws -> Int32 {
        while true {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard descriptor >= 0 else {
                throw file.refusal("can't be opened: \(String(cString: strerror(errno))).")
            }
            while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
            var locked = stat()
            var present = stat()
            if fstat(descriptor, &locked) == 0, stat(path, &present) == 0, locked.st_ino == present.st_ino,
                locked.st_dev == present.st_dev
            {
                return descriptor
            }
            // Somebody has put another file there meanwhile.
            close(descriptor)
        }
    }

    package func loadLedger() -> [UInt8]? {
        (try? PrivateFile(path: ledgerPath, kind: "ledger").bytes(upTo: Self.limit)) ?? nil
    }

    package func changeLedger(_ change: ([UInt8]?) -> [UInt8]) -> Bool {
        // Without a lock it is changed all the same: at worst some rows are remembered anew.
        let descriptor = try? lock()
        defer { if let descriptor { close(descriptor) } }
        let before = loadLedger()
        let after = change(before)
        guard after != before else { return true }
        return (try? PrivateFile(path: ledgerPath, kind: "ledger").replace(with: after)) != nil
    }

    package func remove() {
        unlink(path)
        unlink(ledgerPath)
    }
}

/// A state in memory, for simulations and tests.
package final class MemoryDeviceStorage: DeviceStorage {
    private let kept = Mutex<(state: DeviceState?, ledger: [UInt8]?)>((nil, nil))

    package init() {}

    package func load() -> DeviceState? { kept.withLock { $0.state } }

    package func create(_ state: DeviceState) -> Bool {
        kept.withLock { kept in
            guard kept.state == nil else { return false }
            kept = (state, nil)
            return true
        }
    }

    package func update(_ change: (inout DeviceState) -> Void) throws -> DeviceState {
        try kept.withLock { kept in
            guard var state = kept.state else { throw MemoryError.invalidArgument("The device belongs to no space.") }
            change(&state)
            kept.state = state
            return state
        }
    }

    package func loadLedger() -> [UInt8]? { kept.withLock { $0.ledger } }

    package func changeLedger(_ change: ([UInt8]?) -> [UInt8]) -> Bool {
        kept.withLock { $0.ledger = change($0.ledger) }
        return true
    }

    package func remove() { kept.withLock { $0 = (nil, nil) } }
}

import HearthModel
import Synchronization

/// The unwrapped keys of the users whose sensitive memories this process uses, until the store is closed.
final class Keyring: Sendable {
    private struct State {
        var keys: [Int64: UserKeys] = [:]
        /// The loads that are under way, so that a provider is asked once however many calls need the same keys.
        var loads: [Int64: Task<UserKeys, any Error>] = [:]
        var hasWarned = false
        var hasSaidUnsealed = false
        /// The users whose keys were asked for though nothing was to be opened.
        var tried: Set<Int64> = []
        /// The state of the file's keys that they are of.
        var changed: Int64 = 0
    }

    private let changed = Atomic<Int64>(0)
    private let state = Mutex(State())
    /// What gives the keys that wrap them.
    let provider: (any KeyProvider)?

    init(provider: (any KeyProvider)?) {
        self.provider = provider
    }

    /// Whether memories of a category are sealed: the policy says so, and there is something to seal them with.
    func seals(_ category: MemoryCategory, by policy: SharingPolicy) -> Bool {
        provider != nil && policy.sealedCategories.contains(category)
    }

    /// Whether memories of a category would be sealed if there were something to seal them with.
    func misses(_ category: MemoryCategory, by policy: SharingPolicy) -> Bool {
        provider == nil && policy.sealedCategories.contains(category)
    }

    /// Whether it is to be said that memories are stored in plain which the policy has sealed: once for each opening.
    func shouldSayUnsealed() -> Bool {
        state.withLock { state in
            defer { state.hasSaidUnsealed = true }
            return !state.hasSaidUnsealed
        }
    }

    /// Whether the keys of a user may be asked for though nothing is to be opened: once, until keys are replaced. A provider
    /// that does not answer is not waited for again and again.
    func shouldTry(_ user: Int64) -> Bool {
        state.withLock { $0.tried.insert(user).inserted }
    }

    /// The keys of a user, if they are in memory.
    func loaded(_ user: Int64) -> UserKeys? {
        state.withLock { $0.keys[user] }
    }

    /// Keeps the keys of a user, unless keys were replaced or dropped since they were read.
    ///
    /// - Returns: Whether it is to be said that the system does not lock them in memory.
    func install(_ keys: UserKeys, readAt changed: Int64) -> Bool {
        state.withLock { state in
            guard changed >= state.changed else { return false }
            state.keys[keys.user] = keys
            guard !keys.areLocked, !state.hasWarned else { return false }
            state.hasWarned = true
            return true
        }
    }

    /// Forgets all keys if some were replaced or dropped since they were read, by whatever process. They are overwritten
    /// once no call that has begun uses them.
    func catchUp(to changed: Int64) {
        guard self.changed.load(ordering: .acquiring) < changed else { return }
        state.withLock { state in
            guard state.changed < changed else { return }
            (state.changed, state.keys, state.loads, state.tried) = (changed, [:], [:], [])
            self.changed.store(changed, ordering: .releasing)
        }
    }

    /// Overwrites and forgets all keys.
    func wipe() {
        let keys = state.withLock { state in
            defer { state.keys = [:] }
            return state.keys
        }
        for keys in keys.values { keys.wipe() }
    }

    /// Loads a user's keys, or waits for the load that is under way.
    func loading(_ user: Int64, _ load: @escaping @Sendable () async throws -> UserKeys) async throws -> UserKeys {
        let task = state.withLock { state in
            if let task = state.loads[user] { return task }
            let task = Task { try await load() }
            state.loads[user] = task
            return task
        }
        defer { state.withLock { if $0.loads[user] == task { $0.loads[user] = nil } } }
        return try await task.value
    }
}

extension MemoryError {
    /// What to do about sensitive memories without a key.
    private static let remedy = """
        Give the configuration a key provider (keyProvider), or the command --key-file or --key-command.
        """

    /// Thrown for a sensitive memory that is to be stored without a key.
    static func noKeyToSeal() -> MemoryError {
        MemoryError(
            code: .keyUnavailable,
            message: """
                A sensitive memory is sealed, and there is no key. \(remedy) Or store the memory without isSensitive, if it may be plain; \
                nothing was stored.
                """
        )
    }

    /// Thrown for a memory that is to be made sensitive without a key.
    static func noKeyToMakeSensitive() -> MemoryError {
        MemoryError(
            code: .keyUnavailable,
            message: "A sensitive memory is sealed, and there is no key. \(remedy) Nothing was changed."
        )
    }

    /// Thrown where keys are to be replaced and there is none.
    static func noKeyToRotate() -> MemoryError {
        MemoryError(
            code: .keyUnavailable,
            message: "Keys are wrapped anew by a key, and there is none. \(remedy) Nothing was changed."
        )
    }

    /// Thrown where only the key tells whether a text was erased.
    static func noKeyToCompare(with user: UserID) -> MemoryError {
        MemoryError(
            code: .keyUnavailable,
            message: """
                Sensitive memories of user \(user) were erased, and without the key nobody can tell whether one of these texts is among \
                them. \(remedy) Or allow what was erased to come back: allowErased, or --allow-erased.
                """
        )
    }

    /// Thrown for a sensitive memory that is to be read without a key.
    static func noKeyToRead() -> MemoryError {
        MemoryError(
            code: .keyUnavailable,
            message: """
                There are sensitive memories among what is to be read, which are sealed, and there is no key. \(remedy) Lists and \
                searches leave them out if asked to: SearchFilter(includesSensitive: false), or --without-sensitive.
                """
        )
    }

    /// Thrown if the provider does not give a key.
    static func providerFailed(_ error: any Error) -> MemoryError {
        if let error = error as? MemoryError, error.code == .keyUnavailable { return error }
        return MemoryError(
            code: .keyUnavailable,
            message: "The key provider gave no key: \((error as? MemoryError)?.message ?? "\(error)")",
            underlyingError: error
        )
    }

    /// Thrown if a sealed payload does not open.
    static func unsealable(_ what: String) -> MemoryError {
        MemoryError(
            code: .decryptionFailed,
            message:
                "\(what) does not open: it was changed, moved or sealed with another key. Restore the file from a backup."
        )
    }
}

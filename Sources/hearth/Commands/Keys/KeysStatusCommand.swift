import ArgumentParser
import Glibc
import HearthMemory

struct KeysStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show where the key comes from, and the keys of users with which of its keys wraps each.",
        discussion: """
            It needs neither a key nor a store: one that can't be had is said to be so. Key 0 of a user is the identity key, which names \
            versions and is never replaced; the others seal what memories say.

            JSON: provider (file, command, passphrase, none), path or command, current (the identifier of the key in use now) or problem, \
            store (whether there is one), and users, each with user, number, use (identity or data), wrapped_by, created_at, retired_at and \
            available (whether the provider has that key).
            """
    )

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let path = try store.location().file
        let hasStore = try store.location().hasStore
        let keys = hasStore ? try await store.withStore(.existing) { try await $0.userKeys() } : []
        let source = try store.keys.source()
        let provider = try store.keys.provider(besideStore: path)
        var report = KeysReport(
            source: source,
            parameters: KeyOptions.parametersPath(besideStore: path),
            store: path,
            hasStore: hasStore,
            keys: keys
        )
        if let provider { await report.ask(provider) }
        try store.output.print(report)
    }
}

/// The keys of a store.
private struct KeysReport: Report {
    private let source: KeyOptions.Source?
    private let parameters: String
    private let store: String
    private let hasStore: Bool
    private let keys: [UserKey]
    /// Whether the provider gave its current key, so that one that it does not give is missing.
    private var isReachable = false
    private var current: String?
    private var problem: String?
    /// Which of the provider's keys can be had.
    private var available: Set<String> = []

    init(source: KeyOptions.Source?, parameters: String, store: String, hasStore: Bool, keys: [UserKey]) {
        self.source = source
        self.parameters = parameters
        self.store = store
        self.hasStore = hasStore
        self.keys = keys
    }

    /// Asks a provider for its current key, and for those that wrap something.
    mutating func ask(_ provider: any KeyProvider) async {
        if source == .passphrase, access(parameters, F_OK) != 0 {
            problem =
                keys.isEmpty
                ? "There is no passphrase yet; the first command that seals a memory asks for one."
                : "\(parameters) is not there, and without it the passphrase opens nothing. Put it back from a backup."
            return
        }
        do {
            current = try await provider.key(for: nil).identifier
            isReachable = true
        } catch {
            problem = Self.message(of: error)
            return
        }
        for identifier in Set(keys.map(\.providerKey)) {
            do {
                _ = try await provider.key(for: identifier)
                available.insert(identifier)
            } catch {
                problem = problem ?? Self.message(of: error)
            }
        }
    }

    private static func message(of error: any Error) -> String {
        switch error {
        case let error as MemoryError: error.message
        case let error as CommandFailure: error.message
        default: "\(error)"
        }
    }

    private enum CodingKeys: String, CodingKey { case provider, path, command, current, problem, store, users }

    private struct KeyJSON: Encodable {
        let key: UserKey
        let available: Bool

        private enum CodingKeys: String, CodingKey {
            case user, number, use, available
            case wrappedBy = "wrapped_by"
            case createdAt = "created_at"
            case retiredAt = "retired_at"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(key.userID, forKey: .user)
            try container.encode(key.number, forKey: .number)
            try container.encode(key.isIdentity ? "identity" : "data", forKey: .use)
            try container.encode(key.providerKey, forKey: .wrappedBy)
            try container.encode(key.createdAt, forKey: .createdAt)
            try container.encodeIfPresent(key.retiredAt, forKey: .retiredAt)
            try container.encode(available, forKey: .available)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .provider)
        switch source {
        case .file(let path): try container.encode(path, forKey: .path)
        case .passphrase: try container.encode(parameters, forKey: .path)
        case .command(let words): try container.encode(words, forKey: .command)
        case nil: break
        }
        try container.encodeIfPresent(current, forKey: .current)
        try container.encodeIfPresent(problem, forKey: .problem)
        try container.encode(hasStore, forKey: .store)
        try container.encode(
            keys.map { KeyJSON(key: $0, available: available.contains($0.providerKey)) },
            forKey: .users
        )
    }

    private var kind: String {
        switch source {
        case .file: "file"
        case .command: "command"
        case .passphrase: "passphrase"
        case nil: "none"
        }
    }

    private var origin: String {
        switch source {
        case .file(let path): "The key comes from the file \(path)."
        case .command(let words): "The key comes from the command \(words.joined(separator: " "))."
        case .passphrase: "The key comes from a passphrase, with the parameters in \(parameters)."
        case nil: "Nothing says where the key comes from: give --key-file, --key-command or --passphrase."
        }
    }

    func render(on page: inout Page) {
        page.line("\(origin)")
        if let current { page.line("Current key: \(current)") }
        if let problem { page.line(Styled(problem, .caution)) }
        guard hasStore else { return page.line("There is no store at \(store) yet.") }
        var table = Table(
            .leading("USER"),
            .trailing("KEY"),
            .leading("WRAPPED BY"),
            .leading("SINCE"),
            .leading("STATE")
        )
        for key in keys {
            table.row(
                "\(key.userID)",
                "\(key.number)",
                "\(key.providerKey)",
                "\(RFC3339.minutes(key.createdAt))",
                Styled(state(of: key))
            )
        }
        page.table(table, none: "No user has a key yet: nothing is sealed.")
    }

    private func state(of key: UserKey) -> String {
        let use = key.isIdentity ? "in use, the identity key" : "in use"
        let state = key.retiredAt == nil ? use : "retired"
        guard source != nil, !available.contains(key.providerKey) else { return state }
        return state + (isReachable ? ", its wrapping key is missing" : ", its wrapping key can't be had now")
    }
}

extension UserKey {
    /// Whether it names versions; the others seal what they say.
    fileprivate var isIdentity: Bool { number == 0 }
}

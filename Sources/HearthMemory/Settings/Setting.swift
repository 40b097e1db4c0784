import HearthModel

/// Something that the environment, a file or an option can set: its names, and what it may be.
public struct Setting: Hashable, Sendable {
    /// Who acts on a setting.
    public enum Reader: String, Sendable {
        /// Every coordinator that is configured from the environment.
        case library
        /// The command line.
        case commandLine
    }

    /// The kinds of values.
    enum Kind: Hashable, Sendable {
        case number(ClosedRange<Double>, unit: String)
        case choice([String])
        case flag
        case text
        /// A text that may hold a secret, such as the password of a program.
        case secret
    }

    /// The keys that lead to it in a configuration file.
    let path: [String]
    let kind: Kind
    /// What it sets, in a few words.
    public let summary: String
    /// What holds where nothing sets it, as text; empty where that depends.
    public let standard: String
    /// Who acts on it.
    public let reader: Reader

    /// Its name in a configuration file, with a period between the keys.
    public var name: String { path.joined(separator: ".") }
}

extension Setting {
    /// How often background sync runs.
    public static let syncInterval = Setting(
        path: ["memory", "syncInterval"],
        kind: .number(0...86_400, unit: "seconds"),
        summary: "How often background sync and upkeep run; 0 switches them off.",
        standard: "60",
        reader: .library
    )
    /// How long a lease lasts.
    public static let lockTimeout = Setting(
        path: ["memory", "lockTimeout"],
        kind: .number(0.001...86_400, unit: "seconds"),
        summary: "How long a lease lasts that is acquired and kept.",
        standard: "300",
        reader: .library
    )
    /// Which strategy settles conflicts.
    public static let resolutionStrategy = Setting(
        path: ["conflict", "resolutionStrategy"],
        kind: .choice(ConflictResolution.allCases.map(\.rawValue)),
        summary: "How conflicts are settled where neither the call nor the owner's profile says how.",
        standard: ConflictResolution.latestWins.rawValue,
        reader: .library
    )
    /// What a write survives.
    public static let durability = Setting(
        path: ["hearth", "durability"],
        kind: .choice(["full", "normal"]),
        summary: "What an acknowledged write survives: full, a loss of power; normal, a crash of the process.",
        standard: "full",
        reader: .library
    )
    /// Whether the file is only read.
    public static let readOnly = Setting(
        path: ["hearth", "readOnly"],
        kind: .flag,
        summary: "Whether the file is only read.",
        standard: "false",
        reader: .library
    )
    /// How long a write waits.
    public static let busyTimeout = Setting(
        path: ["hearth", "busyTimeout"],
        kind: .number(0...86_400, unit: "seconds"),
        summary: "How long a write waits for other processes.",
        standard: "10",
        reader: .library
    )
    /// When notifications become more severe.
    public static let escalationTime = Setting(
        path: ["hearth", "escalationTime"],
        kind: .number(0...31_536_000, unit: "seconds"),
        summary: "How long a notification may wait before it becomes more severe; 0 lets it wait for ever.",
        standard: "86400",
        reader: .library
    )
    /// When the disk counts as nearly full.
    public static let leastFreeMegabytes = Setting(
        path: ["hearth", "leastFreeMegabytes"],
        kind: .number(0...1_000_000_000, unit: "MiB"),
        summary: "The free space below which an administrator is told that the disk is nearly full.",
        standard: "256",
        reader: .library
    )
    /// The store's file.
    public static let database = Setting(
        path: ["hearth", "db"],
        kind: .text,
        summary: "The store's file.",
        standard: "",
        reader: .commandLine
    )
    /// The agent that acts.
    public static let agent = Setting(
        path: ["hearth", "agent"],
        kind: .text,
        summary: "The agent that acts.",
        standard: "",
        reader: .commandLine
    )
    /// The user.
    public static let user = Setting(
        path: ["hearth", "user"],
        kind: .text,
        summary: "The user whose memories are meant.",
        standard: "",
        reader: .commandLine
    )
    /// The file with the key.
    public static let keyFile = Setting(
        path: ["hearth", "keyFile"],
        kind: .text,
        summary: "The file with the key of sensitive memories.",
        standard: "",
        reader: .commandLine
    )
    /// The command that prints the key.
    public static let keyCommand = Setting(
        path: ["hearth", "keyCommand"],
        kind: .secret,
        summary: "A command that prints the key of sensitive memories.",
        standard: "",
        reader: .commandLine
    )
    /// What the log shows.
    public static let log = Setting(
        path: ["hearth", "log"],
        kind: .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
        summary: "From which level on log lines go to standard error; notice in hearth run.",
        standard: "critical",
        reader: .commandLine
    )

    /// All that there are, in the order in which people are shown them. The days that memories are kept come besides, for
    /// each agent.
    public static let all: [Setting] = [
        .syncInterval, .lockTimeout, .resolutionStrategy, .durability, .readOnly, .busyTimeout, .escalationTime,
        .leastFreeMegabytes, .database, .agent, .user, .keyFile, .keyCommand, .log,
    ]

    /// The variable that names the configuration file.
    public static let fileVariable = "HEARTH_CONFIG"
}

extension Setting {
    /// What it may be, for messages and tables.
    public var allowed: String {
        switch kind {
        case .number(let range, let unit):
            "a number of \(unit) from \(Self.brief(range.lowerBound)) to \(Self.brief(range.upperBound))"
        case .choice(let names): "one of \(names.joined(separator: ", "))"
        case .flag: "true or false"
        case .text, .secret: "a text"
        }
    }

    /// Whether its value is shown to nobody.
    public var isSecret: Bool { kind == .secret }

    /// Whether a value is one that it may be.
    func admits(_ text: String) -> Bool {
        switch kind {
        case .number(let range, _): Self.number(text).map(range.contains) ?? false
        case .choice(let names): names.contains(text)
        case .flag: Self.flag(text) != nil
        case .text, .secret: !text.isEmpty
        }
    }

    /// The number that a text spells in decimals; nil for anything else, also what Swift reads besides, as 0x10 and nan.
    static func number(_ text: String) -> Double? {
        guard text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }), let number = Double(text),
            number.isFinite
        else { return nil }
        return number
    }

    /// What a text says of yes or no.
    static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "1": true
        case "false", "no", "0": false
        default: nil
        }
    }

    /// A number without a fraction of zero.
    static func brief(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
    }
}

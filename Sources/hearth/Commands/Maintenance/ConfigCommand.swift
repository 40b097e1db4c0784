import ArgumentParser
import HearthMemory

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show the settings that count, and where each comes from.",
        discussion: """
            An option goes before the environment, the environment before the configuration file (--config, else HEARTH_CONFIG), and the file \
            before the default. What may hold a secret is shown as set or not set. No store is opened.

            JSON: file (the configuration file), settings, each with name (in a file), variable, value, is_set, source (option, environment, file, \
            default), origin (the option, variable or file), allowed and summary; retention, each with agent, days, source and origin; and unknown, \
            the variables that look like settings and are none, each with variable and nearest.
            """
    )

    @OptionGroup var store: StoreOptions

    func run() async throws {
        var options: [Setting: (name: String, value: String)] = [:]
        if let path = store.database { options[.database] = ("--db", path) }
        if let path = store.keys.keyFile { options[.keyFile] = ("--key-file", path) }
        if let command = store.keys.keyCommand { options[.keyCommand] = ("--key-command", command) }
        try store.output.print(ConfigReport(try CommandSettings.read(options: options)))
    }
}

/// The settings that count.
private struct ConfigReport: Report {
    private let file: String?
    private let settings: [SettingJSON]
    private let retention: [RetentionJSON]
    private let unknown: [Unknown]

    private struct Unknown: Encodable {
        let variable: String
        let nearest: String?
    }

    init(_ settings: Settings) {
        file = settings.filePath
        self.settings = Setting.all.map { SettingJSON(setting: $0, value: settings[$0]) }
        retention = settings.retention.map(RetentionJSON.init)
        unknown = settings.strangers.map { Unknown(variable: $0.variable, nearest: $0.nearest) }
    }

    func render(on page: inout Page) {
        var table = Table(.leading("SETTING"), .leading("VALUE"), .leading("FROM"), .flexible("WHAT IT IS"))
        for row in settings {
            table.row(
                "\(row.setting.variable)",
                Styled(row.shown),
                Styled(row.value.source.shown),
                Styled(row.setting.summary)
            )
        }
        for row in retention {
            table.row(
                "retention of \(row.setting.agent)",
                "\(row.setting.days) days",
                Styled(row.setting.source.shown),
                "For how many days its memories are kept."
            )
        }
        page.table(table, none: "No settings.")
        guard !unknown.isEmpty else { return }
        page.gap()
        for stranger in unknown {
            let meant = stranger.nearest.map { " Did you mean \($0)?" } ?? ""
            page.line(Styled("\(stranger.variable) is set, and is no setting.\(meant)", .caution))
        }
    }
}

private struct SettingJSON: Encodable {
    let setting: Setting
    let value: Settings.Value

    private var isSet: Bool { value.source != .standard }

    /// The value for people.
    var shown: String {
        if setting.isSecret { return isSet ? "(set)" : "(not set)" }
        return value.text.isEmpty ? "(not set)" : value.text
    }

    private enum CodingKeys: String, CodingKey {
        case name, variable, value, source, origin, allowed, summary
        case isSet = "is_set"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(setting.name, forKey: .name)
        try container.encode(setting.variable, forKey: .variable)
        if !setting.isSecret, !value.text.isEmpty { try container.encode(value.text, forKey: .value) }
        try container.encode(isSet, forKey: .isSet)
        try container.encode(value.source.kind, forKey: .source)
        try container.encodeIfPresent(value.source.origin, forKey: .origin)
        try container.encode(setting.allowed, forKey: .allowed)
        try container.encode(setting.summary, forKey: .summary)
    }
}

private struct RetentionJSON: Encodable {
    let setting: RetentionSetting

    private enum CodingKeys: String, CodingKey { case agent, days, source, origin }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(setting.agent, forKey: .agent)
        try container.encode(setting.days, forKey: .days)
        try container.encode(setting.source.kind, forKey: .source)
        try container.encodeIfPresent(setting.source.origin, forKey: .origin)
    }
}

extension Settings.Source {
    fileprivate var kind: String {
        switch self {
        case .option: "option"
        case .environment: "environment"
        case .file: "file"
        case .standard: "default"
        }
    }

    fileprivate var origin: String? {
        switch self {
        case .option(let name), .environment(let name), .file(let name): name
        case .standard: nil
        }
    }

    fileprivate var shown: String {
        switch self {
        case .option(let name): name
        case .environment: "environment"
        case .file(let path): path
        case .standard: "default"
        }
    }
}

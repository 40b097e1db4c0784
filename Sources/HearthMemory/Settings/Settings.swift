import Configuration
import HearthModel
import HearthText

/// What options, the environment and a configuration file set, and which of them counts: an option before the environment,
/// the environment before the file, and the file before the default.
public struct Settings: Sendable {
    /// Where a value comes from.
    public enum Source: Hashable, Sendable {
        /// An option of the command line, by its name.
        case option(String)
        /// A variable of the environment, by its name.
        case environment(String)
        /// A configuration file, by its path.
        case file(String)
        /// Nowhere: it is the default.
        case standard
    }

    /// A value and where it comes from.
    public struct Value: Hashable, Sendable {
        /// The value as text; empty where there is none.
        public let text: String
        /// Where it comes from.
        public let source: Source
    }

    private let options: InMemoryProvider
    private let optionNames: [Setting: String]
    private let variables: EnvironmentVariablesProvider
    private let file: (provider: InMemoryProvider, path: String)?
    /// For how many days memories are kept, by agent; the environment goes before the file.
    public let retention: [RetentionSetting]
    private let given: [String: String]

    /// Reads what is set. An empty variable sets nothing.
    ///
    /// - Parameters:
    ///   - environment: The variables.
    ///   - file: The path of a configuration file; nil: the one that `HEARTH_CONFIG` names, if it names one.
    ///   - options: What the command line sets, by setting: the option's name, and its value.
    /// - Throws: `.invalidConfiguration` that names the variable or the key, its value, and what it may be.
    public init(
        environment: [String: String],
        file: String? = nil,
        options: [Setting: (name: String, value: String)] = [:]
    ) throws {
        given = environment.filter { !$0.value.isEmpty }
        let path = file ?? given[Setting.fileVariable]
        let read = try path.map { try SettingsFile(path: $0) }
        self.options = InMemoryProvider(name: "options", values: Self.values(options.mapValues(\.value)))
        optionNames = options.mapValues(\.name)
        variables = EnvironmentVariablesProvider(
            environmentVariables: given,
            secretsSpecifier: .specific(Set(Setting.all.filter(\.isSecret).map(\.variable)))
        )
        self.file = read.map { (InMemoryProvider(name: $0.path, values: Self.values($0.values)), $0.path) }
        retention = try Self.retention(given, read)
        for setting in Setting.all { try check(setting) }
    }

    private static func values(_ texts: [Setting: String]) -> [AbsoluteConfigKey: ConfigValue] {
        Dictionary(
            uniqueKeysWithValues: texts.map { setting, text in
                (AbsoluteConfigKey(setting.path), ConfigValue(.string(text), isSecret: setting.isSecret))
            }
        )
    }

    /// The value of a setting that counts.
    public subscript(setting: Setting) -> Value {
        found(setting) ?? Value(text: setting.standard, source: .standard)
    }

    /// The value that something sets; nil where nothing does.
    func found(_ setting: Setting) -> Value? {
        let key = AbsoluteConfigKey(setting.path)
        if let text = Self.text(of: key, in: options) {
            return Value(text: text, source: .option(optionNames[setting] ?? ""))
        }
        if let text = Self.text(of: key, in: variables) {
            return Value(text: text, source: .environment(setting.variable))
        }
        if let file, let text = Self.text(of: key, in: file.provider) {
            return Value(text: text, source: .file(file.path))
        }
        return nil
    }

    private static func text(of key: AbsoluteConfigKey, in provider: some ConfigProvider) -> String? {
        // Both kinds of providers are in memory and hold texts alone, so they find one or none.
        guard case .string(let text) = try? provider.value(forKey: key, type: .string).value?.content else {
            return nil
        }
        return text
    }

    private func check(_ setting: Setting) throws {
        guard let value = found(setting), !setting.admits(value.text) else { return }
        let name =
            switch value.source {
            case .option(let name), .environment(let name): name
            case .file, .standard: setting.name
            }
        throw Self.invalid(name, setting.isSecret ? nil : value.text, expected: setting.allowed)
    }

    private static func retention(
        _ environment: [String: String],
        _ file: SettingsFile?
    ) throws -> [RetentionSetting] {
        let suffix = RetentionSetting.suffix
        let variables = environment.keys.filter { $0.hasSuffix(suffix) && $0.count > suffix.count }.sorted()
        let named = try variables.map { variable in
            let days = environment[variable] ?? ""
            guard let number = Setting.number(days), RetentionSetting.range.contains(number) else {
                throw invalid(variable, days, expected: RetentionSetting.allowed)
            }
            let agent = AgentID(rawValue: variable.dropLast(suffix.count).lowercased())
            return RetentionSetting(agent: agent, days: days, source: .environment(variable))
        }
        let written = (file?.retention ?? [:]).sorted { $0.key < $1.key }
            .filter { !variables.contains(RetentionSetting.variable(of: $0.key)) }
            .map { RetentionSetting(agent: $0.key, days: $0.value, source: .file(file?.path ?? "")) }
        return named + written
    }

    private static func invalid(_ name: String, _ value: String?, expected: String) -> MemoryError {
        let said = value.map { "\(name) is \"\($0)\"; it" } ?? "\(name)"
        return MemoryError(code: .invalidConfiguration, message: "\(said) must be \(expected).")
    }
}

extension Settings {
    /// The environment as it would be if it set all that options, the environment and the file set.
    public var environment: [String: String] {
        var whole = given
        for setting in Setting.all {
            if let value = found(setting) { whole[setting.variable] = value.text }
        }
        // Of two ways to a key, the one that the environment names counts.
        if case .environment = self[.keyFile].source, case .file = self[.keyCommand].source {
            whole[Setting.keyCommand.variable] = nil
        }
        if case .environment = self[.keyCommand].source, case .file = self[.keyFile].source {
            whole[Setting.keyFile.variable] = nil
        }
        return whole
    }

    /// The path of the configuration file, if there is one.
    public var filePath: String? { file?.path }

    /// What commands about devices read: connection strings, which hold secrets and so are no settings that are shown.
    private static let connectionVariables = ["HEARTH_HUB", "HEARTH_HUB_ADMIN"]

    /// Variables that look like settings and are none, each with the one that was probably meant.
    public var strangers: [(variable: String, nearest: String?)] {
        let known = Setting.all.map(\.variable) + [Setting.fileVariable] + Self.connectionVariables
        return given.keys.filter { $0.hasPrefix("HEARTH_") && !known.contains($0) }.sorted()
            .map { ($0, NearestWord.to($0, among: known)) }
    }
}

extension Setting {
    /// Its variable in the environment, as swift-configuration spells its path.
    public var variable: String {
        path.map { word in
            word.reduce(into: "") { result, letter in
                if letter.isUppercase, result.last?.isLowercase == true { result += "_" }
                result.append(letter)
            }
            .uppercased()
        }
        .joined(separator: "_")
    }
}

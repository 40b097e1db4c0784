import FoundationEssentials
import HearthModel
import HearthText

/// A configuration file: a JSON object whose keys are those of ``Setting``, and `retentionDays`.
struct SettingsFile {
    let path: String
    /// The values, by setting, as text.
    private(set) var values: [Setting: String] = [:]
    /// The days that memories are kept, by agent.
    private(set) var retention: [AgentID: String] = [:]

    /// Longer than any honest configuration, and short enough to read whole.
    private static let longest = 1 << 20

    /// Reads a file.
    ///
    /// - Throws: `.invalidConfiguration` that names the file, the key, and what it may be.
    init(path: String) throws {
        self.path = path
        guard !path.isEmpty else { throw Self.invalid(path, "the path is empty; give it the path of a JSON file.") }
        try read(try Self.contents(of: try StoreLocation.expandingHome(in: path), named: path))
    }

    private static func contents(of file: String, named path: String) throws -> [UInt8] {
        do {
            let data = try Data(contentsOf: URL(filePath: file))
            guard data.count <= longest else { throw invalid(path, "it has more than \(longest >> 20) MiB.") }
            return [UInt8](data)
        } catch let error as MemoryError {
            throw error
        } catch {
            throw invalid(path, "it can't be read (\(reason(error))); name another file, or none.")
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: "there is no such file"
        case .fileReadNoPermission: "it may not be read by this user"
        default: "the system refuses"
        }
    }

    private mutating func read(_ bytes: [UInt8]) throws {
        // An editor may have put a byte order mark in front.
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw invalid("it is not UTF-8; save it as UTF-8.")
        }
        let value: JSONValue
        do {
            value = try JSONParser.parse(bytes)
        } catch {
            let line = bytes.prefix(error.byte - 1).count { $0 == UInt8(ascii: "\n") } + 1
            let reason = error.reason.replacing("the line ends", with: "the file ends")
            throw invalid("it is not JSON: \(reason), in line \(line).")
        }
        guard case .object(let members) = value else { throw invalid("it holds \(value.kind) instead of an object.") }
        try read(members, below: [])
    }

    private mutating func read(_ object: JSONObject, below path: [String]) throws {
        for (key, value) in object.members.map({ ($0.key, $0.value) }).sorted(by: { $0.0 < $1.0 }) {
            let path = path + [key]
            if path == [RetentionSetting.key] {
                try readRetention(value)
            } else if let setting = Setting.all.first(where: { $0.path == path }) {
                values[setting] = try text(of: value, for: setting)
            } else if Setting.all.contains(where: { $0.path.starts(with: path) }) {
                guard case .object(let inner) = value else {
                    throw invalid("\(path.joined(separator: ".")) is \(value.kind); it must be an object.")
                }
                try read(inner, below: path)
            } else {
                throw unknown(path.joined(separator: "."))
            }
        }
    }

    private mutating func readRetention(_ value: JSONValue) throws {
        guard case .object(let agents) = value else {
            throw invalid("\(RetentionSetting.key) is \(value.kind); it must be an object from agents to days.")
        }
        for (agent, days) in agents.members.map({ ($0.key, $0.value) }).sorted(by: { $0.0 < $1.0 }) {
            guard let number = days.double, RetentionSetting.range.contains(number) else {
                let name = "\(RetentionSetting.key).\(agent)"
                throw invalid("\(name) is \(Self.spelling(days)); it must be \(RetentionSetting.allowed).")
            }
            retention[try AgentID(rawValue: agent).validated()] = Setting.brief(number)
        }
    }

    private func text(of value: JSONValue, for setting: Setting) throws -> String {
        let text: String? =
            switch (setting.kind, value) {
            case (.number, .integer(let integer)): Setting.brief(Double(integer))
            case (.number, .number(let number)): Setting.brief(number)
            case (.flag, .bool(let flag)): "\(flag)"
            case (.choice, .string(let text)), (.text, .string(let text)), (.secret, .string(let text)): text
            default: nil
            }
        guard let text, setting.admits(text) else {
            let spelling = setting.isSecret ? value.kind : Self.spelling(value)
            throw invalid("\(setting.name) is \(spelling); it must be \(setting.allowed).")
        }
        return text
    }

    /// A value as a message shows it.
    private static func spelling(_ value: JSONValue) -> String {
        switch value {
        case .integer(let integer): Setting.brief(Double(integer))
        case .number(let number): Setting.brief(number)
        case .string(let text): "\"\(text)\""
        case .bool(let flag): "\(flag)"
        default: value.kind
        }
    }

    private func unknown(_ name: String) -> MemoryError {
        let known = Setting.all.map(\.name) + [RetentionSetting.key]
        let nearest = NearestWord.to(name, among: known)
        let remedy = nearest.map { "did you mean \($0)?" } ?? "these are known: \(known.joined(separator: ", "))."
        return invalid("it has the unknown key \(name); \(remedy)")
    }

    private func invalid(_ problem: String) -> MemoryError { Self.invalid(path, problem) }

    private static func invalid(_ path: String, _ problem: String) -> MemoryError {
        MemoryError(code: .invalidConfiguration, message: "The configuration file \(path): \(problem)")
    }
}

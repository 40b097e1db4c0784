import Foundation
import TestSupport
import Testing

@testable import HearthMemory

/// Which of options, environment, file and default counts, and what they may say.
@Suite struct SettingSources {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func file(_ text: String) throws -> String {
        let path = directory.file("hearth.json")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test func `an option goes before the environment, that before the file, and that before the default`() throws {
        let path = try file(
            #"{"memory": {"syncInterval": 10, "lockTimeout": 20}, "hearth": {"durability": "normal", "busyTimeout": 1.5}}"#
        )
        let settings = try Settings(
            environment: ["MEMORY_SYNC_INTERVAL": "30", "MEMORY_LOCK_TIMEOUT": "40", "HEARTH_DURABILITY": ""],
            file: path,
            options: [.syncInterval: ("--sync-interval", "50")]
        )
        #expect(settings[.syncInterval] == Settings.Value(text: "50", source: .option("--sync-interval")))
        #expect(settings[.lockTimeout] == Settings.Value(text: "40", source: .environment("MEMORY_LOCK_TIMEOUT")))
        #expect(settings[.durability] == Settings.Value(text: "normal", source: .file(path)))
        #expect(settings[.readOnly] == Settings.Value(text: "false", source: .standard))
        let configuration = CoordinatorConfiguration(settings)
        #expect(configuration.syncInterval == .seconds(50) && configuration.lockDuration == .seconds(40))
        #expect(configuration.durability == .normal && configuration.busyTimeout == .seconds(1.5))
        #expect(!configuration.isReadOnly)
    }

    @Test func `HEARTH_CONFIG names the file, and a path that is given goes before it`() throws {
        let path = try file(#"{"memory": {"syncInterval": 10}, "retentionDays": {"my-agent": 3, "alden": 4}}"#)
        let configuration = try CoordinatorConfiguration(environment: ["HEARTH_CONFIG": path])
        #expect(configuration.syncInterval == .seconds(10))
        #expect(configuration.retention["my-agent"] == .seconds(3 * 86_400))
        let named = try Settings(
            environment: ["HEARTH_CONFIG": "/nowhere", "ALDEN_MEMORY_RETENTION_DAYS": "5"],
            file: path
        )
        #expect(
            CoordinatorConfiguration(named).retention == ["alden": .seconds(432_000), "my-agent": .seconds(259_200)]
        )
    }

    @Test func `every default that is shown is the one that holds`() throws {
        let shown = try Settings(
            environment: Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.variable, $0.standard) })
        )
        let (set, standard) = (CoordinatorConfiguration(shown), CoordinatorConfiguration())
        #expect(set.syncInterval == standard.syncInterval && set.lockDuration == standard.lockDuration)
        #expect(set.busyTimeout == standard.busyTimeout && set.escalationTime == standard.escalationTime)
        #expect(set.leastFreeBytes == standard.leastFreeBytes && set.defaultResolution == standard.defaultResolution)
        #expect(set.durability == standard.durability && set.isReadOnly == standard.isReadOnly)
    }

    @Test(arguments: [
        ("MEMORY_SYNC_INTERVAL", "1e9"), ("MEMORY_SYNC_INTERVAL", "-5"), ("MEMORY_SYNC_INTERVAL", "NaN"),
        ("MEMORY_SYNC_INTERVAL", "60s"), ("MEMORY_SYNC_INTERVAL", " "), ("MEMORY_SYNC_INTERVAL", " 60"),
        ("MEMORY_SYNC_INTERVAL", "0x10"), ("MEMORY_SYNC_INTERVAL", "inf"), ("MEMORY_SYNC_INTERVAL", "٦٠"),
        ("MEMORY_SYNC_INTERVAL", String(repeating: "9", count: 400)), ("MEMORY_LOCK_TIMEOUT", "0"),
        ("CONFLICT_RESOLUTION_STRATEGY", "newest"), ("HEARTH_READ_ONLY", "maybe"), ("HEARTH_DURABILITY", "none"),
        ("ALDEN_MEMORY_RETENTION_DAYS", "0"), ("ALDEN_MEMORY_RETENTION_DAYS", "a week"), ("HEARTH_LOG", "loud"),
    ])
    func `a bad value names the variable, the value and what it may be`(variable: String, value: String) throws {
        let error = #expect(throws: MemoryError.self) { try Settings(environment: [variable: value]) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("\(variable) is \"\(value)\"; it must be ") == true, "\(error?.message ?? "")")
    }

    @Test func `empty values set nothing, and numbers may be spelled in several ways`() throws {
        let settings = try Settings(environment: ["MEMORY_SYNC_INTERVAL": "", "MEMORY_LOCK_TIMEOUT": "3e2"])
        #expect(CoordinatorConfiguration(settings).syncInterval == .seconds(60))
        #expect(CoordinatorConfiguration(settings).lockDuration == .seconds(300))
    }

    @Test(arguments: [
        ("", "is not JSON"), ("{", "ends in the middle"), ("[]", "an array instead of an object"),
        (#"{"memory": 5}"#, "memory is a number; it must be an object"),
        (#"{"memory": {"syncIntervall": 5}}"#, "unknown key memory.syncIntervall; did you mean memory.syncInterval?"),
        (#"{"xyzzy": 1}"#, "unknown key xyzzy; these are known: "),
        (#"{"memory": {"syncInterval": 1, "syncInterval": 2}}"#, "given twice"),
        (#"{"memory": {"syncInterval": "60"}}"#, #"memory.syncInterval is "60"; it must be a number of seconds"#),
        (#"{"memory": {"syncInterval": null}}"#, "memory.syncInterval is null; it must be"),
        (#"{"memory": {"syncInterval": -5}}"#, "memory.syncInterval is -5; it must be"),
        (#"{"memory": {"syncInterval": NaN}}"#, "neither NaN"),
        (#"{"hearth": {"readOnly": "yes"}}"#, "must be true or false"),
        (#"{"hearth": {"keyCommand": 5}}"#, "hearth.keyCommand is a number; it must be a text"),
        (#"{"retentionDays": {"alden": 0}}"#, "retentionDays.alden is 0; it must be a number of days"),
        (#"{"retentionDays": 30}"#, "must be an object from agents to days"),
        ("{\n\n  oops\n}", "in line 3"),
    ])
    func `a file that is not as it must be is refused with its path and the reason`(text: String, reason: String) throws
    {
        let path = try file(text)
        let error = #expect(throws: MemoryError.self) { try Settings(environment: [:], file: path) }
        #expect(error?.code == .invalidConfiguration && error?.message.contains(path) == true)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test func `a file that cannot be read is named with the reason`() throws {
        func refusal(_ path: String) -> String {
            #expect(throws: MemoryError.self) { try Settings(environment: [:], file: path) }?.message ?? ""
        }
        #expect(refusal(directory.file("none.json")).contains("there is no such file"))
        #expect(refusal(directory.file("")).contains("can't be read"))
        #expect(refusal("").contains("empty"))
    }

    @Test func `a byte order mark is passed over, and other encodings are refused`() throws {
        let path = directory.file("hearth.json")
        try Bytes.write([0xEF, 0xBB, 0xBF] + Array(#"{"memory": {"syncInterval": 5}}"#.utf8), to: path)
        #expect(try Settings(environment: [:], file: path)[.syncInterval].text == "5")
        try Bytes.write([0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00], to: path)
        let error = #expect(throws: MemoryError.self) { try Settings(environment: [:], file: path) }
        #expect(error?.message.contains("not UTF-8") == true)
    }

    @Test func `a key of the file that fits no agent is refused by name when a store is opened`() async throws {
        let path = try file(#"{"retentionDays": {"aldne": 3}}"#)
        let configuration = CoordinatorConfiguration(try Settings(environment: [:], file: path))
        let error = await #expect(throws: MemoryError.self) {
            try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
        }
        #expect(error?.message.contains("retentionDays.aldne in \(path) is for no agent") == true)
    }

    @Test func `a way to the key that the environment names goes before another of the file`() throws {
        let path = try file(#"{"hearth": {"keyFile": "~/key"}}"#)
        let settings = try Settings(environment: ["HEARTH_KEY_COMMAND": "pass key"], file: path)
        #expect(settings.environment["HEARTH_KEY_FILE"] == nil)
        #expect(settings.environment["HEARTH_KEY_COMMAND"] == "pass key")
        #expect(try Settings(environment: [:], file: path).environment["HEARTH_KEY_FILE"] == "~/key")
    }

    @Test func `a variable that looks like a setting and is none is named with the nearest one`() throws {
        let settings = try Settings(environment: ["HEARTH_READONLY": "1", "HEARTH_DB": "x", "HEARTHSTONE": "y"])
        #expect(settings.strangers.map(\.variable) == ["HEARTH_READONLY"])
        #expect(settings.strangers.first?.nearest == "HEARTH_READ_ONLY")
    }

    @Test func `connection strings of a hub are no settings that are shown, and no strangers`() throws {
        let settings = try Settings(environment: [
            "HEARTH_HUB": "host=x", "HEARTH_HUB_ADMIN": "host=x", "HEARTH_HUBS": "1",
        ])
        #expect(settings.strangers.map(\.variable) == ["HEARTH_HUBS"])
    }

    @Test func `names of variables are those that swift-configuration reads`() throws {
        for setting in Setting.all where setting.kind == .text {
            let settings = try Settings(environment: [setting.variable: "x"])
            #expect(settings[setting] == Settings.Value(text: "x", source: .environment(setting.variable)))
        }
        #expect(Setting.syncInterval.variable == "MEMORY_SYNC_INTERVAL")
        #expect(Setting.resolutionStrategy.variable == "CONFLICT_RESOLUTION_STRATEGY")
        #expect(Set(Setting.all.map(\.variable)).count == Setting.all.count)
    }
}

private enum Bytes {
    static func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(filePath: path))
    }
}

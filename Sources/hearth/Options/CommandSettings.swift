import FoundationEssentials
import HearthMemory
import Synchronization

/// What the environment and the configuration file say to the command that runs.
enum CommandSettings {
    /// The file that `--config` names; nil: the one that `HEARTH_CONFIG` names, if it names one.
    private static let file = Mutex<String?>(nil)

    /// Takes the configuration file that an option names.
    static func use(file path: String) {
        file.withLock { $0 = path }
    }

    /// All that is set.
    ///
    /// - Parameter options: What options of the command line set.
    /// - Throws: `.invalidConfiguration`.
    static func read(options: [Setting: (name: String, value: String)] = [:]) throws -> Settings {
        try Settings(
            environment: ProcessInfo.processInfo.environment,
            file: file.withLock(\.self),
            options: options
        )
    }

    /// The environment as it would be if it said what the file says. Where the file can't be read, what the environment
    /// says: whoever opens the store then hears why.
    static var environment: [String: String] {
        (try? read())?.environment ?? ProcessInfo.processInfo.environment
    }
}

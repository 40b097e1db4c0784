import ArgumentParser
import FoundationEssentials
import Glibc
import HearthMemory

struct KeysInitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a file with a random key, which nobody else can read.",
        discussion: """
            The file has 32 random bytes and mode 0600. One that is there is never overwritten. Keep a copy elsewhere: without the key the \
            sensitive memories are lost.

            JSON: path, key (the key's identifier).
            """
    )

    @Argument(
        help: ArgumentHelp(
            "The file to make.",
            discussion: "Default: HEARTH_KEY_FILE, else hearth/key in the XDG configuration directory."
        ),
        completion: .file()
    )
    var path: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let environment = CommandSettings.environment
        let file = try KeyPath(argument: path, environment: environment)
        try file.prepare()
        let provider = try FileKeyProvider.create(at: file.path)
        try output.print(CreatedKeyReport(path: file.path, key: provider.key(for: nil).identifier))
    }
}

/// Where a key file is made.
private struct KeyPath {
    let path: String
    /// The directory to make with it: set for the default place only.
    private let ownedDirectory: String?

    init(argument: String?, environment: [String: String]) throws {
        if let given = argument ?? environment["HEARTH_KEY_FILE"], argument != nil || !given.isEmpty {
            guard !given.isEmpty else { throw ValidationError("The path of the key file is empty.") }
            path = try StoreLocation.expandingHome(in: given)
            ownedDirectory = nil
        } else {
            let directory = try Self.configurationDirectory(environment) + "/hearth"
            path = directory + "/key"
            ownedDirectory = directory
        }
    }

    /// `XDG_CONFIG_HOME`; the specification says that relative paths are to be ignored.
    private static func configurationDirectory(_ environment: [String: String]) throws -> String {
        if let directory = environment["XDG_CONFIG_HOME"], directory.hasPrefix("/") { return directory }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw CommandFailure("There is no HOME to keep a key in; name the file.")
        }
        return home + "/.config"
    }

    func prepare() throws {
        if let ownedDirectory { try PrivateDirectory.make(ownedDirectory, or: "name another file") }
    }
}

/// The key that was made.
private struct CreatedKeyReport: Report {
    var path: String
    var key: String

    func render(on page: inout Page) {
        page.line("\(path) has the key \(key).")
        page.line(
            "Name it with --key-file, or HEARTH_KEY_FILE. Keep a copy elsewhere: without it sensitive memories are lost."
        )
    }
}

import ArgumentParser
import FoundationEssentials
import HearthHub
import HearthMemory

/// Which store's device a command works on, how it reaches the hub, and how the command answers.
struct DeviceOptions: ParsableArguments {
    @Option(
        name: .customLong("db"),
        help: ArgumentHelp(
            "The store's file.",
            discussion: "Default: HEARTH_DB, else hearth/hearth.db in the XDG data directory.",
            valueName: "path"
        )
    )
    var database: String?

    @Option(
        help: ArgumentHelp(
            "A JSON file with settings; `hearth config` shows what counts.",
            discussion: "Default: HEARTH_CONFIG.",
            valueName: "path"
        ),
        completion: .file()
    )
    var config: String?

    @OptionGroup var hub: HubAddress
    @OptionGroup var output: OutputOptions

    /// The store's file.
    func store() throws -> StorePath {
        try StorePath(option: database, environment: CommandSettings.read().environment)
    }

    func validate() throws {
        if let config { CommandSettings.use(file: config) }
    }

    /// What goes over the device's own connection string; nil: nothing.
    func connection() throws -> ConnectionSettings? { try hub.settings() }

    static func noSpace(_ path: String) -> CommandFailure {
        CommandFailure(
            "The store \(path) exchanges with no other device yet. Run `hearth hub init` here, or `hearth devices invite` on a device that does and `hearth devices join` here."
        )
    }

    /// The space that a store's file belongs to, whatever its device's file says; nil if there is none, or no store.
    static func space(ofStore path: StorePath) async throws -> String? {
        guard path.hasStore else { return nil }
        return try await withOpenStore(at: .file(path.file)) { try await $0.deviceSpace()?.space }
    }

    /// Refuses a store that belongs to another space: its memories would be of two.
    ///
    /// - Parameter space: The space that it is to belong to; nil: a new one.
    static func requireFree(_ path: StorePath, for space: String?) async throws {
        let kept = try DeviceFile(besideStore: path.file).load()?.space.description
        let spaces = [kept, try await Self.space(ofStore: path)].compactMap(\.self)
        guard let present = spaces.first(where: { $0 != space }) else { return }
        throw CommandFailure(
            "The store \(path.file) belongs to the space \(present) already. Name another store with --db, or let this one leave: hearth devices leave"
        )
    }

    /// Opens the device's door to its space, runs `body`, and closes it whether or not `body` succeeded.
    func withSpace<Result>(_ body: (Space) async throws -> Result) async throws -> Result {
        let path = try store().file
        guard let space = try Space.open(besideStore: path, connection: try connection()) else {
            throw Self.noSpace(path)
        }
        do {
            let result = try await body(space)
            await space.close()
            return result
        } catch {
            await space.close()
            throw error
        }
    }
}

/// How a device reaches its hub, where it does not know it already.
struct HubAddress: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file (mode 0600) with how this device reaches the hub: a connection string of PostgreSQL.",
            discussion: "It goes over what the device knows already. Default: HEARTH_HUB, which has the string itself.",
            valueName: "path"
        ),
        completion: .file()
    )
    var hubFile: String?

    /// What goes over the device's own connection string; nil: nothing.
    func settings() throws -> ConnectionSettings? {
        try HubSources.settings(file: hubFile, option: "--hub-file", variable: "HEARTH_HUB")
    }
}

/// The store that exchanges, with the key of its sensitive memories, and how its device reaches the hub.
struct ExchangeOptions: ParsableArguments {
    @OptionGroup var store: StoreOptions
    @OptionGroup var hub: HubAddress

    var output: OutputOptions { store.output }

    /// Opens the store and its exchange, runs `body`, and closes both whether or not `body` succeeded.
    func withSync<Result>(_ body: (HubSync) async throws -> Result) async throws -> Result {
        let file = try store.location().file
        // A device that has just joined has no store yet.
        let hasJoined = try DeviceFile(besideStore: file).load() != nil
        return try await store.withStore(hasJoined ? .create : .existing) { coordinator in
            let opened = try await HubSync.open(coordinator, store: file, connection: try hub.settings())
            guard let sync = opened else { throw DeviceOptions.noSpace(file) }
            do {
                let result = try await body(sync)
                await sync.close()
                return result
            } catch {
                await sync.close()
                throw error
            }
        }
    }
}

/// How a command reaches the hub as its administrator.
struct AdministratorOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file (mode 0600) with a connection string of PostgreSQL under the role that owns the hub.",
            discussion: "Default: HEARTH_HUB_ADMIN, which has the string itself.",
            valueName: "path"
        ),
        completion: .file()
    )
    var adminFile: String?

    /// The administrator, if one is given.
    func administrator() throws -> HubAdministrator? {
        try HubSources.settings(file: adminFile, option: "--admin-file", variable: "HEARTH_HUB_ADMIN")
            .map { try HubAdministrator($0) }
    }

    /// The administrator, without whom the command does nothing.
    func required() throws -> HubAdministrator {
        guard let administrator = try administrator() else {
            throw CommandFailure(
                "Say how the hub's database is reached: --admin-file names a file with a connection string, such as host=hub.example.org dbname=hearth user=hearth_admin password=WORD"
            )
        }
        return administrator
    }
}

private enum HubSources {
    /// The connection string of a file, else of the environment.
    static func settings(file: String?, option: String, variable: String) throws -> ConnectionSettings? {
        if let file {
            guard !file.isEmpty else { throw CommandFailure("\(option) is empty; give it the path of a file.") }
            return try ConnectionSettings(file: try StoreLocation.expandingHome(in: file))
        }
        guard let text = CommandSettings.environment[variable], !text.isEmpty else { return nil }
        return try ConnectionSettings(text)
    }
}

/// What a device calls itself.
struct DeviceName: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What the other devices call this one.",
            discussion: "Default: the name of the machine.",
            valueName: "name"
        )
    )
    var name: String?

    var resolved: String {
        if let name { return name }
        let host = ProcessInfo.processInfo.hostName
        return host.isEmpty ? "device" : host
    }
}

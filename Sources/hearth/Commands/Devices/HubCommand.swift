import ArgumentParser
import FoundationEssentials
import Glibc
import HearthHub
import HearthMemory

struct HubCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hub",
        abstract: "Make the hub through which devices exchange, look at it, and exchange.",
        subcommands: [
            InitCommand.self, MoveCommand.self, StatusCommand.self, SyncCommand.self, PullCommand.self,
            PushCommand.self,
        ]
    )

    struct InitCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init",
            abstract: "Make the hub in a PostgreSQL database, and this store's device the first of a new space.",
            discussion: """
                It brings the hub's schema to its present form, makes a space, and a role of its own for this device. What the device \
                needs stands in a file beside the store, NAME.device, mode 0600: with its keys, so keep a copy. A store that belongs to a \
                space already keeps it: what the hub lacks of it, its place and this device's role, is made. If the administrator's \
                connection leads to another address than this device's, the device goes by the new one from now on.

                JSON: hub (host and database), schema, before (its version before; 0: there was none), space, device, name, role, file, \
                made_role (whether the device got a role or a new password), moved_from (the hub before, if it was at another address).
                """
        )

        @OptionGroup var administrator: AdministratorOptions
        @OptionGroup var name: DeviceName
        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let administrator = try administrator.required()
            let path = try device.store()
            try path.prepare(for: .create)
            let file = DeviceFile(besideStore: path.file)
            let isNew = try file.load() == nil
            if isNew { try await DeviceOptions.requireFree(path, for: nil) }
            let schema = try await administrator.prepare()
            var renewal = HubAdministrator.Renewal(madeRole: true)
            if isNew {
                try await administrator.found(name: name.resolved, storage: file).close()
            } else {
                renewal = try await administrator.renew(file)
            }
            guard let state = try file.load() else { throw CommandFailure("\(file.path) is gone.") }
            try device.output.print(MadeHubReport(administrator.name, schema, state, renewal, file))
            await administrator.close()
        }
    }

    struct MoveCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "move",
            abstract:
                "Let this device reach the hub by another way from now on: at a new address, or with another password.",
            discussion: """
                What --hub-file says goes over what the device knows, and is kept if the hub there has the space. The same role must be \
                there: a dump of the roles brings it along, or an administrator runs `hearth hub init` on this device.

                JSON: hub (host and database), moved_from (the same of before).
                """
        )

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            guard let settings = try device.connection() else {
                throw CommandFailure(
                    "Say how the hub is reached now: --hub-file names a file with what is new, such as host=hub.example.org"
                )
            }
            let report = try await device.withSpace { space in
                let before = try await space.keep(settings)
                return MovedReport(hub: await space.hubName, movedFrom: before)
            }
            try device.output.print(report)
        }
    }

    struct StatusCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show the space of this store's device, and whether the hub has what it showed.",
            discussion: """
                The hub is asked for fingerprints of all rows that this device has seen. A hub that went back to an older backup, or \
                has other rows than before, is named; so are rows that were emptied without an erasure.

                JSON: hub (host and database), reachable, problem, space, device, name, removed (whether this device was), devices (how \
                many belong to the space), rows (on the hub), seen (by this device), went_back, agreed (up to which row hub and \
                device agree), unexplained (how many rows are empty without an erasure), conflict_resolution (how the space settles \
                conflicts where neither a call nor a profile says), and exchange, as in the devices of `hearth status`. Exit status 1 if the hub can't be reached or went back.
                """
        )

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            var report = try await device.withSpace { space in await HubStatusReport(space) }
            await report.read(try device.store().file)
            try device.output.print(report)
            if report.isBad { throw ExitCode.failure }
        }
    }
}

private struct MadeHubReport: Report {
    var hub: String
    var schema: Int
    var before: Int
    var space: String
    var device: String
    var name: String
    var role: String
    var file: String
    var madeRole: Bool
    var movedFrom: String?

    private enum CodingKeys: String, CodingKey {
        case hub, schema, before, space, device, name, role, file
        case madeRole = "made_role"
        case movedFrom = "moved_from"
    }

    init(
        _ hub: String,
        _ schema: (before: Int, after: Int),
        _ state: DeviceState,
        _ renewal: HubAdministrator.Renewal,
        _ file: DeviceFile
    ) {
        self.hub = hub
        self.schema = schema.after
        before = schema.before
        space = state.space.description
        device = state.device.id.description
        name = state.name
        role = state.role
        self.file = file.path
        madeRole = renewal.madeRole
        movedFrom = renewal.movedFrom
    }

    func render(on page: inout Page) {
        page.line("The hub at \(hub) has schema \(schema).")
        page.line("This device is \(name) in the space \(space).")
        if let movedFrom {
            page.line(
                "It reached the hub at \(movedFrom) before, and does so no more. Each other device needs its role here, and the new address: hearth hub move --hub-file FILE, or this command there."
            )
        }
        page.line("Its keys are in \(file): keep a copy. `hearth devices invite` asks another device to join.")
    }
}

private struct MovedReport: Report {
    var hub: String?
    var movedFrom: String?

    private enum CodingKeys: String, CodingKey {
        case hub
        case movedFrom = "moved_from"
    }

    func render(on page: inout Page) {
        page.line("This device reaches the hub at \(hub ?? "?") from now on.")
    }
}

private struct HubStatusReport: Report {
    var hub: String?
    var reachable = true
    var problem: String?
    var space: String
    var device: String
    var name: String
    var removed = false
    var devices: Int
    var rows: Int64?
    var seen: Int64?
    var wentBack: Bool?
    var agreed: Int64?
    var unexplained: Int?
    /// How the space settles conflicts where neither a call nor a profile says; nil before the first exchange.
    var conflictResolution: ConflictResolution?
    /// Whether this program's own setting says something else, which does not count while the store is in a space.
    private var isOverruled = false
    /// What the store says of its exchanges; nil before the first.
    var exchange: HubSyncStatus?

    private enum CodingKeys: String, CodingKey {
        case hub, reachable, problem, space, device, name, removed, devices, rows, seen, agreed, unexplained, exchange
        case wentBack = "went_back"
        case conflictResolution = "conflict_resolution"
    }

    var isBad: Bool { !reachable || wentBack == true }

    init(_ door: Space) async {
        hub = await door.hubName
        do {
            try await door.catchUpOnMembership()
            let audit = try await door.audit()
            rows = audit.end
            seen = audit.seen
            wentBack = audit.wentBack
            agreed = audit.agreed
            unexplained = audit.unexplained.count
        } catch {
            reachable = false
            problem = (error as? MemoryError)?.message ?? "\(error)"
        }
        let members = await door.members
        space = members.space.description
        let own = await door.device
        device = own.id.description
        name = own.name
        removed = await door.isRemoved
        devices = members.active.count
    }

    /// Adds what the store says of its exchanges.
    mutating func read(_ path: String) async {
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            let configured = CoordinatorConfiguration(try CommandSettings.read()).defaultResolution
            (exchange, conflictResolution) = try await withOpenStore(
                at: .file(path),
                configure: { $0.isReadOnly = true },
                body: { (try await $0.hubSyncStatus(), try await $0.deviceSpace()?.resolution) }
            )
            isOverruled = conflictResolution.map { $0 != configured } ?? false
        } catch {
            problem = problem ?? (error as? MemoryError)?.message ?? "\(error)"
        }
    }

    func render(on page: inout Page) {
        page.facts([
            ("hub", Styled(hub ?? "?")), ("space", Styled(space)), ("this device", Styled("\(name) (\(device))")),
            ("devices", Styled("\(devices)")),
        ])
        if let rows, let seen {
            page.facts([("rows on the hub", Styled("\(rows)")), ("seen here", Styled("\(seen)"))])
        }
        if let conflictResolution {
            let note = isOverruled ? ", whatever CONFLICT_RESOLUTION_STRATEGY says here" : ""
            page.facts([("conflicts", Styled(conflictResolution.rawValue + note))])
        }
        if let exchange { page.facts(exchange.facts) }
        if let problem { page.line(Styled(problem, .bad)) }
        if removed { page.line(Styled("This device was removed from its space.", .bad)) }
        if wentBack == true, let agreed {
            page.line(Styled("The hub went back: it agrees with this device only up to row \(agreed).", .bad))
        }
        if let unexplained, unexplained > 0 {
            page.line(Styled("\(unexplained) rows are empty, and no erasure says so.", .caution))
        }
    }
}

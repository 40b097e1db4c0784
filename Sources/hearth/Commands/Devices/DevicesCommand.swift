import ArgumentParser
import FoundationEssentials
import HearthHub
import HearthMemory

struct DevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "Let devices into the space that a store exchanges with, list them, and remove them.",
        subcommands: [
            DevicesInviteCommand.self, DevicesJoinCommand.self, ListCommand.self, RemoveCommand.self,
        ]
    )

    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the devices of the space, also those that were removed.",
            discussion: """
                JSON: space, devices, each with device (its identifier), name, role (on the hub), since, removed_at and this \
                (whether it is this store's).
                """
        )

        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let report = try await device.withSpace { space in
                try await space.catchUpOnMembership()
                return DevicesReport(members: await space.members, own: await space.device.id)
            }
            try device.output.print(report)
        }
    }

    struct RemoveCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract:
                "Remove a device: it can read nothing that is published from now on, and what it publishes is refused.",
            discussion: """
                What it has, it keeps. With the administrator's connection its role on the hub is taken away too, so that it can't reach \
                the hub any more; without, an administrator should do so.

                JSON: device, name, role, role_dropped.
                """
        )

        @Argument(help: "The device: its identifier, or its name if only one has it.")
        var target: String

        @OptionGroup var administrator: AdministratorOptions
        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let administrator = try administrator.administrator()
            let report = try await device.withSpace { space in
                try await space.catchUpOnMembership()
                let members = await space.members
                let found = try DevicesReport.find(target, among: members)
                try await space.remove(found.id)
                var report = RemovedDeviceReport(
                    device: found.id.description,
                    name: found.name,
                    role: found.role
                )
                if let administrator, !found.role.isEmpty {
                    report.roleDropped = try await administrator.dismiss(found.role, from: members.space)
                }
                return report
            }
            await administrator?.close()
            try device.output.print(report)
        }
    }
}

/// The devices of a space.
struct DevicesReport: Report {
    struct Entry: Encodable {
        var device: String
        var name: String
        var role: String?
        var since: Date
        var removedAt: Date?
        var this: Bool

        private enum CodingKeys: String, CodingKey {
            case device, name, role, since, this
            case removedAt = "removed_at"
        }
    }

    var space: String
    var devices: [Entry]

    init(members: Membership, own: DeviceID) {
        space = members.space.description
        devices = members.members.values.sorted { ($0.since, $0.device.id) < ($1.since, $1.device.id) }
            .map { member in
                Entry(
                    device: member.device.id.description,
                    name: member.device.name,
                    role: member.device.role.isEmpty ? nil : member.device.role,
                    since: member.since.timestamp.date,
                    removedAt: member.removed?.timestamp.date,
                    this: member.device.id == own
                )
            }
    }

    /// The device of an identifier or a name.
    static func find(_ word: String, among members: Membership) throws -> Device {
        if let id = DeviceID(word), let member = members.members[id] { return member.device }
        let named = members.active.filter { $0.name == word }
        guard let device = named.first else {
            throw CommandFailure("No device \(word) belongs to the space; `hearth devices list` names those that do.")
        }
        guard named.count == 1 else {
            let list = named.map(\.id.description).joined(separator: ", ")
            throw CommandFailure("Several devices are called \(word): \(list). Give the identifier.")
        }
        return device
    }

    func render(on page: inout Page) {
        var table = Table(.leading("DEVICE"), .flexible("NAME"), .leading("SINCE"), .leading("STATE"))
        for entry in devices {
            let state = entry.removedAt.map { "removed \(RFC3339.string($0))" } ?? (entry.this ? "this one" : "")
            table.row(
                Styled(entry.device),
                Styled(entry.name),
                Styled(RFC3339.string(entry.since)),
                Styled(state)
            )
        }
        page.table(table, none: "No device belongs to the space.")
    }
}

private struct RemovedDeviceReport: Report {
    var device: String
    var name: String
    var role: String
    var roleDropped: Bool?

    private enum CodingKeys: String, CodingKey {
        case device, name, role
        case roleDropped = "role_dropped"
    }

    func render(on page: inout Page) {
        page.line("\(name) was removed. What it has, it keeps; what comes from now on is closed to it.")
        if roleDropped == nil, !role.isEmpty {
            page.line(
                Styled(
                    "Its role \(role) still reaches the hub. Take it away: hearth devices remove with --admin-file, or DROP ROLE.",
                    .caution
                )
            )
        }
    }
}

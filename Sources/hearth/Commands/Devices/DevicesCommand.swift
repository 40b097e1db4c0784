import ArgumentParser
import FoundationEssentials
import HearthHub
import HearthMemory

struct DevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "Let devices into the space that a store exchanges with, list them, and remove them.",
        subcommands: [
            DevicesInviteCommand.self, DevicesJoinCommand.self, ListCommand.self, DevicesRemoveCommand.self,
            DevicesLeaveCommand.self,
        ]
    )

    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the devices of the space, also those that were removed.",
            discussion: """
                With the administrator's connection the roles on the hub are named too that reach the space and that no device has: of \
                an invitation that nobody took, say. `hearth devices remove ROLE` takes one away.

                JSON: space, devices, each with device (its identifier), name, role (on the hub), since, removed_at and this \
                (whether it is this store's); with the administrator's connection unused_roles and dismissed_roles (which reach nothing, \
                and could not be dropped yet).
                """
        )

        @OptionGroup var administrator: AdministratorOptions
        @OptionGroup var device: DeviceOptions

        func run() async throws {
            let administrator = try administrator.administrator()
            let report = try await device.withSpace { space in
                try await space.catchUpOnMembership()
                let members = await space.members
                var report = DevicesReport(members: members, own: await space.device.id)
                let roles = try await administrator?.unusedRoles(of: members)
                (report.unusedRoles, report.dismissedRoles) = (roles?.unused, roles?.dismissed)
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
    /// Nil if no administrator was asked.
    var unusedRoles: [String]?
    var dismissedRoles: [String]?

    private enum CodingKeys: String, CodingKey {
        case space, devices
        case unusedRoles = "unused_roles"
        case dismissedRoles = "dismissed_roles"
    }

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

    /// The device of an identifier or a name, of those that belong to the space before those that were removed; nil if
    /// there is none.
    static func find(_ word: String, among members: Membership) throws -> Device? {
        if let id = DeviceID(word), let member = members.members[id] { return member.device }
        let active = members.active.filter { $0.name == word }
        let named = active.isEmpty ? members.members.values.map(\.device).filter { $0.name == word } : active
        guard named.count <= 1 else {
            let list = named.map(\.id.description).sorted().joined(separator: ", ")
            throw CommandFailure("Several devices are called \(word): \(list). Give the identifier.")
        }
        return named.first
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
        if let unusedRoles, !unusedRoles.isEmpty {
            page.line(
                Styled(
                    "No device has these roles, which reach the space: \(unusedRoles.joined(separator: ", ")). Unless an invitation waits for its device, take them away: hearth devices remove ROLE --admin-file FILE",
                    .caution
                )
            )
        }
        if let dismissedRoles, !dismissedRoles.isEmpty {
            page.line(
                "Roles that reach nothing and could not be dropped yet: \(dismissedRoles.joined(separator: ", "))."
            )
        }
    }
}

import ArgumentParser
import HearthHub
import HearthMemory

struct DevicesRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract:
            "Remove a device: it can read nothing that is published from now on, and what it publishes is refused.",
        discussion: """
            What it has, it keeps. With the administrator's connection its role on the hub is taken away too, so that it can't reach \
            the hub any more; without, an administrator should do so, by the same command once more. A role that no device of the space \
            has, such as the one of an invitation that nobody took, is taken away by its name: `hearth devices list --admin-file` names them.

            JSON: device, name, role, role_dropped (whether the role is gone) and role_problem (why not).
            """
    )

    @Argument(help: "The device: its identifier, or its name if only one has it; or a role that no device has.")
    var target: String

    @Flag(help: "Remove the space's last device too. Nobody can read the space or join it then.")
    var endSpace = false

    @OptionGroup var administrator: AdministratorOptions
    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let administrator = try administrator.administrator()
        let report = try await device.withSpace { space in
            try await space.catchUpOnMembership()
            let members = await space.members
            switch try await target(among: members, administrator) {
            case .role(let role):
                var report = RemovedDeviceReport(role: role)
                try await dismiss(role, from: members, administrator, in: &report)
                return report
            case .device(let found):
                var report = RemovedDeviceReport(found)
                if members.isActive(found.id) {
                    try requireOther(than: found, among: members)
                    try await space.remove(found.id)
                } else if administrator == nil {
                    throw CommandFailure(
                        "\(found.name) was removed already; `hearth devices list` shows when. With --admin-file its role on the hub is taken away."
                    )
                }
                try await dismiss(found.role, from: await space.members, administrator, in: &report)
                return report
            }
        }
        await administrator?.close()
        try device.output.print(report)
    }
}

extension DevicesRemoveCommand {
    private enum Target {
        case device(Device)
        case role(String)
    }

    /// What the word names: a device of the space, else one that was removed, else a role that no device has.
    private func target(among members: Membership, _ administrator: HubAdministrator?) async throws -> Target {
        if let device = try DevicesReport.find(target, among: members) { return .device(device) }
        let roles = try await administrator?.unusedRoles(of: members)
        guard let roles, (roles.unused + roles.dismissed).contains(target) else {
            throw CommandFailure("No device \(target) belongs to the space; `hearth devices list` names those that do.")
        }
        return .role(target)
    }

    private func requireOther(than device: Device, among members: Membership) throws {
        guard !endSpace, members.active.allSatisfy({ $0.id == device.id }) else { return }
        throw CommandFailure(
            "\(device.name) is the last device of the space. Without it nobody can read the space or join it; --end-space removes it all the same."
        )
    }

    /// Takes a role away, unless another device has it too.
    private func dismiss(
        _ role: String,
        from members: Membership,
        _ administrator: HubAdministrator?,
        in report: inout RemovedDeviceReport
    ) async throws {
        guard let administrator else { return }
        if role.isEmpty {
            report.roleDropped = false
            report.roleProblem =
                "Nobody knows under which role it reached the hub; `hearth devices list --admin-file` names roles that no device has."
        } else if let other = members.active.first(where: { $0.role == role }) {
            report.roleDropped = false
            report.roleProblem = "Its role \(role) was left, for \(other.name) has it too."
        } else {
            let dismissal = try await administrator.dismiss(role, from: members.space)
            report.roleDropped = dismissal == .dropped
            report.roleProblem = Self.problem(dismissal, role)
        }
    }

    private static func problem(_ dismissal: HubAdministrator.Dismissal, _ role: String) -> String? {
        switch dismissal {
        case .dropped: nil
        case .unknown:
            "The hub has no role \(role) for this space. If the device had another one, `hearth devices list --admin-file` names it among those that no device has."
        case .keepsOtherSpaces:
            "Its role \(role) reaches this space no more; it stays, for it has another space on the hub."
        case .isAnothers:
            "Its role \(role) reaches the space no more; it was there before the hub, so it stays."
        case .shutOut(let reason):
            "Its role \(role) can't sign in any more and sees nothing, but could not be dropped: \(reason). Once that is cleared, run the same command again."
        }
    }
}

extension HubAdministrator {
    /// The roles that may reach a space and that no device of it has, and those that may reach nothing and are still there.
    func unusedRoles(of members: Membership) async throws -> (unused: [String], dismissed: [String]) {
        let used = Set(members.active.map(\.role))
        return (try await roles(of: members.space).filter { !used.contains($0) }, try await dismissedRoles())
    }
}

private struct RemovedDeviceReport: Report {
    /// Nil if a role is taken away that no device has.
    var device: String?
    var name: String?
    var role: String
    /// Nil if no administrator was asked.
    var roleDropped: Bool?
    var roleProblem: String?

    private enum CodingKeys: String, CodingKey {
        case device, name, role
        case roleDropped = "role_dropped"
        case roleProblem = "role_problem"
    }

    init(_ device: Device) {
        self.device = device.id.description
        name = device.name
        role = device.role
    }

    init(role: String) {
        self.role = role
    }

    func render(on page: inout Page) {
        if let name {
            page.line("\(name) was removed. What it has, it keeps; what comes from now on is closed to it.")
        }
        if let roleProblem {
            page.line(Styled(roleProblem, .caution))
        } else if roleDropped == true {
            page.line("The role \(role) on the hub is gone.")
        } else if !role.isEmpty {
            page.line(
                Styled(
                    "Its role \(role) still reaches the hub. Take it away: run the same command with --admin-file, or DROP ROLE.",
                    .caution
                )
            )
        }
    }
}

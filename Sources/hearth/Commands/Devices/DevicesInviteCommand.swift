import ArgumentParser
import HearthHub
import HearthMemory

struct DevicesInviteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite",
        abstract: "Ask another device to join, and print the code for it.",
        discussion: """
            The code carries the space's key: whoever has it, and reaches the hub, may read the space and join once. Bring it over in private, \
            and give it to `hearth devices join` there. It has the hub's address but no password, unless --with-password is given.

            With the administrator's connection a role for the new device is made on the hub. Without, the new device needs one that an \
            administrator made, and names it with --hub-file.

            JSON: code (lines), expires_hours, role and, without --with-password, password.
            """
    )

    @Option(help: ArgumentHelp("How long the code may be used, in hours.", valueName: "hours"))
    var hours = 24

    @Flag(help: "Put the password of the new device's role into the code.")
    var withPassword = false

    @OptionGroup var administrator: AdministratorOptions
    @OptionGroup var device: DeviceOptions

    func validate() throws {
        guard (1...8_760).contains(hours) else { throw ValidationError("--hours takes a number from 1 to 8760.") }
    }

    func run() async throws {
        let administrator = try administrator.administrator()
        if withPassword, administrator == nil {
            throw CommandFailure(
                "--with-password needs --admin-file: only then is there a role, and a password, for the new device."
            )
        }
        let report = try await device.withSpace { space in
            let id = await space.members.space
            let role = try await administrator?.admit(to: id)
            let address = try await address(for: role, of: space)
            do {
                let code = try await space.invite(address: address.text, for: .seconds(hours * 3_600))
                return InvitationReport(
                    code: code.text,
                    expiresHours: hours,
                    role: role?.name,
                    password: withPassword ? nil : role?.password
                )
            } catch {
                // Nobody is to have a role that was made for nothing.
                if let role { _ = try await administrator?.dismiss(role.name, from: id) }
                throw error
            }
        }
        await administrator?.close()
        try device.output.print(report)
    }

    /// How the new device reaches the hub: as this one does, under its own role if it has one.
    private func address(for role: HubAdministrator.Role?, of space: Space) async throws -> ConnectionSettings {
        let own = try await space.ownSettings(under: try device.connection())
        let bare = own.address.setting("user", to: role?.name)
        return withPassword ? bare.setting("password", to: role?.password) : bare
    }
}

private struct InvitationReport: Report {
    var code: String
    var expiresHours: Int
    var role: String?
    var password: String?

    private enum CodingKeys: String, CodingKey {
        case code, role, password
        case expiresHours = "expires_hours"
    }

    func render(on page: inout Page) {
        page.line("On the other device run: hearth devices join")
        page.line("and give it these lines, in private, within \(expiresHours) hours:")
        page.gap()
        page.block(code)
        page.gap()
        if let password {
            page.line("The password for its role, which goes there by another way: \(password)")
        } else if role == nil {
            page.line("It needs a role on the hub, and names it with --hub-file.")
        }
    }
}

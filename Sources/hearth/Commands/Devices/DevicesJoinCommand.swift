import ArgumentParser
import Glibc
import HearthHub
import HearthMemory

struct DevicesJoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Join the space of another device by the code that its `devices invite` printed.",
        discussion: """
            The code is read from standard input, so that it stands in no history of commands: paste its lines and end with Ctrl-D. What \
            the code does not say, such as the password, stands in the file that --hub-file names, as password=WORD. The device's keys are \
            kept in a file beside the store, NAME.device, mode 0600.

            JSON: space, device, name, devices (how many belong to the space now), file.
            """
    )

    /// More than any code has, in bytes.
    private static let longestCode = 64 << 10

    @Argument(help: ArgumentHelp("A file with the code; - is standard input.", valueName: "file"), completion: .file())
    var file = "-"

    @OptionGroup var name: DeviceName
    @OptionGroup var device: DeviceOptions

    func run() async throws {
        let code = try InvitationCode(try text())
        let path = try device.store()
        try path.prepare(for: .create)
        // Before the code is used, for it can be used once.
        try await DeviceOptions.requireFree(path, for: code.space.description)
        let kept = DeviceFile(besideStore: path.file)
        let space = try await Space.join(
            code,
            name: name.resolved,
            connection: try device.connection(),
            storage: kept
        )
        let own = await space.device
        let report = JoinedReport(
            space: code.space.description,
            device: own.id.description,
            name: own.name,
            devices: await space.members.active.count,
            file: kept.path
        )
        await space.close()
        try device.output.print(report)
    }

    private func text() throws -> String {
        guard file == "-" else { return try TextInput.content(ofFile: file) }
        if isatty(STDIN_FILENO) == 1 { Console.error.note("Paste the code, and end with Ctrl-D:") }
        return String(decoding: try TextInput.standardInput(limit: Self.longestCode), as: UTF8.self)
    }
}

private struct JoinedReport: Report {
    var space: String
    var device: String
    var name: String
    var devices: Int
    var file: String

    func render(on page: inout Page) {
        page.line("This device is \(name), one of \(devices) in the space \(space).")
        page.line("Its keys are in \(file): keep a copy.")
    }
}

import ArgumentParser
import HearthHub
import HearthMemory

struct DevicesLeaveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leave",
        abstract: "Let this store exchange with its space no more, so that it can join another one.",
        discussion: """
            What came stays, and what was not sent yet is never sent. The device's keys are deleted, NAME.device and NAME.ledger; it can \
            join its space again only by a new invitation, as another device. The hub is not asked: before or afterwards let `hearth devices \
            remove` on another device say that this one is gone.

            JSON: space, device and name (unless the file with the keys is gone), left (whether the store belonged to a space).
            """
    )

    @Flag(help: "Don't ask.")
    var yes = false

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let path = try store.location()
        let file = DeviceFile(besideStore: path.file)
        let state = try file.load()
        let belongs = try await DeviceOptions.space(ofStore: path)
        guard state != nil || belongs != nil else { throw DeviceOptions.noSpace(path.file) }
        guard yes else {
            throw CommandFailure(
                "The keys with which this device reads its space would be deleted, and what was not sent yet is never sent. Say that you mean it: --yes"
            )
        }
        if belongs != nil { try await store.withStore(.existing) { try await $0.leaveSpace() } }
        file.remove()
        try store.output.print(LeftSpaceReport(state, belongs))
    }
}

private struct LeftSpaceReport: Report {
    var space: String
    var device: String?
    var name: String?
    var left: Bool

    init(_ state: DeviceState?, _ belongs: String?) {
        space = state?.space.description ?? belongs ?? ""
        device = state?.device.id.description
        name = state?.name
        left = belongs != nil
    }

    func render(on page: inout Page) {
        page.line("This store belongs to the space \(space) no more. What came stays.")
        guard let name else { return }
        page.line("On another device run: hearth devices remove \(name)")
    }
}

import ArgumentParser
import FoundationEssentials
import HearthMemory
import Synchronization

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store to a new file while others use it.",
        discussion: """
            The copy is of one state of the store; it is checked before it gets its name, and nothing is overwritten. Sensitive memories are \
            sealed in it as in the store: keep the keys too. `hearth restore FILE` brings it back.

            JSON: file, bytes.
            """
    )

    @Argument(help: ArgumentHelp("The new file.", valueName: "path"), completion: .file())
    var path: String

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let progress = SharedProgress("Copying")
        defer { progress.clear() }
        let path = try StoreLocation.expandingHome(in: path)
        try store.location().keepClear(of: path)
        try await store.withStore(.existing) { coordinator in
            try await coordinator.backup(to: path) { progress.show($0) }
        }
        progress.clear()
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        try store.output.print(BackupReport(file: path, bytes: size ?? 0))
    }
}

private struct BackupReport: Report {
    var file: String
    var bytes: Int

    func render(on page: inout Page) {
        page.line("The store is copied to \(file), \(bytes) bytes.")
    }
}

/// A line on the terminal that says how much of a long task is done, whichever thread it is on.
final class SharedProgress: Sendable {
    private let line = Mutex(ProgressLine())
    private let name: String

    init(_ name: String) {
        self.name = name
    }

    /// Shows how much is done, 0…1.
    func show(_ fraction: Double) {
        line.withLock { $0.show("\(name): \(Int(fraction * 100)) %") }
    }

    /// Takes the line away.
    func clear() {
        line.withLock { $0.clear() }
    }
}

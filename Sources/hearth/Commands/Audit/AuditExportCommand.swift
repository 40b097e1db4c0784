import ArgumentParser
import FoundationEssentials
import Glibc
import HearthMemory
import Synchronization

struct AuditExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the audit out as lines of JSON that suffice to verify it.",
        discussion: """
            The first line has pruned_count and pruned_hash; each row has position, at (microseconds), action, agent_key, user_key, memories, \
            detail and hash; the last line has count and hash. Fixtures/audit/verify_audit.py verifies such a file, as it does a store.

            JSON, where the lines go to a file: file, rows and anchor.
            """
    )

    @Argument(help: ArgumentHelp("The file to write; - for standard output.", valueName: "path"))
    var path: String

    @OptionGroup var store: StoreOptions

    func run() async throws {
        if path == "-" {
            _ = try await store.withStore(.existing) { coordinator in
                try await coordinator.exportAudit { line in try Console.output.write(line) }
            }
            return
        }
        let destination = try ExportFile(path: path)
        let anchor: String
        do {
            anchor = try await store.withStore(.existing) { coordinator in
                try await coordinator.exportAudit { line in try destination.write(line) }
            }
            try destination.finish()
        } catch {
            destination.abandon()
            throw error
        }
        // The first line and the last are no rows.
        try store.output.print(ExportReport(file: path, rows: destination.lines - 2, anchor: anchor))
    }
}

/// A file that is written beside its place, and comes to its place whole or not at all.
private final class ExportFile: Sendable {
    private struct State {
        var lines = 0
        var buffer: [UInt8] = []
        var isOpen = true
    }

    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private let state = Mutex(State())

    private static let bufferSize = 1 << 16

    init(path: String) throws {
        self.path = path
        temporary = "\(path).\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    /// How many lines were written.
    var lines: Int { state.withLock(\.lines) }

    func write(_ line: String) throws {
        try state.withLock { state in
            state.buffer += line.utf8
            state.lines += 1
            if state.buffer.count >= Self.bufferSize { try flush(&state) }
        }
    }

    /// Puts the file in its place, durably.
    func finish() throws {
        try state.withLock { state in
            try flush(&state)
            guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw Self.failure(path) }
            close(descriptor)
            state.isOpen = false
        }
    }

    /// Leaves nothing behind.
    func abandon() {
        state.withLock { state in
            guard state.isOpen else { return }
            close(descriptor)
            unlink(temporary)
            state.isOpen = false
        }
    }

    private func flush(_ state: inout State) throws {
        var written = 0
        while written < state.buffer.count {
            let count = state.buffer[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw Self.failure(path)
            }
        }
        state.buffer.removeAll(keepingCapacity: true)
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure("\(path) can't be written: \(String(cString: strerror(errno))).")
    }
}

private struct ExportReport: Report {
    let file: String
    let rows: Int
    let anchor: String

    func render(on page: inout Page) {
        page.line("\(rows) rows are in \(file).")
        page.facts([("anchor", "\(anchor)")])
    }
}

import ArgumentParser
import FoundationEssentials
import Glibc
import HearthMemory

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
        do {
            let anchor = try await store.withStore(.existing) { coordinator in
                try await coordinator.exportAudit { line in try destination.write(line) }
            }
            try destination.finish()
            try store.output.print(ExportReport(file: path, rows: destination.lines - 2, anchor: anchor))
        } catch {
            destination.abandon()
            throw error
        }
    }
}

/// A file that is written beside its place, and comes to its place whole or not at all.
private final class ExportFile: @unchecked Sendable {
    // One thread writes, and the command reads the count after that: `exportAudit` returns in between.
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private(set) var lines = 0
    private var buffer: [UInt8] = []

    private static let bufferSize = 1 << 16

    init(path: String) throws {
        self.path = path
        temporary = path + ".partial"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure("\(path) can't be written: \(String(cString: strerror(errno))).")
        }
    }

    func write(_ line: String) throws {
        buffer += line.utf8
        lines += 1
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Puts the file in its place, durably.
    func finish() throws {
        try flush()
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
            throw CommandFailure("\(path) can't be written: \(String(cString: strerror(errno))).")
        }
        close(descriptor)
    }

    /// Leaves nothing behind.
    func abandon() {
        close(descriptor)
        unlink(temporary)
    }

    private func flush() throws {
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw CommandFailure("\(path) can't be written: \(String(cString: strerror(errno))).")
            }
        }
        buffer.removeAll(keepingCapacity: true)
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

import Foundation
import TestSupport

/// Looks for words in every file that a tool's process has or leaves, while the process is stopped again and again.
final class CanaryWatch {
    private let tool: Tool
    private(set) var words: [String]
    /// Where a word was, and while what ran.
    private(set) var found: Set<String> = []
    /// How often a running process was looked at, and how many deleted files it had open.
    private(set) var looks = (running: 0, deleted: 0)

    init(_ words: [String], in tool: Tool) throws {
        self.words = words
        var tool = tool
        let temporary = tool.sandbox.file("tmp")
        try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
        tool.environment.merge(["TMPDIR": temporary, "SQLITE_TMPDIR": temporary, "HEARTH_LOG": "trace"]) { $1 }
        self.tool = tool
    }

    /// Looks for one more word from now on.
    func add(_ word: String) { words.append(word) }

    /// Runs a command on the store, and looks while it runs and after it.
    ///
    /// - Parameter deadline: After how many looks to kill it; nil: never.
    @discardableResult
    func run(_ arguments: String..., input: String? = nil, killedAtLook deadline: Int? = nil) async throws
        -> Tool.Outcome
    {
        try await Turnstile.children.pass {
            let running = try tool.start(arguments + ["--db", tool.store], input: input.map { Data($0.utf8) })
            let step = arguments[0]
            var count = 0
            // The pauses only spread the looks over the run; nothing waits for them.
            var pause = Duration.microseconds(400)
            while running.isRunning {
                running.signal(SIGSTOP)
                look(during: step, process: running.id)
                count += 1
                if count == deadline { running.signal(SIGKILL) }
                running.signal(SIGCONT)
                try await Task.sleep(for: pause)
                pause = min(pause * 1.3, .milliseconds(40))
            }
            looks.running += count
            let outcome = try await running.outcome()
            look(during: step + ", afterwards", process: nil)
            return outcome
        }
    }

    /// Looks at the files of the sandbox, and at those that a process has open, with or without a name.
    private func look(during step: String, process: Int32?) {
        for path in FileManager.default.enumerator(atPath: tool.sandbox.path)?.compactMap({ $0 as? String }) ?? [] {
            // What the command is told and what it answers has the words for good reason.
            guard !path.hasSuffix(".in"), !path.hasSuffix(".out") else { continue }
            search(tool.sandbox.file(path), named: path, during: step)
        }
        guard let process else { return }
        let open = "/proc/\(process)/fd"
        for descriptor in (try? FileManager.default.contentsOfDirectory(atPath: open)) ?? [] {
            let path = "\(open)/\(descriptor)"
            let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? ""
            guard target.hasPrefix("/"), !target.hasSuffix(".in"), !target.hasSuffix(".out") else { continue }
            guard !target.hasPrefix("/dev/"), !target.hasPrefix("/proc/") else { continue }
            if target.hasSuffix(" (deleted)") { looks.deleted += 1 }
            search(path, named: target, during: step)
        }
    }

    private func search(_ path: String, named name: String, during step: String) {
        guard let bytes = FileManager.default.contents(atPath: path) else { return }
        for word in words where bytes.range(of: Data(word.utf8)) != nil { found.insert("\(word) in \(name): \(step)") }
    }
}

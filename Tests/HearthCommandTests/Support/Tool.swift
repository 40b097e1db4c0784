import Foundation
import TestSupport
import Testing

/// The built executable, run as a process of its own with a home of its own.
struct Tool: Sendable {
    let sandbox: Sandbox
    /// What the process finds in its environment besides the essentials.
    var environment: [String: String]

    /// A tool on an empty store in a new directory.
    init(_ environment: [String: String] = [:]) throws {
        sandbox = try Sandbox()
        self.environment = environment
    }

    /// The store that the tool works on.
    var store: String { sandbox.file("store.db") }

    /// What a process left behind.
    struct Outcome: Sendable {
        var status: Int32
        /// The signal that ended it, where one did.
        var signal: Int32?
        var output: Data
        var errors: String

        var text: String { String(decoding: output, as: UTF8.self) }
        var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

        /// The one JSON value on standard output.
        var json: JSON {
            get throws { try JSON(output) }
        }
    }

    /// Runs the tool on its store and waits for the end.
    @discardableResult
    func run(_ arguments: String..., input: String? = nil) async throws -> Outcome {
        try await run(arguments + ["--db", store], input: input.map { Data($0.utf8) })
    }

    /// Runs the tool with exactly these arguments and waits for the end.
    @discardableResult
    func run(
        _ arguments: [String],
        input: Data? = nil,
        output: FileHandle? = nil,
        errors: FileHandle? = nil
    ) async throws -> Outcome {
        let streams = RunningTool.Streams(input: input, output: output, errors: errors)
        return try await Turnstile.children.pass {
            try await RunningTool(executable: Self.executable, arguments, in: self, streams).outcome()
        }
    }

    /// Runs the tool for what it prints as JSON, expecting that it succeeds.
    func json(
        _ arguments: String...,
        input: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSON {
        try await json(arguments, input: input, sourceLocation: sourceLocation)
    }

    /// Runs a command and reads the JSON that it prints.
    func json(
        _ arguments: [String],
        input: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSON {
        let outcome = try await run(arguments + ["--json", "--db", store], input: input.map { Data($0.utf8) })
        #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
        return try outcome.json
    }

    /// Runs a shell script in which `$0` is the tool.
    func shell(_ script: String, _ arguments: String...) async throws -> Outcome {
        try await shell(script, arguments)
    }

    func shell(_ script: String, _ arguments: [String]) async throws -> Outcome {
        try await Turnstile.children.pass {
            try await RunningTool(executable: "/bin/sh", ["-c", script, Self.executable] + arguments, in: self)
                .outcome()
        }
    }

    /// Starts the tool on its store, with a terminal of its own to ask a person on.
    func start(_ arguments: String..., on terminal: Terminal) throws -> RunningTool {
        try start(arguments + ["--db", store], on: terminal)
    }

    /// Starts the tool with exactly these arguments, with a terminal of its own to ask a person on.
    func start(_ arguments: [String], on terminal: Terminal) throws -> RunningTool {
        let streams = RunningTool.Streams(terminal: terminal.device)
        let words = ["--ctty", "--wait", Self.executable] + arguments
        return try RunningTool(executable: "/usr/bin/setsid", words, in: self, streams)
    }

    /// Runs the tool on its store in a session without a terminal.
    func runWithoutTerminal(_ arguments: String...) async throws -> Outcome {
        try await shell(#"exec setsid --wait "$0" "$@" < /dev/null"#, arguments + ["--db", store])
    }

    /// Starts the tool, beside those that ``run(_:input:output:errors:)`` runs a few at a time.
    func start(_ arguments: [String], input: Data? = nil, output: FileHandle? = nil) throws -> RunningTool {
        let streams = RunningTool.Streams(input: input, output: output)
        return try RunningTool(executable: Self.executable, arguments, in: self, streams)
    }

    /// The executable, which is built beside the tests.
    static let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "hearth").path

    /// The environment of the process: no setting of whoever runs the tests reaches it.
    var wholeEnvironment: [String: String] {
        var whole = ProcessInfo.processInfo.environment.filter { key, _ in
            ["PATH", "LD_LIBRARY_PATH", "TMPDIR"].contains(key)
        }
        whole["HOME"] = sandbox.path
        return whole.merging(environment) { _, given in given }
    }
}

/// A tool that has been started.
final class RunningTool: Sendable {
    private let process: ChildProcess
    private let output: String
    private let errors: String

    /// Where a process reads and writes; files of the sandbox where nothing is given.
    struct Streams {
        var input: Data?
        /// What standard input is in place of that.
        var terminal: FileHandle?
        var output: FileHandle?
        var errors: FileHandle?
    }

    fileprivate init(executable: String, _ arguments: [String], in tool: Tool, _ streams: Streams = Streams()) throws {
        let run = UUID().uuidString
        self.output = try tool.sandbox.write("\(run).out", "")
        errors = try tool.sandbox.write("\(run).err", "")
        let input =
            try streams.terminal ?? streams.input.map { bytes in
                try FileHandle(forReadingFrom: URL(filePath: tool.sandbox.write("\(run).in", bytes)))
            } ?? FileHandle(forReadingFrom: URL(filePath: "/dev/null"))
        let output = try streams.output ?? FileHandle(forWritingTo: URL(filePath: self.output))
        let errors = try streams.errors ?? FileHandle(forWritingTo: URL(filePath: self.errors))
        process = try withExtendedLifetime((input, output, errors)) {
            try ChildProcess(
                executable,
                arguments,
                environment: tool.wholeEnvironment,
                directory: tool.sandbox.path,
                input: input.fileDescriptor,
                output: output.fileDescriptor,
                errors: errors.fileDescriptor
            )
        }
    }

    /// Sends a signal.
    func signal(_ number: Int32) {
        kill(process.id, number)
    }

    var isRunning: Bool { process.isRunning }

    /// Whether it has written a line by now.
    var hasWrittenALine: Bool {
        FileManager.default.contents(atPath: output)?.contains(UInt8(ascii: "\n")) ?? false
    }

    /// The number of the process.
    var id: Int32 { process.id }

    /// Whether the process has set up something of its own to do on a signal; false once it has ended.
    func catches(_ number: Int32) -> Bool {
        let status = try? String(contentsOfFile: "/proc/\(process.id)/status", encoding: .utf8)
        let field = status?.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
        let mask = field.flatMap { UInt64($0.dropFirst("SigCgt:".count).drop(while: \.isWhitespace), radix: 16) } ?? 0
        return mask & 1 << UInt64(number - 1) != 0
    }

    /// Waits for the end.
    func outcome() async throws -> Tool.Outcome {
        let end = await process.outcome()
        return Tool.Outcome(
            status: end.status,
            signal: end.wasKilled ? end.status : nil,
            output: FileManager.default.contents(atPath: output) ?? Data(),
            errors: String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self)
        )
    }
}

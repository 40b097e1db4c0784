import Glibc
import HearthModel
import Subprocess
import SystemPackage

/// One run of a command that prints a key.
struct KeyCommand {
    let command: [String]
    let timeout: Duration

    /// How much a command may print, in bytes: far more than any form of a key.
    private static let limit = 4_096
    /// How much of what it says on standard error is kept, in bytes.
    private static let complaintLimit = 1_024

    private struct Ended {
        var printed: [UInt8]
        var complaint: [UInt8]
        var status: TerminationStatus
    }

    /// What the command printed.
    func output() async throws -> [UInt8] {
        guard let program = command.first, !program.isEmpty else {
            throw MemoryError.keyUnavailable("The key command is empty: give the program and its arguments.")
        }
        guard timeout > .zero else { throw failure("has no time to run: its time-out must be more than zero.") }
        var ended = try await endedInTime(program)
        guard case .exited(0) = ended.status else {
            let complaint = Complaint(ended.complaint, besides: ended.printed)
            ended.printed.wipe()
            throw failure("\(Self.end(ended.status)).\(complaint.shown)")
        }
        return ended.printed
    }

    private func endedInTime(_ program: String) async throws -> Ended {
        try await withThrowingTaskGroup(of: Ended?.self) { group in
            group.addTask { try await ended(program) }
            group.addTask {
                try await Task.sleep(for: timeout)
                return nil
            }
            // Leaving cancels the other one; a run that is cancelled kills its processes.
            defer { group.cancelAll() }
            guard let ended = try await group.next() ?? nil else {
                throw failure(
                    "did not end within \(timeout) and was stopped. If it waits for a person, give it more time."
                )
            }
            return ended
        }
    }

    private func ended(_ program: String) async throws -> Ended {
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(FilePath(program)) : .name(program),
                arguments: Arguments(Array(command.dropFirst())),
                platformOptions: Self.ownSession,
                input: .none,
                output: .sequence,
                error: .sequence
            ) { execution in
                async let complaint = Self.beginning(of: execution.standardError)
                let printed = try await self.printed(execution.standardOutput)
                return (printed, await complaint)
            }
            return Ended(
                printed: result.closureResult.0,
                complaint: result.closureResult.1,
                status: result.terminationStatus
            )
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            switch error.code {
            case .executableNotFound:
                throw failure("can't be run: \(Self.reason(whyNotFound: program)).", because: error)
            default:
                let reason = error.underlyingError.map { "\($0)" } ?? "\(error)"
                throw failure("can't be run: \(reason).", because: error)
            }
        }
    }

    /// What keeps a program from being run that was not found as one.
    private static func reason(whyNotFound program: String) -> String {
        var status = stat()
        guard program.contains("/"), stat(program, &status) == 0 else { return "there is no such program" }
        guard status.st_mode & S_IFMT != S_IFDIR else { return "that is a directory" }
        guard access(program, X_OK) == 0 else {
            return "nobody may execute it. If it is the program, run: chmod u+x \(ShellWords.quoted(program))"
        }
        return "the program that its first line names is missing"
    }

    /// In a session of its own it has no terminal to wait for, and can be ended with all that it started.
    private static var ownSession: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        return options
    }

    private func printed(_ output: SubprocessOutputSequence) async throws -> [UInt8] {
        var printed: [UInt8] = []
        for try await buffer in output {
            buffer.withUnsafeBytes { printed.append(contentsOf: $0) }
            guard printed.count <= Self.limit else {
                printed.wipe()
                throw failure("printed more than \(Self.limit) bytes, which is no key.")
            }
        }
        return printed
    }

    /// The first bytes of what is said; the rest is read too, so that the command is not held up.
    private static func beginning(of errors: SubprocessOutputSequence) async -> [UInt8] {
        var beginning: [UInt8] = []
        do {
            for try await buffer in errors {
                buffer.withUnsafeBytes { beginning.append(contentsOf: $0.prefix(complaintLimit - beginning.count)) }
            }
        } catch {
            // What it said so far is all there is to show.
        }
        return beginning
    }

    private static func end(_ status: TerminationStatus) -> String {
        switch status {
        case .exited(let code): "ended with status \(code)"
        case .signaled(let signal): "was ended by signal \(signal)"
        }
    }

    /// A failure of the command, which it names.
    func failure(_ what: String, because cause: (any Error)? = nil) -> MemoryError {
        .keyUnavailable("The key command `\(ShellWords.line(command))` \(what)", because: cause)
    }
}

public import HearthModel

public import struct Crypto.SymmetricKey

/// Gives the key that a command prints, such as `secret-tool lookup application hearth` or `pass show hearth`.
///
/// The command prints 32 bytes, or one line with them as base64 or as 64 hexadecimal digits. Anything else is refused.
/// It is run without a shell, in a session of its own, with nothing to read on standard input and with no terminal: a
/// program that must ask a person does so in a window or through its agent. It runs each time that the store needs the
/// provider's key, which is once for each user that has sensitive memories.
///
/// Errors name the command, its exit status and the first line of what it said on standard error, never what it printed:
/// a line that may hold a key, or that repeats something of what was printed, is left out. The arguments are visible to every user of the machine, so no secret belongs there.
public struct CommandKeyProvider: KeyProvider {
    /// The program, looked for in `PATH` if the name has no slash, and its arguments.
    public let command: [String]
    /// How long it may take.
    public let timeout: Duration

    /// How long a command may take where nothing is said: time enough for a person to unlock a keyring.
    public static let defaultTimeout = Duration.seconds(30)

    /// Gives what a command prints; it is run when a key is needed.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments.
    ///   - timeout: How long it may take; more than zero. It is then killed, with all that it started.
    public init(command: [String], timeout: Duration = CommandKeyProvider.defaultTimeout) {
        self.command = command
        self.timeout = timeout
    }

    /// The key that the command prints.
    ///
    /// - Throws: `MemoryError` with `.keyUnavailable`, which says what the command did, or which key it gave in place of
    ///   the one that is needed; `CancellationError`.
    public func key(for identifier: String?) async throws -> (identifier: String, key: SymmetricKey) {
        let run = KeyCommand(command: command, timeout: timeout)
        var printed = try await run.output()
        defer { printed.wipe() }
        guard let key = KeyText.key(in: printed) else {
            throw run.failure(printed.isEmpty ? "printed nothing." : Self.refusal)
        }
        let given = KeyIdentifier.identifier(of: key)
        guard identifier == nil || identifier == given else {
            throw run.failure(
                "gave the key \(given), but the store was written with \(identifier ?? ""). Give a command that prints that one."
            )
        }
        return (given, key)
    }

    private static let refusal = """
        printed no key. It must print 32 random bytes, as one line of base64 or of 64 hexadecimal digits, and nothing else. \
        To make a key and keep it in the desktop's secret service, run: \
        head -c 32 /dev/urandom | base64 | secret-tool store --label=Hearth application hearth
        """
}

import Glibc

/// Asks a person for a passphrase on the terminal, without showing what is typed.
enum PassphrasePrompt {
    /// How long a passphrase may be, in bytes.
    private static let limit = 1_024

    /// What the person typed; a passphrase that is new is asked for twice.
    ///
    /// - Throws: `CommandFailure` if there is no terminal, nothing was typed, or two answers differ.
    static func passphrase(isNew: Bool) throws -> String {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else {
            throw CommandFailure(
                "There is no terminal to ask for the passphrase on; give the key with --key-file or --key-command."
            )
        }
        defer { close(terminal) }
        let passphrase = try answer(to: isNew ? "New passphrase: " : "Passphrase: ", on: terminal)
        guard !passphrase.isEmpty else { throw CommandFailure("No passphrase was given.") }
        if isNew, try answer(to: "The same again: ", on: terminal) != passphrase {
            throw CommandFailure("The two passphrases differ; nothing was written.")
        }
        return passphrase
    }

    private static func answer(to question: String, on terminal: Int32) throws -> String {
        var settings = termios()
        guard tcgetattr(terminal, &settings) == 0 else { throw unhidden() }
        let interruptions = interruptions(in: settings)
        var hidden = settings
        hidden.c_lflag &= ~tcflag_t(ECHO | ISIG)
        hidden.c_lflag |= tcflag_t(ICANON | ECHONL)
        // They end a line, so that they are read at once, and not with the next line break.
        withUnsafeMutableBytes(of: &hidden.c_cc) { keys in
            keys[Int(VEOL)] = interruptions.first ?? 0
            keys[Int(VEOL2)] = interruptions.last ?? 0
        }
        // A signal that ends the process waits until the terminal is as it was.
        let signals = try PostponedSignals()
        defer { signals.deliver() }
        // What was typed before the question is no answer to it.
        guard tcsetattr(terminal, TCSAFLUSH, &hidden) == 0 else { throw unhidden() }
        defer { tcsetattr(terminal, TCSAFLUSH, &settings) }
        _ = Array(question.utf8).withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
        return try line(from: terminal, endedBy: interruptions, or: signals)
    }

    private static func unhidden() -> CommandFailure {
        CommandFailure("The terminal can't be told to hide a passphrase: \(String(cString: strerror(errno))).")
    }

    /// The keys that end a question without an answer, Ctrl-C and Ctrl-\ mostly.
    ///
    /// The terminal sends no signal for them here; `PostponedSignals` does, once the terminal is as it was. It is the one of Ctrl-C
    /// for both: to the other one, Swift shows a backtrace.
    private static func interruptions(in settings: termios) -> [UInt8] {
        withUnsafeBytes(of: settings.c_cc) { keys in [VINTR, VQUIT].map { keys[Int($0)] }.filter { $0 != 0 } }
    }

    private static func line(
        from terminal: Int32,
        endedBy interruptions: [UInt8],
        or signals: PostponedSignals
    ) throws -> String {
        var bytes = [UInt8](repeating: 0, count: limit)
        defer { bytes.withUnsafeMutableBytes { if let start = $0.baseAddress { explicit_bzero(start, $0.count) } } }
        var count = 0
        while count < limit {
            guard signals.waitToRead(from: terminal) else { throw CommandFailure("Interrupted.") }
            let got = bytes[count...].withUnsafeMutableBytes { read(terminal, $0.baseAddress, $0.count) }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { break }
            count += got
            guard !interruptions.contains(bytes[count - 1]) else {
                signals.postpone(SIGINT)
                throw CommandFailure("Interrupted.")
            }
            if bytes[count - 1] == UInt8(ascii: "\n") {
                count -= 1
                break
            }
        }
        guard count < limit else { throw CommandFailure("A passphrase has at most \(limit - 1) bytes.") }
        guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw CommandFailure("The passphrase is not UTF-8; set the terminal to it.")
        }
        return text
    }
}

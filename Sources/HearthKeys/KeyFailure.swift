import HearthModel

extension MemoryError {
    /// A provider's reason for giving no key.
    static func keyUnavailable(_ message: String, because cause: (any Error)? = nil) -> MemoryError {
        MemoryError(code: .keyUnavailable, message: message, underlyingError: cause)
    }
}

/// Words as a person types them into a shell.
enum ShellWords {
    private static let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,")
    /// How much of a command a message shows, in characters.
    private static let limit = 300

    static func quoted(_ word: String) -> String {
        guard word.isEmpty || !word.allSatisfy(plain.contains) else { return word }
        return "'" + word.replacing("'", with: #"'\''"#) + "'"
    }

    /// A command line, cut where it is very long.
    static func line(_ words: [String]) -> String {
        let line = words.map(quoted).joined(separator: " ")
        return line.count > limit ? line.prefix(limit) + "…" : line
    }
}

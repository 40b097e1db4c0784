import ArgumentParser

/// The words that this process was started with.
enum ProcessArguments {
    /// Refuses arguments that are not UTF-8.
    ///
    /// `CommandLine.arguments` replaces what it cannot decode by U+FFFD, and a store would then keep text that nobody wrote.
    static func requireUTF8() throws {
        for index in 0..<Int(CommandLine.argc) {
            guard let argument = CommandLine.unsafeArgv[index] else { continue }
            let bytes = UnsafeRawBufferPointer(start: argument, count: length(argument))
            guard let offset = UTF8Text.firstInvalidByte(in: bytes) else { continue }
            throw ValidationError(
                "Argument \(index) is not valid UTF-8: its byte \(offset + 1) begins no character. Convert it, or pass it in a file."
            )
        }
    }

    private static func length(_ argument: UnsafePointer<CChar>) -> Int {
        var length = 0
        while argument[length] != 0 { length += 1 }
        return length
    }
}

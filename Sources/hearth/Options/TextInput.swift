import ArgumentParser
import FoundationEssentials
import Glibc
import HearthMemory

/// Text that a command is given: as an argument, in a file or on standard input.
enum TextInput {
    /// The longest content that a store takes, in bytes; there is no use in reading more.
    private static let longestContent = 4 << 20

    /// The content that an argument stands for: the argument itself, or all of standard input for "-".
    static func content(ofArgument argument: String) throws -> String {
        guard argument == "-" else { return argument }
        // A line break of two bytes at the end does not count.
        return try content(of: try standardInput(limit: longestContent + 2), from: "Standard input")
    }

    /// The content of a file.
    static func content(ofFile path: String) throws -> String {
        let path = try StoreLocation.expandingHome(in: path)
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw CommandFailure("\(path) can't be read; name a file that holds the text.")
        }
        return try content(of: [UInt8](bytes), from: path)
    }

    /// The content that bytes spell, without a last line break, which belongs to the line and not to the text.
    ///
    /// - Parameter source: Where they come from, as the beginning of a sentence.
    private static func content(of bytes: [UInt8], from source: String) throws -> String {
        var bytes = bytes
        if bytes.last == UInt8(ascii: "\n") {
            bytes.removeLast()
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        }
        guard bytes.count <= longestContent else {
            throw CommandFailure(
                "\(source) has more than \(longestContent) bytes (\(longestContent >> 20) MiB), the most that is allowed."
            )
        }
        if let offset = bytes.withUnsafeBytes({ UTF8Text.firstInvalidByte(in: $0) }) {
            throw CommandFailure("\(source) is not UTF-8: its byte \(offset + 1) begins no character.")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes of standard input, or the first of them if there are more than `limit`.
    ///
    /// Reading ends as soon as there are more, so that an endless input ends in a refusal.
    static func standardInput(limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= limit {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw CommandFailure("Standard input can't be read: \(String(cString: strerror(errno))).")
            }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}

/// The words that this process was started with.
enum ProcessArguments {
    /// Refuses arguments that are not UTF-8.
    ///
    /// `CommandLine.arguments` replaces what it cannot decode by U+FFFD, and a store would then keep text that nobody
    /// wrote.
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

/// Bytes that claim to be UTF-8.
enum UTF8Text {
    /// The offset of the first byte that is not part of a well-formed character, or nil.
    static func firstInvalidByte(in bytes: UnsafeRawBufferPointer) -> Int? {
        bytes.withMemoryRebound(to: UInt8.self) { bytes -> Int? in
            do throws(UTF8.ValidationError) {
                _ = try UTF8Span(validating: bytes.span)
                return nil
            } catch {
                return error.byteOffsets.lowerBound
            }
        }
    }
}

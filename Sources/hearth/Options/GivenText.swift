import FoundationEssentials

/// Text that a command is given in something else than its arguments.
enum GivenText {
    /// The longest content that a store takes, so there is no use in reading more.
    static let longestContent = 4 << 20

    /// The text of a file, without a last line break, which belongs to the line and not to the text.
    static func text(ofFile path: String, limit: Int = longestContent) throws -> String {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw CommandFailure("\(path) can't be read; name a file that holds the text.")
        }
        return try text(of: [UInt8](bytes), from: path, limit: limit)
    }

    /// The text that bytes stand for, without a last line break.
    ///
    /// - Parameter source: What they come from, at the beginning of a sentence.
    static func text(of bytes: [UInt8], from source: String, limit: Int) throws -> String {
        var bytes = bytes
        if bytes.last == UInt8(ascii: "\n") {
            bytes.removeLast()
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        }
        guard bytes.count <= limit else {
            throw CommandFailure(
                "\(source) has more than \(limit) bytes (\(limit >> 20) MiB), the most that is allowed."
            )
        }
        if let offset = bytes.withUnsafeBytes({ UTF8Text.firstInvalidByte(in: $0) }) {
            throw CommandFailure("\(source) is not UTF-8: its byte \(offset + 1) begins no character.")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

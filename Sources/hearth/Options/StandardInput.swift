import Glibc

/// Text that comes from another program.
enum StandardInput {
    /// All of standard input but a last line break, which belongs to the line and not to the text.
    ///
    /// Text of more than `limit` bytes is refused as soon as it is seen to be longer.
    static func text(limit: Int) throws -> String {
        try GivenText.text(of: try bytes(limit: limit + 2), from: "Standard input", limit: limit)
    }

    /// Standard input, or its beginning where it is longer than `limit`.
    static func bytes(limit: Int) throws -> [UInt8] {
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

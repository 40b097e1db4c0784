/// A name as a shell takes it for one word.
struct ShellWord: CustomStringConvertible {
    let description: String

    init(_ name: String) {
        let isPlain = name.utf8.allSatisfy { byte in
            byte > 0x7F || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                || "._-".utf8.contains(byte)
        }
        let parts = name.split(separator: "'", omittingEmptySubsequences: false)
        description = isPlain && !name.hasPrefix("-") ? name : "'\(parts.joined(separator: "'\\''"))'"
    }
}

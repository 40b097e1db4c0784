import Crypto
import HearthMemory

/// Which line gave which id to which content, for any number of lines at constant memory.
///
/// An id is one of a user and an agent: others of the same file may give it to memories of their own.
struct IdentifierLedger {
    /// One line.
    ///
    /// Ids and contents stand there by their hashes, since neither is bounded to a few bytes.
    private struct Entry: BitwiseCopyable, Comparable {
        var id: (UInt64, UInt64)
        var line: Int
        var content: (UInt64, UInt64)

        static func < (left: Entry, right: Entry) -> Bool {
            (left.id.0, left.id.1, left.line) < (right.id.0, right.id.1, right.line)
        }

        static func == (left: Entry, right: Entry) -> Bool {
            left.id == right.id && left.line == right.line
        }
    }

    private var entries = ExternalSort<Entry>()

    /// Notes a line.
    mutating func add(_ line: ImportLine, number: Int) throws {
        let memory = line.memory
        let names = [memory.userID.rawValue, memory.agentID.rawValue, memory.id.rawValue]
        // No name holds a control character, so a zero byte keeps them apart.
        let id = Array(SHA256.hash(data: Array(names.joined(separator: "\0").utf8)))
        try entries.append(Entry(id: Self.words(id), line: number, content: Self.words(line.digest.bytes)))
    }

    /// The lines that give an id anew which an earlier line gave to another content.
    mutating func contradictions(_ body: (LineProblem) throws -> Void) throws {
        var sorted = try entries.sorted()
        var first: Entry?
        while let entry = try sorted.next() {
            guard let earlier = first, earlier.id == entry.id else {
                first = entry
                continue
            }
            if earlier.content != entry.content {
                try body(
                    LineProblem(line: entry.line, reason: "its id was given to another memory in line \(earlier.line)")
                )
            }
        }
    }

    private static func words(_ digest: [UInt8]) -> (UInt64, UInt64) {
        digest.withUnsafeBytes {
            ($0.loadUnaligned(fromByteOffset: 0, as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }
}

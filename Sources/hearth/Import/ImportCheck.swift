import Crypto
import FoundationEssentials
import HearthMemory

/// The first reading of an import: every line is read and judged, nothing is stored.
struct ImportCheck {
    /// Lines that aren't empty.
    private(set) var linesRead = 0
    /// The first bad lines; how many there are in all is ``problemCount``.
    private(set) var problems: [LineProblem] = []
    private(set) var problemCount = 0
    /// Good memories that have expired, of which an import stores none.
    private(set) var expired = 0
    /// The first good memories that have not expired, for people to look at.
    private(set) var samples = ImportSamples()
    /// The agents that own something in the input.
    private(set) var agents: Set<AgentID> = []
    /// Keys that no line should have, with the first line that has them; no more than a few.
    private(set) var unknownKeys: [String: Int] = [:]
    /// The numbers of the bad lines, to be passed over in the second reading.
    private var badLines = ExternalSort<Int>()

    /// How many problems and unknown keys are kept to be shown.
    static let shownProblems = 100
    private static let shownKeys = 10

    /// Reads the whole input and calls `onProblem` for every bad line as it is found.
    init(
        _ source: LineSource,
        owners: ImportOwners,
        progress: ProgressLine,
        onProblem: (LineProblem) throws -> Void
    ) throws {
        var ledger = IdentifierLedger()
        var reader = LineReader(source)
        while let line = try reader.next() {
            linesRead += 1
            do {
                let understood = try ImportLine(line, owners: owners)
                note(understood, number: line.number)
                try ledger.add(understood.memory, digest: understood.digest, number: line.number)
            } catch let problem as LineProblem {
                try note(problem)
                try onProblem(problem)
            }
            progress.show("Checking: \(linesRead) lines, \(Int(reader.fractionRead * 100)) %")
        }
        try ledger.contradictions { number, earlier in
            let problem = LineProblem(
                line: number,
                reason: "its id was given to another memory in line \(earlier)"
            )
            try note(problem)
            try onProblem(problem)
        }
    }

    /// The numbers of the bad lines, ascending.
    mutating func sortedBadLines() throws -> SortedValues<Int> {
        try badLines.sorted()
    }

    private mutating func note(_ line: ImportLine, number: Int) {
        if line.memory.draft.expiresAt.map({ $0 <= Date() }) == true {
            expired += 1
        } else {
            samples.note(line.memory)
        }
        agents.insert(line.memory.agentID)
        for key in line.unknownKeys where unknownKeys.count < Self.shownKeys && unknownKeys[key] == nil {
            unknownKeys[key] = number
        }
    }

    private mutating func note(_ problem: LineProblem) throws {
        problemCount += 1
        if problems.count < Self.shownProblems { problems.append(problem) }
        try badLines.append(problem.line)
    }
}

/// Which line gave which id to which content, for any number of lines in constant memory.
///
/// An id belongs to a user and an agent: others in the same file may give the same id to memories of their own.
struct IdentifierLedger {
    /// One line.
    ///
    /// It holds hashes of the id and the content, because either may be long.
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
    /// Makes the hashes of this run, which may stand in a temporary file, tell nothing of a text that somebody guesses.
    private let key = SymmetricKey(size: .bits256)

    /// Notes a line.
    mutating func add(_ memory: MemoryImport, digest: LineDigest, number: Int) throws {
        let names = [memory.userID.rawValue, memory.agentID.rawValue, memory.id.rawValue]
        // No name holds a control character, so a zero byte keeps them apart.
        let id = words(Array(names.joined(separator: "\0").utf8))
        try entries.append(Entry(id: id, line: number, content: words(digest.bytes)))
    }

    /// Calls `body` for every line whose id an earlier line gave to another content, with the numbers of both.
    mutating func contradictions(_ body: (_ number: Int, _ earlier: Int) throws -> Void) throws {
        var sorted = try entries.sorted()
        var first: Entry?
        while let entry = try sorted.next() {
            guard let earlier = first, earlier.id == entry.id else {
                first = entry
                continue
            }
            if earlier.content != entry.content {
                try body(entry.line, earlier.line)
            }
        }
    }

    private func words(_ bytes: [UInt8]) -> (UInt64, UInt64) {
        HMAC<SHA256>.authenticationCode(for: bytes, using: key)
            .withUnsafeBytes {
                (
                    $0.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                    $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                )
            }
    }
}

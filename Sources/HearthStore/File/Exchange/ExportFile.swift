import Crypto
import FoundationEssentials
import Glibc
import HearthModel

/// A file of an export, which can be read as often as needed.
final class ExportFile: Sendable {
    /// A line and where it is.
    struct Line {
        /// From 1.
        var number: Int
        var bytes: ArraySlice<UInt8>
        var value: ExportLine
    }

    /// The longest line: the longest content, in which every character may be escaped, and metadata.
    fileprivate static let longestLine = 64 << 20
    private static let chunk = 1 << 18

    let path: String
    private let descriptor: Int32
    /// Bytes to read: what is appended later has not been checked.
    private let count: Int

    /// - Throws: `.invalidArgument` if the file can't be read.
    init(path: String) throws(MemoryError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else { throw Self.unreadable(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .invalidArgument("\(path) is no regular file, and an import reads it twice. Copy it to a file first.")
        }
        count = Int(status.st_size)
    }

    deinit {
        close(descriptor)
    }

    private static func unreadable(_ path: String) -> MemoryError {
        .invalidArgument("\(path) can't be read: \(String(cString: strerror(errno))).")
    }

    /// Reads bytes at an offset; none at the end.
    fileprivate func read(at offset: Int) throws -> [UInt8] {
        let wanted = min(Self.chunk, count - offset)
        guard wanted > 0 else { return [] }
        return try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, initialized in
            var got = pread(descriptor, buffer.baseAddress, wanted, off_t(offset))
            while got < 0, errno == EINTR { got = pread(descriptor, buffer.baseAddress, wanted, off_t(offset)) }
            guard got > 0 else { throw Self.unreadable(path) }
            initialized = got
        }
    }

    /// How much of the file lies before an offset, 0…1.
    fileprivate func fraction(at offset: Int) -> Double { count == 0 ? 1 : Double(offset) / Double(count) }

    fileprivate func parse(_ bytes: ArraySlice<UInt8>, _ number: Int, _ decoder: JSONDecoder) throws -> ExportLine {
        do {
            return try decoder.decode(ExportLine.self, from: Data(bytes.dropLast()))
        } catch let error as DecodingError {
            throw damage(number, "does not read as a line of an export (\(Self.reason(error)))")
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.last.map { "\($0.stringValue) is wrong" } ?? "it is no JSON object"
        @unknown default: "it is no JSON object"
        }
    }

    /// Says which line is wrong.
    func damage(_ line: Int, _ problem: String, code: MemoryError.Code = .invalidArgument) -> MemoryError {
        MemoryError(code: code, message: "Line \(line) of \(path) \(problem). Nothing of it was imported.")
    }
}

/// A memory of an export with everything that belongs to it.
struct ExportBundle: Sendable {
    /// The line of the memory.
    var line: Int
    var memory: ExportedMemory
    var versions: [(line: Int, version: ExportedVersion)] = []
    var drafts: [(line: Int, draft: ExportedDraft)] = []
    var shares: [(line: Int, share: ExportedShare)] = []
    var conflicts: [(line: Int, conflict: ExportedConflict)] = []
    /// How many bytes its lines have.
    var size = 0

    init(line: Int, memory: ExportedMemory) {
        (self.line, self.memory) = (line, memory)
    }

    /// A memory that no file says.
    init(memory: ExportedMemory, versions: [ExportedVersion]) {
        (line, self.memory) = (0, memory)
        self.versions = versions.map { (0, $0) }
    }

    /// Takes a line that belongs to the memory; false if it does not.
    mutating func take(_ line: ExportFile.Line) -> Bool {
        switch line.value {
        case .version(let version): versions.append((line.number, version))
        case .draft(let draft): drafts.append((line.number, draft))
        case .share(let share): shares.append((line.number, share))
        case .conflict(let conflict): conflicts.append((line.number, conflict))
        default: return false
        }
        size += line.bytes.count
        return true
    }
}

/// Goes through the lines of an export.
struct ExportLines {
    let file: ExportFile
    private let decoder = JSONDecoder()
    private var pending: [UInt8] = []
    /// Where in `pending` the next line begins.
    private var start = 0
    private var offset = 0
    private var number = 0

    init(_ file: ExportFile) {
        self.file = file
    }

    /// How much was read, 0…1.
    var fraction: Double { file.fraction(at: offset - pending.count + start) }

    /// The next line; nil after the last.
    ///
    /// - Throws: `.invalidArgument` that names the line for one that is not of an export.
    mutating func next() throws -> ExportFile.Line? {
        var searched = start
        while true {
            // An editor may have put a byte order mark in front, which the hash does not know.
            if number == 0, start == 0, pending.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
            if let end = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                number += 1
                let bytes = pending[start...end]
                start = end + 1
                return ExportFile.Line(number: number, bytes: bytes, value: try file.parse(bytes, number, decoder))
            }
            pending.removeSubrange(..<start)
            (searched, start) = (pending.count, 0)
            guard pending.count <= ExportFile.longestLine else {
                throw file.damage(number + 1, "is too long for a line of an export")
            }
            let more = try file.read(at: offset)
            guard !more.isEmpty else {
                guard pending.isEmpty else { throw file.damage(number + 1, "has no end: the file was cut") }
                return nil
            }
            pending += more
            offset += more.count
        }
    }

    /// The number of the next line that holds more than white space; nil if none does. The lines are passed over.
    mutating func nextLineWithText() throws -> Int? {
        var line = number + 1
        while true {
            for byte in pending[start...] {
                switch byte {
                case UInt8(ascii: "\n"): line += 1
                case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): continue
                default: return line
                }
            }
            (pending, start) = (try file.read(at: offset), 0)
            guard !pending.isEmpty else { return nil }
            offset += pending.count
        }
    }
}

/// Goes through an export memory by memory, and checks that it is whole.
struct ExportItems {
    enum Item {
        case line(ExportFile.Line)
        case memory(ExportBundle)
    }

    private let file: ExportFile
    private var lines: ExportLines
    private var hash = SHA256()
    private var bundle: ExportBundle?
    /// A line that came right behind a memory.
    private var waiting: ExportFile.Line?
    private var counts = (memories: 0, versions: 0)
    private var last = 0
    private var hasEnded = false

    init(_ file: ExportFile) {
        self.file = file
        lines = ExportLines(file)
    }

    /// How much was read, 0…1.
    var fraction: Double { lines.fraction }

    /// The next line before the memories, or the next memory; nil after the last line.
    ///
    /// - Throws: `.invalidArgument` or `.schemaTooNew` that names the line if the file is no whole export.
    mutating func next() throws -> Item? {
        while true {
            if let line = waiting {
                waiting = nil
                if let item = try begin(line) { return item }
                continue
            }
            guard !hasEnded else {
                if let line = try lines.nextLineWithText() { throw file.damage(line, "comes after the end") }
                return nil
            }
            guard let line = try lines.next() else {
                throw file.damage(last + 1, "is missing: the file was cut, or it is no export")
            }
            last = line.number
            if line.number == 1 { try file.checkHeader(line) }
            if case .version = line.value { counts.versions += 1 }
            if bundle?.take(line) == true {
                hash.update(data: line.bytes)
                continue
            }
            waiting = line
            if let whole = bundle {
                bundle = nil
                return .memory(whole)
            }
        }
    }

    /// Takes a line that belongs to no memory before it.
    private mutating func begin(_ line: ExportFile.Line) throws -> Item? {
        defer { hash.update(data: line.bytes) }
        switch line.value {
        case .header:
            guard line.number == 1 else { throw file.damage(line.number, "is a second header") }
            return nil
        case .memory(let memory):
            counts.memories += 1
            bundle = ExportBundle(line: line.number, memory: memory)
            bundle?.size = line.bytes.count
            return nil
        case .version, .draft, .share, .conflict:
            throw file.damage(line.number, "belongs to no memory")
        case .end(let end):
            hasEnded = true
            guard end.sha256 == Hexadecimal.string(Array(hash.finalize())) else {
                throw file.damage(line.number, "has another hash than the lines before it: one of them was changed")
            }
            guard end.memories == counts.memories, end.versions == counts.versions else {
                throw file.damage(line.number, "counts other memories or versions than there are")
            }
            return nil
        default:
            return .line(line)
        }
    }
}

extension ExportFile {
    fileprivate func checkHeader(_ line: Line) throws {
        guard case .header(let header) = line.value, header.format == ExportHeader.name else {
            throw damage(1, "is not the header of an export")
        }
        guard (1...ExportHeader.latest).contains(header.version) else {
            throw damage(
                1,
                "says format \(header.version), and this release reads up to \(ExportHeader.latest): use a later release",
                code: .schemaTooNew
            )
        }
    }
}

import Glibc
import HearthImport

/// A line of the input, without its line break.
struct InputLine {
    /// Counted from 1, empty lines included, as editors do.
    var number: Int
    /// The bytes, or nil for a line that is too long to be a memory; such a line is skipped without being held.
    var bytes: [UInt8]?
}

/// Reads lines one by one and holds no more than one of them.
///
/// A line ends with LF or CRLF; the last one may end with neither. A byte order mark at the beginning of a line is
/// skipped, with what white space is in front of it: where files were joined, each may have begun with one. A line of nothing but white space and such marks is
/// empty.
struct LineReader {
    /// The longest line: 4 MiB of content with every byte spelled as a six-byte escape, and 1 MiB for all other keys.
    static let longestLine = 6 * (4 << 20) + (1 << 20)

    private let source: LineSource
    private let longestLine: Int
    private var buffer: [UInt8]
    private var position = 0
    private var filled = 0
    private var offset = 0
    private var number = 0

    init(_ source: LineSource, longestLine: Int = Self.longestLine) {
        self.source = source
        self.longestLine = longestLine
        buffer = [UInt8](repeating: 0, count: LineSource.chunk)
    }

    /// How much of the input has been read, 0…1.
    var fractionRead: Double {
        source.count == 0 ? 1 : Double(offset) / Double(source.count)
    }

    /// The next line that isn't empty, or nil at the end.
    mutating func next() throws -> InputLine? {
        while var bytes = try nextLine() {
            bytes?.removeLeadingMarks()
            if bytes?.last == UInt8(ascii: "\r") { bytes?.removeLast() }
            if bytes.map(Self.isBlank) != true { return InputLine(number: number, bytes: bytes) }
        }
        return nil
    }

    /// Whether there is nothing to see in a line: white space of any script, and marks that have no width.
    private static func isBlank(_ line: [UInt8]) -> Bool {
        // Most lines begin with what they hold.
        guard let first = line.first(where: { $0 != 0x20 && !(0x09...0x0D).contains($0) }) else { return true }
        guard first >= 0x80, let text = String(validating: line, as: UTF8.self) else { return false }
        return text.unicodeScalars.allSatisfy { $0.properties.isWhitespace || Self.invisible.contains($0) }
    }

    /// The byte order mark, the word joiner, and the space, the joiner and the mark that have no width.
    private static let invisible: Set<Unicode.Scalar> = ["\u{FEFF}", "\u{2060}", "\u{200B}", "\u{200C}", "\u{200D}"]

    /// The next line as it stands: nil at the end, a nil line if it is too long.
    private mutating func nextLine() throws -> [UInt8]?? {
        var line: [UInt8] = []
        var isTooLong = false
        var isStarted = false
        while try fill() {
            isStarted = true
            let end = buffer[position..<filled].firstIndex(of: UInt8(ascii: "\n"))
            let piece = buffer[position..<(end ?? filled)]
            isTooLong = isTooLong || line.count + piece.count > longestLine
            if isTooLong { line = [] } else { line += piece }
            position = end.map { $0 + 1 } ?? filled
            if end != nil { break }
        }
        guard isStarted else { return nil }
        number += 1
        return .some(isTooLong ? nil : line)
    }

    /// Makes sure that there are unread bytes; false at the end of the input.
    private mutating func fill() throws -> Bool {
        guard position == filled else { return true }
        while true {
            let wanted = min(buffer.count, source.count - offset)
            guard wanted > 0 else { return false }
            let count = buffer.withUnsafeMutableBytes {
                pread(source.descriptor, $0.baseAddress, wanted, off_t(offset))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw LineSource.failure(source.name)
            }
            (position, filled) = (0, count)
            offset += count
            return count > 0
        }
    }
}

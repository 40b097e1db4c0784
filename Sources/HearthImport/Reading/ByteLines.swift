/// The lines of a text, without their breaks, of which only one is in memory.
struct ByteLines {
    private var chunks: any Chunks
    private var buffer: [UInt8] = []
    private var position = 0
    /// Counted from 1.
    private(set) var number = 0

    /// The longest line that is read: 4 MiB of text with every byte spelled as an escape, and room for the rest.
    static let longestLine = 6 * (4 << 20) + (1 << 20)

    init(_ chunks: any Chunks) {
        self.chunks = chunks
    }

    var fractionRead: Double { chunks.fractionRead }

    /// The next line: nil at the end, a nil line if it is too long.
    mutating func next() throws -> [UInt8]?? {
        var line: [UInt8] = []
        var isTooLong = false
        var isStarted = false
        while true {
            if position == buffer.count {
                guard let next = try chunks.next() else { break }
                (buffer, position) = (next, 0)
            }
            isStarted = true
            let end = buffer[position...].firstIndex(of: UInt8(ascii: "\n"))
            let piece = buffer[position..<(end ?? buffer.count)]
            isTooLong = isTooLong || line.count + piece.count > Self.longestLine
            if isTooLong { line = [] } else { line += piece }
            position = end.map { $0 + 1 } ?? buffer.count
            if end != nil { break }
        }
        guard isStarted else { return nil }
        number += 1
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return .some(isTooLong ? nil : line)
    }
}

/// Bytes that come in pieces, so that a long file needs no more memory than a short one.
protocol Chunks {
    /// What messages call the bytes.
    var name: String { get }
    /// How much of the input has been read, 0…1.
    var fractionRead: Double { get }
    /// The next bytes, not empty; nil at the end.
    mutating func next() throws -> [UInt8]?
}

/// The bytes of a file, or of a part of one.
struct FileChunks: Chunks {
    private let file: ImportFile
    private let start: Int
    private let end: Int
    private var offset: Int

    /// How much is read at once.
    static let length = 1 << 16

    init(_ file: ImportFile, from start: Int = 0, count: Int? = nil) {
        self.file = file
        self.start = start
        offset = start
        end = count.map { start + $0 } ?? file.count
    }

    var name: String { file.name }

    var fractionRead: Double { end == start ? 1 : Double(offset - start) / Double(end - start) }

    mutating func next() throws -> [UInt8]? {
        guard offset < end else { return nil }
        let bytes = try file.read(min(Self.length, end - offset), at: offset)
        offset += bytes.count
        return bytes.isEmpty ? nil : bytes
    }
}

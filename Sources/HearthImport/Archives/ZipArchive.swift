/// A ZIP archive, of which entries are read and nothing is ever written to the disk.
///
/// Source: PKWARE's APPNOTE 6.3.10: sections 4.3.7 (local headers), 4.3.12 (the directory), 4.3.14 to 4.3.16 (its end).
struct ZipArchive {
    struct Entry {
        var name: String
        fileprivate var flags: Int
        fileprivate var method: Int
        fileprivate var checksum: UInt32
        fileprivate var packedCount: Int
        fileprivate var count: Int
        fileprivate var header: Int
    }

    private let file: ImportFile
    /// The files in it, in the order of its directory.
    private(set) var entries: [Entry] = []

    /// The longest directory that is read: an export with a million files has less.
    private static let longestDirectory = 256 << 20
    private static let endLength = 22
    private static let longestComment = 0xFFFF

    /// Whether a file begins as an archive does.
    static func fits(_ start: [UInt8]) -> Bool {
        start.starts(with: [0x50, 0x4B, 0x03, 0x04]) || start.starts(with: [0x50, 0x4B, 0x05, 0x06])
    }

    /// Reads the directory.
    init(_ file: ImportFile) throws {
        self.file = file
        var (count, length, offset) = try Self.end(of: file)
        guard length <= Self.longestDirectory, offset + length <= file.count else {
            throw Self.damaged(file, "the directory of the archive lies outside of it")
        }
        let directory = Fields(try file.read(length, at: offset), file)
        offset = 0
        while entries.count < count {
            guard try directory.number(4, at: offset) == 0x0201_4B50 else {
                throw Self.damaged(file, "entry \(entries.count + 1) of the archive's directory makes no sense")
            }
            let (entry, end) = try Self.entry(directory, at: offset)
            guard Self.staysInside(entry.name) else {
                throw ForeignFileError(
                    .damaged,
                    "\(file.name) has an entry named \"\(entry.name)\", which leads out of the archive. Such an archive isn't read."
                )
            }
            entries.append(entry)
            offset = end
            if offset >= length { count = min(count, entries.count) }
        }
    }

    private static func entry(_ fields: Fields, at offset: Int) throws -> (Entry, end: Int) {
        let nameCount = try fields.number(2, at: offset + 28)
        let extraCount = try fields.number(2, at: offset + 30)
        var entry = Entry(
            name: String(decoding: try fields.bytes(nameCount, at: offset + 46), as: UTF8.self),
            flags: try fields.number(2, at: offset + 8),
            method: try fields.number(2, at: offset + 10),
            checksum: UInt32(try fields.number(4, at: offset + 16)),
            packedCount: try fields.number(4, at: offset + 20),
            count: try fields.number(4, at: offset + 24),
            header: try fields.number(4, at: offset + 42)
        )
        // What doesn't fit into 32 bits stands in an extra field, in this order.
        var extra = offset + 46 + nameCount
        let extraEnd = extra + extraCount
        while extra + 4 <= extraEnd {
            let (kind, count) = (try fields.number(2, at: extra), try fields.number(2, at: extra + 2))
            if kind == 1 {
                var place = extra + 4
                for field in [\Entry.count, \.packedCount, \.header] where entry[keyPath: field] == 0xFFFF_FFFF {
                    entry[keyPath: field] = try fields.number(8, at: place)
                    place += 8
                }
            }
            extra += 4 + count
        }
        return (entry, extraEnd + (try fields.number(2, at: offset + 32)))
    }

    /// The number of entries, and where the directory lies.
    private static func end(of file: ImportFile) throws -> (count: Int, length: Int, offset: Int) {
        let tailStart = max(0, file.count - endLength - longestComment)
        let tail = Fields(try file.read(file.count - tailStart, at: tailStart), file)
        var place = tail.count - endLength
        while place >= 0, try tail.number(4, at: place) != 0x0605_4B50 { place -= 1 }
        guard place >= 0 else { throw damaged(file, "the end of the archive is missing, as when a download stopped") }
        let disk = try tail.number(2, at: place + 4)
        let count = try tail.number(2, at: place + 10)
        let length = try tail.number(4, at: place + 12)
        let offset = try tail.number(4, at: place + 16)
        guard count == 0xFFFF || length == 0xFFFF_FFFF || offset == 0xFFFF_FFFF else {
            guard disk == 0 else { throw severalParts(file) }
            return (count, length, offset)
        }
        // Larger numbers stand in a longer end before this one.
        let locator = Fields(try file.read(20, at: max(0, tailStart + place - 20)), file)
        guard tailStart + place >= 20, try locator.number(4, at: 0) == 0x0706_4B50 else {
            return (count, length, offset)
        }
        guard try locator.number(4, at: 16) <= 1 else { throw severalParts(file) }
        let end = Fields(try file.read(56, at: try locator.number(8, at: 8)), file)
        guard try end.number(4, at: 0) == 0x0606_4B50 else {
            throw damaged(file, "the end of the archive makes no sense")
        }
        return (try end.number(8, at: 32), try end.number(8, at: 40), try end.number(8, at: 48))
    }

    private static func staysInside(_ name: String) -> Bool {
        let parts = name.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
        return !parts.contains("..") && parts.first != "" && !name.contains("\0")
            && !(name.dropFirst().first == ":" && name.first?.isLetter == true)
    }

    /// The bytes of an entry, unpacked piece by piece and checked at the end.
    func chunks(of entry: Entry) throws -> any Chunks {
        let name = "\(file.name) (\(entry.name))"
        guard entry.flags & 1 == 0 else {
            throw ForeignFileError(.unsupported, "\(name) is encrypted. Unpack the archive, and import what comes out.")
        }
        guard entry.method == 0 || entry.method == 8 else {
            throw ForeignFileError(
                .unsupported,
                "\(name) is packed by method \(entry.method), and only DEFLATE is read. Unpack the archive, and import what comes out."
            )
        }
        let header = Fields(try file.read(30, at: entry.header), file)
        guard entry.header < file.count, try header.number(4, at: 0) == 0x0403_4B50 else {
            throw Self.damaged(file, "\(entry.name) is not where the archive's directory says")
        }
        let start = entry.header + 30 + (try header.number(2, at: 26)) + (try header.number(2, at: 28))
        guard entry.packedCount <= file.count - start else { throw Self.damaged(file, "\(entry.name) is cut off") }
        return EntryChunks(FileChunks(file, from: start, count: entry.packedCount), entry: entry, name: name)
    }

    private static func severalParts(_ file: ImportFile) -> ForeignFileError {
        ForeignFileError(.unsupported, "\(file.name) is one of several parts of an archive. Join them, or unpack them.")
    }

    private static func damaged(_ file: ImportFile, _ finding: String) -> ForeignFileError {
        .damaged(file.name, finding)
    }
}

/// The bytes of one entry.
private struct EntryChunks: Chunks {
    let name: String
    private let entry: ZipArchive.Entry
    private var stored: FileChunks
    private var inflater: Inflater?
    private var checksum = CRC32()
    private var given = 0

    /// How many times smaller a text can become. Chats become five to ten times smaller; DEFLATE's own limit is 1,032.
    private static let greatestRatio = 300
    /// An entry below this size is harmless whatever it is.
    private static let harmlessCount = 16 << 20

    init(_ stored: FileChunks, entry: ZipArchive.Entry, name: String) {
        self.stored = stored
        self.entry = entry
        self.name = name
        inflater = entry.method == 8 ? Inflater(stored) : nil
    }

    var fractionRead: Double { inflater?.fractionRead ?? stored.fractionRead }

    mutating func next() throws -> [UInt8]? {
        guard let bytes = try inflater == nil ? stored.next() : inflater?.next() else {
            guard given == entry.count, checksum.value == entry.checksum else {
                throw ForeignFileError.damaged(name, "its checksum is wrong")
            }
            return nil
        }
        given += bytes.count
        checksum.update(bytes)
        guard given <= entry.count else {
            throw ForeignFileError.damaged(name, "it unpacks to more than the \(entry.count) bytes that it should have")
        }
        guard given < Self.harmlessCount || given / Self.greatestRatio <= entry.packedCount else {
            throw ForeignFileError(
                .damaged,
                "\(name) unpacks to more than \(Self.greatestRatio) times its size, as no chat does. It isn't read."
            )
        }
        return bytes
    }
}

/// Numbers in bytes, the lowest byte first.
private struct Fields {
    private let bytes: [UInt8]
    private let file: ImportFile

    init(_ bytes: [UInt8], _ file: ImportFile) {
        self.bytes = bytes
        self.file = file
    }

    var count: Int { bytes.count }

    func number(_ count: Int, at offset: Int) throws -> Int {
        let value = try self.bytes(count, at: offset).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let value = Int(exactly: value), value < 1 << 48 else {
            throw ForeignFileError.damaged(file.name, "a size in the archive makes no sense")
        }
        return value
    }

    func bytes(_ count: Int, at offset: Int) throws -> ArraySlice<UInt8> {
        guard offset >= 0, count >= 0, offset + count <= bytes.count else {
            throw ForeignFileError.damaged(file.name, "the archive is cut off")
        }
        return bytes[offset..<offset + count]
    }
}

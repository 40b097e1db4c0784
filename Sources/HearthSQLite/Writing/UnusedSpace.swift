internal import CSQLite
internal import Glibc

/// What the b-tree pages of a file hold between their cell pointers and their cells.
///
/// Under `secure_delete` SQLite overwrites a cell that is removed. But where it spreads cells anew over several pages, a
/// cell that goes to another page stays as bytes in this space of the old page, and its removal later does not reach
/// them. (*Tried* on 3.40.1: of rows in a random order about one in 400.)
///
/// No reader looks at these bytes, so they can be overwritten in the file itself, while nobody commits and the log is
/// copied. Page caches may bring them back, until a commit makes their processes read anew.
///
/// The layout is that of <https://www.sqlite.org/fileformat2.html>.
struct UnusedSpace {
    /// How many bytes are read at a time.
    private static let stretch = 1 << 20

    private let file: UnsafeMutablePointer<sqlite3_file>
    private let methods: sqlite3_io_methods
    private let connection: Connection
    private let pageSize: Int
    private let map: PointerMap?
    private let zeros: [UInt8]

    /// - Parameter connection: A connection that holds the write lock, of a file whose log is copied completely.
    init(of connection: Connection) throws {
        var pointer: UnsafeMutablePointer<sqlite3_file>?
        let code = sqlite3_file_control(connection.handle, "main", SQLITE_FCNTL_FILE_POINTER, &pointer)
        guard code == SQLITE_OK, let file = pointer, let methods = file.pointee.pMethods else {
            throw SQLiteError(code: code == SQLITE_OK ? SQLITE_ERROR : code, handle: connection.handle)
        }
        self.connection = connection
        self.file = file
        self.methods = methods.pointee
        pageSize = try connection.integer(ofPragma: "page_size")
        map = try connection.integer(ofPragma: "auto_vacuum") == 0 ? nil : PointerMap(pageSize: pageSize)
        zeros = [UInt8](repeating: 0, count: pageSize)
    }

    /// Overwrites it with zeros, and lets the connection's own page cache go; on the disk on return.
    ///
    /// - Returns: In how many pages there was something.
    @discardableResult
    func overwrite() throws -> Int {
        var size: sqlite3_int64 = 0
        try check(methods.xFileSize(file, &size))
        let pages = Int(size) / pageSize
        // Without a map the kind of a page is known by its first byte. That of an overflow page is the highest of a page
        // number, which is 0 below this.
        guard map != nil || pages < 1 << 24 else { return 0 }
        var found = 0
        var map: [UInt8] = []
        var stretch = [UInt8](repeating: 0, count: max(1, Self.stretch / pageSize) * pageSize)
        var first = 1
        while first <= pages {
            let count = min(stretch.count / pageSize, pages - first + 1)
            try read(count * pageSize, at: (first - 1) * pageSize, into: &stretch)
            for page in first..<first + count {
                let start = (page - first) * pageSize
                if let pointers = self.map, pointers.isMap(page) {
                    map = Array(stretch[start..<start + pageSize])
                    continue
                }
                guard self.map?.isTree(page, by: map) ?? true else { continue }
                let space = stretch.withUnsafeBytes { bytes in
                    self.space(of: page, in: UnsafeRawBufferPointer(rebasing: bytes[start..<start + pageSize]))
                }
                guard let space else { continue }
                found += 1
                try write(zeros: space.count, at: (page - 1) * pageSize + space.lowerBound)
            }
            first += count
        }
        if found > 0 { try check(methods.xSync(file, SQLITE_SYNC_NORMAL)) }
        sqlite3_db_release_memory(connection.handle)
        return found
    }

    /// The unused bytes of a page; nil if they are zeros, and if it is no page of a b-tree.
    private func space(of page: Int, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        // The first page begins with the header of the file.
        let header = page == 1 ? 100 : 0
        func number(_ place: Int) -> Int { Int(bytes[place]) << 8 | Int(bytes[place + 1]) }
        let isInterior: Bool
        switch bytes[header] {
        case 2, 5: isInterior = true
        case 10, 13: isInterior = false
        default: return nil
        }
        let start = header + (isInterior ? 12 : 8) + 2 * number(header + 3)
        let end = number(header + 5) == 0 ? 1 << 16 : number(header + 5)
        guard start < end, end <= pageSize, let base = bytes.baseAddress else { return nil }
        return memcmp(base + start, zeros, end - start) == 0 ? nil : start..<end
    }

    private func read(_ count: Int, at offset: Int, into bytes: inout [UInt8]) throws {
        let code = bytes.withUnsafeMutableBytes {
            methods.xRead(file, $0.baseAddress, Int32(count), sqlite3_int64(offset))
        }
        try check(code)
    }

    private func write(zeros count: Int, at offset: Int) throws {
        try check(zeros.withUnsafeBytes { methods.xWrite(file, $0.baseAddress, Int32(count), sqlite3_int64(offset)) })
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw SQLiteError(code: code, handle: connection.handle) }
    }
}

/// Where a file that can be made shorter says of what kind its pages are.
private struct PointerMap {
    /// A kind, and the number of the page that points there.
    private static let entrySize = 5
    private static let root: UInt8 = 1
    private static let tree: UInt8 = 5

    let pageSize: Int

    /// The page that holds the byte at which SQLite locks files.
    private var lockPage: Int { 0x4000_0000 / pageSize + 1 }

    /// The map that a page stands in.
    private func map(of page: Int) -> Int {
        let span = pageSize / Self.entrySize + 1
        let map = (page - 2) / span * span + 2
        return map == lockPage ? map + 1 : map
    }

    func isMap(_ page: Int) -> Bool { page > 1 && map(of: page) == page }

    /// Whether a page belongs to a b-tree.
    ///
    /// - Parameter bytes: The last map before the page.
    func isTree(_ page: Int, by bytes: [UInt8]) -> Bool {
        guard page > 1 else { return true }
        let place = (page - map(of: page) - 1) * Self.entrySize
        guard page != lockPage, bytes.indices.contains(place) else { return false }
        return bytes[place] == Self.root || bytes[place] == Self.tree
    }
}

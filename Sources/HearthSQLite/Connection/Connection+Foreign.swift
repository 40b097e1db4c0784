internal import CSQLite

extension Connection {
    /// Opens a file of another program so that nothing about it changes: no lock, no log and no index of one is made beside
    /// it, and no statement can write.
    ///
    /// SQLite then takes it that nobody changes the file, and doesn't look at a log beside it.
    ///
    /// - Throws: ``SQLiteError``.
    package convenience init(readingForeignFile path: String) throws {
        var name = "file:"
        for byte in path.utf8 {
            let isPlain = Character(Unicode.Scalar(byte)).isLetter && byte < 0x80 || (0x30...0x39).contains(byte)
            if isPlain || "/._-".utf8.contains(byte) {
                name.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                name += "%" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
            }
        }
        try self.init(opening: name + "?mode=ro&immutable=1", flags: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
        // What a query sorts may be longer than the memory that an import takes. No texts are sorted; see `Mem0History`.
        try execute("PRAGMA temp_store = FILE")
    }
}

internal import CSQLite

extension Connection {
    /// Overwrites a part of a BLOB in place, touching only the pages that it lies on; the BLOB keeps its length.
    ///
    /// - Throws: ``SQLiteError``, also where the row does not exist or the bytes reach past the end of the BLOB.
    package func writeBlob(table: StaticString, column: StaticString, row: Int64, at offset: Int, _ bytes: [UInt8])
        throws
    {
        var blob: OpaquePointer?
        let opened = sqlite3_blob_open(handle, "main", table.description, column.description, row, 1, &blob)
        guard opened == SQLITE_OK else {
            sqlite3_blob_close(blob)
            throw noting(SQLiteError(code: opened, handle: handle))
        }
        let written = bytes.withUnsafeBytes { bytes in
            sqlite3_blob_write(blob, bytes.baseAddress, Int32(bytes.count), Int32(offset))
        }
        // Closing also reports what the write could not.
        let error = written == SQLITE_OK ? nil : SQLiteError(code: written, handle: handle)
        let closed = sqlite3_blob_close(blob)
        if let error { throw noting(error) }
        guard closed == SQLITE_OK else { throw noting(SQLiteError(code: closed, handle: handle)) }
    }

    /// Reads a BLOB part by part from its start, so that it is never in memory as a whole.
    ///
    /// - Parameter body: Its argument must not leave the closure.
    /// - Returns: What the closure returns.
    /// - Throws: ``SQLiteError``, also where the row does not exist or holds no BLOB, and what the closure throws.
    package func readBlob<R>(
        table: StaticString,
        column: StaticString,
        row: Int64,
        _ body: (inout BlobReader) throws -> R
    ) throws -> R {
        try prepareToRun()
        var blob: OpaquePointer?
        let opened = sqlite3_blob_open(handle, "main", table.description, column.description, row, 0, &blob)
        guard opened == SQLITE_OK, let blob else {
            sqlite3_blob_close(blob)
            throw noting(SQLiteError(code: opened, handle: handle))
        }
        // Closing after a read reports nothing that the read did not.
        defer { sqlite3_blob_close(blob) }
        var reader = BlobReader(blob: blob, connection: self)
        return try body(&reader)
    }
}

/// A place in a BLOB from which to read on.
package struct BlobReader: ~Copyable {
    private let blob: OpaquePointer
    private let connection: Connection
    private var offset: Int32 = 0
    /// How many bytes are still to be read.
    package var remaining: Int { Int(sqlite3_blob_bytes(blob) - offset) }

    fileprivate init(blob: OpaquePointer, connection: Connection) {
        self.blob = blob
        self.connection = connection
    }

    /// Reads on.
    ///
    /// - Parameter buffer: Filled completely; at least as many bytes must be left.
    /// - Throws: ``SQLiteError``.
    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws {
        precondition(buffer.count <= remaining, "a BLOB was read past its end")
        let code = sqlite3_blob_read(blob, buffer.baseAddress, Int32(buffer.count), offset)
        guard code == SQLITE_OK else { throw connection.noting(SQLiteError(code: code, handle: connection.handle)) }
        offset += Int32(buffer.count)
    }
}

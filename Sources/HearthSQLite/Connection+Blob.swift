internal import CSQLite

extension Connection {
    /// Overwrites a part of a BLOB in place, touching only the pages that it lies on; the BLOB keeps its length.
    ///
    /// - Throws: ``SQLiteError``, also where the row is not there or the bytes reach past its end.
    public func writeBlob(table: StaticString, column: StaticString, row: Int64, at offset: Int, _ bytes: [UInt8])
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
}

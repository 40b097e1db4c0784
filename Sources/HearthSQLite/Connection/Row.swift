internal import CSQLite

/// One row of a running statement, read column by column.
///
/// Columns count from 0. A row is a view: it is valid inside the closure that receives it, or until its statement moves
/// on. Keep only what you copied out of it. A column of another type is converted by SQLite's rules, NULL to zero or
/// nothing. Our tables are STRICT, so this does not happen by accident.
@usableFromInline
package struct Row {
    let statement: OpaquePointer

    /// How many columns it has.
    package var columnCount: Int32 { sqlite3_column_count(statement) }

    /// Whether the column is NULL.
    package func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(statement, column) == SQLITE_NULL
    }

    /// Whether the column is a BLOB.
    package func isBlob(_ column: Int32) -> Bool {
        sqlite3_column_type(statement, column) == SQLITE_BLOB
    }

    /// An INTEGER.
    package func int64(_ column: Int32) -> Int64 {
        sqlite3_column_int64(statement, column)
    }

    /// An INTEGER.
    package func int(_ column: Int32) -> Int {
        Int(sqlite3_column_int64(statement, column))
    }

    /// The low 32 bits of an INTEGER.
    package func int32(_ column: Int32) -> Int32 {
        sqlite3_column_int(statement, column)
    }

    /// A REAL.
    package func double(_ column: Int32) -> Double {
        sqlite3_column_double(statement, column)
    }

    /// An INTEGER that is not zero.
    package func bool(_ column: Int32) -> Bool {
        sqlite3_column_int64(statement, column) != 0
    }

    /// TEXT; what is not UTF-8 in it becomes U+FFFD.
    package func string(_ column: Int32) -> String {
        withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }

    /// A BLOB, copied.
    package func bytes(_ column: Int32) -> [UInt8] {
        withBytes(column) { [UInt8]($0) }
    }

    /// An INTEGER or NULL.
    package func optionalInt64(_ column: Int32) -> Int64? {
        isNull(column) ? nil : int64(column)
    }

    /// An INTEGER or NULL.
    package func optionalInt(_ column: Int32) -> Int? {
        isNull(column) ? nil : int(column)
    }

    /// TEXT or NULL.
    package func optionalString(_ column: Int32) -> String? {
        isNull(column) ? nil : string(column)
    }

    /// A BLOB, copied, or NULL.
    package func optionalBytes(_ column: Int32) -> [UInt8]? {
        isNull(column) ? nil : bytes(column)
    }

    /// Calls a closure with the bytes of a TEXT or BLOB where SQLite holds them, without a copy.
    ///
    /// - Parameters:
    ///   - column: The column.
    ///   - body: Its argument is empty for NULL and must not leave the closure.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws.
    package func withBytes<R>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        // `column_blob` gives the bytes of a TEXT as they are; `column_text` would first allocate room for a final NUL.
        let start = sqlite3_column_blob(statement, column)
        return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }
}

import CSQLite
import Foundation

/// A bare SQLite connection with prepared statements and nothing else: the floor that the engine is measured against.
final class BareConnection {
    let handle: OpaquePointer

    /// Opens a file with the settings the engine uses.
    init(path: String) throws {
        var opened: OpaquePointer?
        guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else { throw FloorError(message: "open \(path)") }
        handle = opened
        // The log is copied at 4 MiB, as the engine does.
        try execute(
            """
            PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;
            PRAGMA cell_size_check=ON; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;
            PRAGMA wal_autocheckpoint=1024;
            """
        )
    }

    deinit {
        sqlite3_close_v2(handle)
    }

    func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw FloorError(message: "\(String(cString: sqlite3_errmsg(handle))): \(sql.prefix(80))")
        }
    }

    func prepare(_ sql: String) throws -> BareStatement {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil) == SQLITE_OK,
            let statement
        else { throw FloorError(message: "\(String(cString: sqlite3_errmsg(handle))): \(sql.prefix(80))") }
        return BareStatement(handle: statement)
    }
}

struct FloorError: Error {
    var message: String
}

/// A value of a row that is replayed.
enum BareValue: Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// A bare prepared statement.
final class BareStatement {
    let handle: OpaquePointer

    init(handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Binds, runs to the end, resets.
    func run(_ values: [BareValue]) throws {
        for (index, value) in values.enumerated() { bind(value, at: Int32(index + 1)) }
        while try step() {}
        sqlite3_reset(handle)
    }

    func bind(_ value: BareValue, at index: Int32) {
        switch value {
        case .null: sqlite3_bind_null(handle, index)
        case .integer(let value): sqlite3_bind_int64(handle, index, value)
        case .real(let value): sqlite3_bind_double(handle, index, value)
        case .text(var value):
            _ = value.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    hearth_sqlite_bind_text(handle, index, $0.baseAddress, sqlite3_uint64($0.count))
                }
            }
        case .blob(let value):
            _ = value.withUnsafeBytes {
                hearth_sqlite_bind_blob(handle, index, $0.baseAddress, sqlite3_uint64($0.count))
            }
        }
    }

    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw FloorError(message: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle))))
        }
    }

    func reset() {
        sqlite3_reset(handle)
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// The dot product of a vector with one that a column holds.
    func product(of vector: [Float], withBlob column: Int32) -> Float {
        let count = Int(sqlite3_column_bytes(handle, column)) / MemoryLayout<Float>.size
        guard count == vector.count, let bytes = sqlite3_column_blob(handle, column) else { return 0 }
        let other = UnsafeRawBufferPointer(start: bytes, count: count * MemoryLayout<Float>.size)
        var sums = SIMD8<Float>()
        for start in stride(from: 0, to: count - 7, by: 8) {
            let left = vector.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start * 4, as: SIMD8<Float>.self) }
            sums += left * other.loadUnaligned(fromByteOffset: start * 4, as: SIMD8<Float>.self)
        }
        return sums.sum()
    }

    /// The row the statement stands on.
    var row: [BareValue] {
        (0..<sqlite3_column_count(handle))
            .map { column in
                switch sqlite3_column_type(handle, column) {
                case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, column))
                case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, column))
                case SQLITE_TEXT: return .text(String(cString: sqlite3_column_text(handle, column)))
                case SQLITE_BLOB:
                    let count = Int(sqlite3_column_bytes(handle, column))
                    return .blob(
                        Array(UnsafeRawBufferPointer(start: sqlite3_column_blob(handle, column), count: count))
                    )
                default: return .null
                }
            }
    }
}

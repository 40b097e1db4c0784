internal import Glibc
import HearthModel
import HearthSQLite

/// A SQLite file of another program, which is only read.
struct ForeignDatabase {
    let name: String
    let connection: Connection
    /// The columns of each table.
    let columns: [String: Set<String>]

    /// Whether a file begins as SQLite's do.
    static func fits(_ start: [UInt8]) -> Bool {
        start.starts(with: Array("SQLite format 3\0".utf8))
    }

    init(_ file: ImportFile) throws {
        name = file.name
        guard let path = file.path else {
            throw ForeignFileError(
                .unsupported,
                "\(file.name) is a SQLite database, which can't be read from a pipe. Give the path of its file."
            )
        }
        for suffix in ["-wal", "-journal"] {
            var status = stat()
            guard stat(path + suffix, &status) == 0, status.st_size > 0 else { continue }
            throw ForeignFileError(
                .unsupported,
                """
                \(path) has changes that are still in \(path)\(suffix), and they would be missed. End the program that uses it, \
                open the file once with `sqlite3 \(path) 'PRAGMA wal_checkpoint(TRUNCATE)'`, and import again.
                """
            )
        }
        do {
            connection = try Connection(readingForeignFile: path)
            var columns: [String: Set<String>] = [:]
            try connection.forEach(
                """
                SELECT m.name, c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
                WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%'
                """
            ) { columns[$0.string(0), default: []].insert($0.string(1)) }
            self.columns = columns
        } catch let error as SQLiteError {
            throw Self.failure(file.name, error)
        }
    }

    /// Which program wrote it, as far as its tables say.
    var format: ForeignFormat? {
        if columns["history"]?.isSuperset(of: ["memory_id", "new_memory", "event"]) == true { return .mem0 }
        if columns["store"]?.isSuperset(of: ["prefix", "key", "value"]) == true { return .langgraph }
        if columns["memories"]?.isSuperset(of: ["content_hash", "content", "tags"]) == true { return .mcpMemory }
        return nil
    }

    /// Refuses a file that lacks what a format needs.
    func require(_ table: String, _ needed: Set<String>, of format: ForeignFormat) throws {
        guard columns[table]?.isSuperset(of: needed) == true else {
            throw ForeignFileError(
                .wrongKind,
                "\(name) is not \(format.title): it has no table \(table) with \(needed.sorted().joined(separator: ", "))."
            )
        }
    }

    /// A column where a table has it, else NULL: earlier releases of the program may lack it.
    func column(_ column: StaticString, of table: String) -> String {
        columns[table]?.contains("\(column)") == true ? "\(column)" : "NULL"
    }

    static func failure(_ name: String, _ error: SQLiteError) -> ForeignFileError {
        switch error.resultCode.primary {
        case .corrupt, .notADatabase: .damaged(name, "SQLite says \"\(error.message)\"")
        case _ where error.isSchemaDamage: .damaged(name, "SQLite says \"\(error.message)\"")
        default: ForeignFileError(.unreadable, "\(name) can't be read: SQLite says \"\(error.message)\".")
        }
    }
}

/// Reads the rows of one query, a few hundred at a time.
struct DatabaseReader: ForeignReader {
    private let database: ForeignDatabase
    private let statement: Statement
    private let item: (Row, Int) -> ForeignItem
    private let count: Int
    private var number = 0
    /// A statement that is stepped after its last row would begin again.
    private var isDone = false

    private static let page = 500

    /// - Parameters:
    ///   - sql: What gives the rows, put together from fragments of the source.
    ///   - counting: The table whose rows say how long it takes.
    ///   - item: What a row is, with its number from 1.
    init(
        _ database: ForeignDatabase,
        _ sql: String,
        counting: String,
        item: @escaping (Row, Int) -> ForeignItem
    ) throws {
        self.database = database
        self.item = item
        do {
            count = try database.connection.rowsDynamic("SELECT count(*) FROM \(counting)") { $0.int(0) }.first ?? 0
            statement = try database.connection.statement(dynamic: sql)
        } catch let error as SQLiteError {
            throw ForeignDatabase.failure(database.name, error)
        }
    }

    var fractionRead: Double { count == 0 ? 1 : min(1, Double(number) / Double(count)) }

    mutating func next() throws -> [ForeignItem]? {
        var items: [ForeignItem] = []
        do {
            while !isDone, items.count < Self.page {
                guard try statement.step() else {
                    isDone = true
                    break
                }
                number += 1
                items.append(item(statement.row, number))
            }
        } catch let error as SQLiteError {
            throw ForeignDatabase.failure(database.name, error)
        }
        return items.isEmpty ? nil : items
    }
}

extension Row {
    /// The text of a column, or why it is none; nil for NULL.
    func checkedText(_ column: Int32) throws(InvalidText) -> String? {
        if isNull(column) { return nil }
        guard let text = withBytes(column, { String(validating: $0, as: UTF8.self) }) else { throw InvalidText() }
        return text
    }

    struct InvalidText: Error {}
}

import CSQLite
import HearthSQLite

// What tests say in SQLite's terms and the layer itself has no use for.

extension ResultCode {
    /// A constraint is violated.
    static let constraint = ResultCode(rawValue: SQLITE_CONSTRAINT)
    /// A unique constraint is violated.
    static let constraintUnique = ResultCode(rawValue: SQLITE_CONSTRAINT | (8 << 8))
    /// A primary key exists already.
    static let constraintPrimaryKey = ResultCode(rawValue: SQLITE_CONSTRAINT | (6 << 8))
}

extension Connection {
    /// Calls a closure in a savepoint: what it wrote stays or goes as one. Savepoints may be nested.
    func savepoint<R>(_ body: () throws -> R) throws -> R {
        try run("SAVEPOINT nested")
        do {
            let result = try body()
            try run("RELEASE nested")
            return result
        } catch {
            try run("ROLLBACK TO nested")
            try run("RELEASE nested")
            throw error
        }
    }
}

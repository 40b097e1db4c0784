/// What is generic here is inlinable: callers in other modules bind and read without looking up types at run time.
///
/// The types in these signatures have to be `@usableFromInline`: without it the compiler takes `@inlinable` and
/// silently hands out no body.
extension Connection {
    /// Runs a statement to its end.
    @inlinable
    package func run<each Value: SQLiteBindable>(_ sql: StaticString, _ values: repeat each Value) throws {
        let statement = try statement(sql)
        try noting {
            try statement.bind(repeat each values)
            while try statement.step() {}
            try statement.reset()
        }
    }

    /// Calls a closure with each row.
    @inlinable
    package func forEach<each Value: SQLiteBindable>(
        _ sql: StaticString,
        _ values: repeat each Value,
        do body: (Row) throws -> Void
    ) throws {
        let statement = try statement(sql)
        try noting {
            try statement.bind(repeat each values)
            try visit(statement, body)
        }
    }

    /// What a closure makes of each row.
    @inlinable
    package func rows<each Value: SQLiteBindable, T>(
        _ sql: StaticString,
        _ values: repeat each Value,
        as row: (Row) throws -> T
    ) throws -> [T] {
        let statement = try statement(sql)
        return try noting {
            try statement.bind(repeat each values)
            return try collect(statement, row)
        }
    }

    /// What a closure makes of the first row; `nil` when no row exists.
    @inlinable
    package func first<each Value: SQLiteBindable, T>(
        _ sql: StaticString,
        _ values: repeat each Value,
        as row: (Row) throws -> T
    ) throws -> T? {
        let statement = try statement(sql)
        return try noting {
            try statement.bind(repeat each values)
            return try first(statement, row)
        }
    }

    /// Calls a closure with each row.
    @inlinable
    package func forEach<each Value: SQLiteBindable>(
        _ sql: ComposedSQL,
        _ values: repeat each Value,
        do body: (Row) throws -> Void
    ) throws {
        let statement = try statement(sql)
        try noting {
            try statement.bind(repeat each values)
            try visit(statement, body)
        }
    }

    /// What a closure makes of each row.
    @inlinable
    package func rows<each Value: SQLiteBindable, T>(
        _ sql: ComposedSQL,
        _ values: repeat each Value,
        as row: (Row) throws -> T
    ) throws -> [T] {
        let statement = try statement(sql)
        return try noting {
            try statement.bind(repeat each values)
            return try collect(statement, row)
        }
    }

    /// What a closure makes of the first row; `nil` when no row exists.
    @inlinable
    package func first<each Value: SQLiteBindable, T>(
        _ sql: ComposedSQL,
        _ values: repeat each Value,
        as row: (Row) throws -> T
    ) throws -> T? {
        let statement = try statement(sql)
        return try noting {
            try statement.bind(repeat each values)
            return try first(statement, row)
        }
    }

    /// Runs a statement that was put together from fragments to its end.
    package func runDynamic(_ sql: String, _ values: [any SQLiteBindable] = []) throws {
        let statement = try statement(dynamic: sql)
        try noting {
            try statement.bind(all: values)
            while try statement.step() {}
            try statement.reset()
        }
    }

    /// What a closure makes of each row of a statement that was put together from fragments.
    package func rowsDynamic<T>(
        _ sql: String,
        _ values: [any SQLiteBindable] = [],
        as row: (Row) throws -> T
    ) throws -> [T] {
        let statement = try statement(dynamic: sql)
        return try noting {
            try statement.bind(all: values)
            return try collect(statement, row)
        }
    }

    // MARK: The loops

    @inlinable
    func visit(_ statement: Statement, _ body: (Row) throws -> Void) throws {
        do {
            while try statement.step() {
                try body(statement.row)
            }
        } catch {
            statement.clear()
            throw error
        }
        try statement.reset()
    }

    @inlinable
    func collect<T>(_ statement: Statement, _ row: (Row) throws -> T) throws -> [T] {
        var result: [T] = []
        try visit(statement) { result.append(try row($0)) }
        return result
    }

    @inlinable
    func first<T>(_ statement: Statement, _ row: (Row) throws -> T) throws -> T? {
        do {
            let result = try statement.step() ? row(statement.row) : nil
            try statement.reset()
            return result
        } catch {
            statement.clear()
            throw error
        }
    }

    @inlinable
    func noting<R>(_ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch {
            throw noting(error)
        }
    }
}

/// An INSERT that takes rows by the dozen.
///
/// Running a statement costs SQLite about as much as taking ten columns of a row: it begins, opens the table and its
/// indexes, and ends. Rows that share a statement share that cost.
package struct RowsInsertion: Sendable {
    /// Rows in a run. Beyond a few dozen there is little left to share, and each parameter takes memory.
    static let rowsPerRun = 32

    let single: String
    let full: String

    /// Describes the insertion.
    ///
    /// - Parameters:
    ///   - head: Everything up to and including VALUES.
    ///   - row: The values of one row in parentheses, with a plain `?` for each parameter.
    package init(_ head: StaticString, row: StaticString) {
        single = "\(head) \(row)"
        full = "\(head) " + [String](repeating: row.description, count: Self.rowsPerRun).joined(separator: ", ")
    }
}

/// Gives a statement's parameters their values, one after the other.
@usableFromInline
package struct ParameterBinder {
    @usableFromInline let statement: Statement
    @usableFromInline var count: Int32 = 0

    init(_ statement: Statement) {
        self.statement = statement
    }

    /// Binds values to the next parameters.
    ///
    /// - Throws: ``SQLiteError``, of code `SQLITE_RANGE` past the last parameter.
    @inlinable
    package mutating func bind<each Value: SQLiteBindable>(_ values: repeat each Value) throws {
        for value in repeat each values {
            count += 1
            try value.bind(to: statement, at: count)
        }
    }
}

extension Connection {
    /// Inserts rows in the order given; where one is refused, some of the rows before it may be in the table already.
    ///
    /// - Parameters:
    ///   - rows: What the rows are made from.
    ///   - insertion: Where they go.
    ///   - bind: Binds the values of one row.
    /// - Throws: ``SQLiteError``, of ``ResultCode/misuse`` where a row has too few values; what `bind` throws.
    package func insert<Element>(
        _ rows: [Element],
        by insertion: RowsInsertion,
        bind: (Element, inout ParameterBinder) throws -> Void
    ) throws {
        // Between runs the values stay bound: the next values take their place, and mostly their memory.
        let full = rows.count / RowsInsertion.rowsPerRun * RowsInsertion.rowsPerRun
        try run(insertion.full, with: rows[..<full], perRun: RowsInsertion.rowsPerRun, bind)
        try run(insertion.single, with: rows[full...], perRun: 1, bind)
    }

    private func run<Element>(
        _ sql: String,
        with rows: ArraySlice<Element>,
        perRun count: Int,
        _ bind: (Element, inout ParameterBinder) throws -> Void
    ) throws {
        guard !rows.isEmpty else { return }
        let statement = try statement(dynamic: sql)
        // The texts of many rows should not stay in memory until somebody inserts again.
        defer { statement.clear() }
        try noting {
            for start in stride(from: rows.startIndex, to: rows.endIndex, by: count) {
                var binder = ParameterBinder(statement)
                for row in rows[start..<start + count] { try bind(row, &binder) }
                try statement.checkCount(binder.count)
                while try statement.step() {}
                try statement.reset()
            }
        }
    }
}

import HearthSQLite
import Testing

@Suite struct Statements {
    /// A connection of a database in memory, with a table that takes anything.
    private func withConnection(_ body: @Sendable @escaping (Connection) throws -> Void) async throws {
        let database = try Database.notebook()
        try await database.write { notebook in
            try notebook.connection.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, thing ANY) STRICT")
            try body(notebook.connection)
        }
        try await database.close()
    }

    @Test func `a NUL inside a text survives`() async throws {
        try await withConnection { connection in
            try connection.run("INSERT INTO things (thing) VALUES (?1)", "before\0after")
            #expect(try connection.first("SELECT thing FROM things") { $0.string(0) } == "before\0after")
            #expect(try connection.first("SELECT length(CAST(thing AS BLOB)) FROM things") { $0.int(0) } == 12)
        }
    }

    private static let insertion = RowsInsertion("INSERT INTO things (id, thing) VALUES", row: "(?, ?)")

    @Test(arguments: [0, 1, 31, 32, 33, 64, 100])
    func `rows that share statements come in order, each with its values`(count: Int) async throws {
        try await withConnection { connection in
            let rows = (0..<count).map { (id: 1_000 - $0, thing: $0.isMultiple(of: 3) ? nil : "thing \($0)") }
            try connection.insert(rows, by: Self.insertion) { try $1.bind($0.id, $0.thing) }
            let found = try connection.rows("SELECT id, thing FROM things ORDER BY id DESC") { row in
                (id: row.int(0), thing: row.optionalString(1))
            }
            #expect(found.count == count)
            #expect(zip(found, rows).allSatisfy { $0 == $1 })
        }
    }

    @Test func `a row that is refused among others is an error`() async throws {
        try await withConnection { connection in
            let ids = Array(0..<40) + [20]
            let error = #expect(throws: SQLiteError.self) {
                try connection.insert(ids, by: Self.insertion) { try $1.bind($0, "") }
            }
            #expect(error?.resultCode == .constraintPrimaryKey)
            // The connection can go on.
            try connection.insert([50], by: Self.insertion) { try $1.bind($0, "") }
        }
    }

    @Test(arguments: [1, 40]) func `a row with too few or too many values is an error`(count: Int) async throws {
        try await withConnection { connection in
            let rows = Array(0..<count)
            #expect(throws: SQLiteError.self) { try connection.insert(rows, by: Self.insertion) { try $1.bind($0) } }
            #expect(throws: SQLiteError.self) {
                try connection.insert(rows, by: Self.insertion) { try $1.bind($0, 1, 2) }
            }
            let stored = try connection.first("SELECT count(*) FROM things") { $0.int(0) }
            #expect(stored == 0)
        }
    }

    @Test func `an empty blob and an empty text are not NULL`() async throws {
        try await withConnection { connection in
            let types = try connection.first(
                "SELECT typeof(?1), typeof(?2), typeof(?3), typeof(?4)",
                [UInt8](),
                "",
                [UInt8]()[...],
                [UInt8]?.none
            ) { row in (0..<4).map { row.string($0) } }
            #expect(types == ["blob", "text", "blob", "null"])
        }
    }

    @Test(arguments: [Int64.min, -1, 0, 1, .max]) func `an integer comes back`(number: Int64) async throws {
        try await withConnection { connection in
            try connection.run("INSERT INTO things (thing) VALUES (?1)", number)
            #expect(try connection.first("SELECT thing FROM things") { $0.int64(0) } == number)
        }
    }

    @Test func `every type comes back as it went in`() async throws {
        try await withConnection { connection in
            try connection.first(
                "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7",
                1.5,
                true,
                "日本語 🌍 e\u{301}",
                [1, 0, 255] as [UInt8],
                Int64?.none,
                String?.some("text"),
                Int32(-7)
            ) { row in
                #expect(row.double(0) == 1.5)
                #expect(row.bool(1))
                #expect(row.string(2) == "日本語 🌍 e\u{301}")
                #expect(Array(row.string(2).unicodeScalars) == Array("日本語 🌍 e\u{301}".unicodeScalars))
                #expect(row.bytes(3) == [1, 0, 255])
                #expect(row.withBytes(3) { Array($0) } == [1, 0, 255])
                #expect(row.optionalInt64(4) == nil)
                #expect(row.optionalString(5) == "text")
                #expect(row.int32(6) == -7)
            }
        }
    }

    @Test func `the same statement inside a loop over its own rows is another one`() async throws {
        try await withConnection { connection in
            for text in ["one", "two", "three"] {
                try connection.run("INSERT INTO things (thing) VALUES (?1)", text)
            }
            func texts(from id: Int) throws -> [String] {
                try connection.rows("SELECT id, thing FROM things WHERE id >= ?1 ORDER BY id", id) { row in
                    let inner = row.int(0) < 3 ? try texts(from: row.int(0) + 1) : []
                    return row.string(1) + "(" + inner.joined(separator: " ") + ")"
                }
            }
            let all = try texts(from: 1)
            #expect(all == ["one(two(three()) three())", "two(three())", "three()"])
        }
    }

    @Test func `a statement that nobody holds is used again, without its old values`() async throws {
        try await withConnection { connection in
            func statement() throws -> Statement { try connection.statement("SELECT ?1") }
            var held: Statement? = try statement()
            try held?.bind("old")
            let identity = held.map { ObjectIdentifier($0) }
            #expect(try ObjectIdentifier(statement()) != identity)
            held = nil

            // The one that was handed out second is in the cache now.
            let first = try ObjectIdentifier(statement())
            try statement().bind("old")
            let again = try statement()
            #expect(ObjectIdentifier(again) == first)
            #expect(try again.step())
            #expect(again.row.isNull(0))
        }
    }

    @Test func `more texts of dynamic SQL than the cache keeps all work`() async throws {
        try await withConnection { connection in
            for round in 1...2 {
                for number in 0..<200 {
                    let value = try connection.rowsDynamic("SELECT \(number) + ?1", [round]) { $0.int(0) }.first
                    #expect(value == number + round)
                }
            }
        }
    }

    @Test func `a wrong number of values is refused`() async throws {
        try await withConnection { connection in
            #expect(throws: SQLiteError.self) { try connection.run("SELECT ?1, ?2", 1) }
            #expect(throws: SQLiteError.self) { try connection.run("SELECT ?1", 1, 2) }
            #expect(throws: SQLiteError.self) { try connection.runDynamic("SELECT ?1, ?2", [1]) }
        }
    }

    @Test func `an error carries the extended code and the SQL, and not the values`() async throws {
        try await withConnection { connection in
            try connection.run("INSERT INTO notes (text) VALUES (?1)", "a secret")
            let error = #expect(throws: SQLiteError.self) {
                try connection.run("INSERT INTO notes (text) VALUES (?1)", "a secret")
            }
            #expect(error?.extendedCode == 2_067)
            #expect(error?.resultCode == .constraintUnique)
            #expect(error?.resultCode.primary == .constraint)
            #expect(error?.sql == "INSERT INTO notes (text) VALUES (?1)")
            #expect(error?.description.contains("a secret") == false)
        }
    }

    @Test func `an error is caught by its primary or its extended code`() {
        func name(_ code: Int32) -> String {
            do {
                throw SQLiteError(extendedCode: code, message: "")
            } catch ResultCode.constraintUnique {
                return "unique"
            } catch ResultCode.constraint {
                return "constraint"
            } catch ResultCode.busy {
                return "busy"
            } catch {
                return "another"
            }
        }
        #expect([2_067, 787, 5, 261, 1].map(name) == ["unique", "constraint", "busy", "busy", "another"])
    }

    @Test func `a closure that throws ends the loop and leaves the statement clean`() async throws {
        try await withConnection { connection in
            func numbers(failingAt limit: Int) throws -> [Int] {
                try connection.rows("SELECT value FROM json_each('[1, 2, 3]')") { row in
                    guard row.int(0) < limit else { throw Refusal() }
                    return row.int(0)
                }
            }
            #expect(throws: Refusal.self) { try numbers(failingAt: 2) }
            let all = try numbers(failingAt: 9)
            #expect(all == [1, 2, 3])
        }
    }

    @Test func `a savepoint keeps or drops what was written in it`() async throws {
        try await withConnection { connection in
            try connection.savepoint {
                try connection.run("INSERT INTO things (thing) VALUES ('kept')")
                #expect(throws: Refusal.self) {
                    try connection.savepoint {
                        try connection.run("INSERT INTO things (thing) VALUES ('dropped')")
                        throw Refusal()
                    }
                }
            }
            #expect(try connection.rows("SELECT thing FROM things") { $0.string(0) } == ["kept"])
        }
    }

    @Test func `text that is not UTF-8 in the file is read with replacements`() async throws {
        try await withConnection { connection in
            let text = try connection.first("SELECT CAST(x'61ff62' AS TEXT)") { $0.string(0) }
            #expect(text == "a\u{FFFD}b")
        }
    }

    @Test func `double quotes never make a string`() async throws {
        try await withConnection { connection in
            #expect(throws: SQLiteError.self) { try connection.run("SELECT \"no such column\"") }
        }
    }
}

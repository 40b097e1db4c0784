import HearthSQLite
import TestSupport
import Testing

@Suite struct FullText {
    /// Counts phrases the slow way.
    private struct Document {
        let id: Int64
        let words: [String]
        let tags: [String]

        func occurrences(of phrase: [String]) -> UInt16 {
            UInt16(
                [words, tags]
                    .map { column in
                        column.indices.count { column[$0...].starts(with: phrase) }
                    }
                    .reduce(0, +)
            )
        }
    }

    private let vocabulary = ["ash", "birch", "cedar", "elm", "fir"]

    private func documents(_ count: Int, using generator: inout SeededGenerator) -> [Document] {
        (1...count)
            .map { number in
                func words(_ range: ClosedRange<Int>) -> [String] {
                    (0..<Int.random(in: range, using: &generator))
                        .map { _ in vocabulary.randomElement(using: &generator)! }
                }
                return Document(id: Int64(number * 3), words: words(0...12), tags: words(0...3))
            }
    }

    private func index(_ documents: [Document], in database: Database<Notebook>) async throws {
        try await database.write { notebook in
            for document in documents {
                try notebook.connection.run(
                    "INSERT INTO notes_index (rowid, content, tags) VALUES (?1, ?2, ?3)",
                    document.id,
                    document.words.joined(separator: " "),
                    document.tags.joined(separator: " ")
                )
            }
        }
    }

    @Test func `the counts of each phrase are those of a slow count`() async throws {
        var generator = SeededGenerator()
        let documents = documents(300, using: &generator)
        let database = try Database.notebook(.temporary)
        try await index(documents, in: database)

        for _ in 0..<40 {
            let phrases = (0..<Int.random(in: 1...4, using: &generator))
                .map { _ in
                    (0..<Int.random(in: 1...3, using: &generator))
                        .map { _ in
                            (vocabulary + ["gone"]).randomElement(using: &generator)!
                        }
                }
            let expression = phrases.map { "\"" + $0.joined(separator: " ") + "\"" }.joined(separator: " OR ")
            let postings = try database.read { connection in
                try connection.merged(index: "notes_index", matching: expression, phraseCount: phrases.count)
            }
            let expected = documents.map { document in (document.id, phrases.map(document.occurrences)) }
                .filter { $0.1.contains { $0 > 0 } }
            #expect(postings.rowIDs == expected.map(\.0), "\(expression)")
            #expect(postings.counts == expected.flatMap(\.1), "\(expression)")
        }
        try await database.close()
    }

    @Test func `a column filter and a prefix hold inside a phrase`() async throws {
        let database = try Database.notebook(.temporary)
        try await database.write { notebook in
            for (id, content, tags) in [(1, "ash birch", "cedar"), (2, "cedar", ""), (3, "certain cedar", "")] {
                try notebook.connection.run(
                    "INSERT INTO notes_index (rowid, content, tags) VALUES (?1, ?2, ?3)",
                    id,
                    content,
                    tags
                )
            }
        }
        let postings = try database.read { connection in
            try connection.merged(
                index: "notes_index",
                matching: "content : \"cedar\" OR \"ce\" *",
                phraseCount: 2
            )
        }
        #expect(postings.rowIDs == [1, 2, 3])
        #expect(postings.counts == [0, 1, 1, 1, 1, 2])
        try await database.close()
    }

    @Test func `no match gives no rows, and a wrong number of phrases an error`() async throws {
        let database = try Database.notebook()
        try await database.add("ash birch")
        try database.read { connection in
            let nothing = try connection.merged(index: "notes_index", matching: "\"gone\"", phraseCount: 1)
            #expect(nothing.rowIDs.isEmpty && nothing.counts.isEmpty)
            for count in [1, 3] {
                #expect(
                    performing: {
                        try connection.merged(
                            index: "notes_index",
                            matching: "ash OR birch",
                            phraseCount: count
                        )
                    },
                    throws: { ResultCode.misuse ~= $0 }
                )
            }
            #expect(throws: SQLiteError.self) {
                try connection.merged(index: "notes_index", matching: "\"", phraseCount: 1)
            }
        }
    }

    @Test func `counts beyond sixteen bits stay at the greatest`() async throws {
        let database = try Database.notebook()
        try await database.add(String(repeating: "ash ", count: 70_000))
        let postings = try database.read { connection in
            try connection.merged(index: "notes_index", matching: "ash", phraseCount: 1)
        }
        #expect(postings.counts == [.max])
    }

    @Test func `rows deferred to the end of the group are in the index, those of failed operations are not`()
        async throws
    {
        let database = try Database.notebook(.temporary)
        _ = await database.together(
            { _ = try $0.add("ash") },
            { notebook in
                try notebook.add("ash never")
                throw Refusal()
            },
            { _ = try $0.add("ash birch") }
        )
        let postings = try database.read { connection in
            try connection.merged(index: "notes_index", matching: "ash OR never", phraseCount: 2)
        }
        #expect(postings.counts == [1, 0, 1, 0])
        try await database.write { notebook in
            try notebook.connection.run("INSERT INTO notes_index (notes_index) VALUES ('integrity-check')")
        }
        try await database.close()
    }
}

extension Connection {
    /// The rows that have any phrase, ascending, and how often each phrase occurs in each: the counts of a row side by side.
    fileprivate func merged(
        index: StaticString,
        matching expression: String,
        phraseCount: Int
    ) throws -> (rowIDs: [Int64], counts: [UInt16]) {
        let postings = try withPostings(index: index, matching: expression, phraseCount: phraseCount) { $0 }
        var counts: [Int64: [UInt16]] = [:]
        for phrase in 0..<phraseCount {
            for place in postings.rows(of: phrase) {
                let row = postings.rowIDs[place]
                counts[row, default: Array(repeating: 0, count: phraseCount)][phrase] = postings.counts[place]
            }
        }
        let rows = counts.keys.sorted()
        return (rows, rows.flatMap { counts[$0] ?? [] })
    }
}

import CSQLite
import Foundation

/// The rows that the engine wrote, vectors included, to be written again by bare calls into a new file of the same
/// schema.
struct Replay {
    private static let tables = ["memories", "documents"]
    /// What those rows refer to.
    private static let context = ["store", "users", "agents", "categories", "sessions", "models"]

    private let source: String
    private let schema: [String]
    private let columns: [[String]]
    /// By memory, then table.
    private let rows: [[[BareValue]]]
    private let words: [(document: Int64, content: String)]
    /// By memory; nil where one has none.
    private let vectors: [Vector?]

    /// A vector's slot in its block.
    private struct Vector {
        var block: Int64
        var user: Int64
        var model: Int64
        var slot: Int
        var blockSize: Int
        var bytes: ArraySlice<UInt8>
    }

    /// Reads the rows of a closed store.
    init(path: String) throws {
        source = path
        let floor = try BareConnection(path: path)
        schema = try floor.texts(
            """
            SELECT sql FROM sqlite_schema
            WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
                AND name NOT LIKE 'memory\\_index\\_%' ESCAPE '\\'
            ORDER BY type = 'view', type = 'index'
            """
        )
        var byTable: [[[BareValue]]] = []
        var columns: [[String]] = []
        for (table, order) in zip(Self.tables, ["memory_key", "document_key"]) {
            // Without the columns that are computed from others.
            let names = try floor.texts("SELECT name FROM pragma_table_info('\(table)')")
            columns.append(names)
            byTable.append(try floor.rows("SELECT \(names.joined(separator: ", ")) FROM \(table) ORDER BY \(order)"))
        }
        self.columns = columns
        rows = byTable[0].indices.map { index in byTable.map { $0[index] } }
        words = try Self.words(floor)
        vectors = try Self.vectors(floor)
    }

    /// The indexed words of every document, in order.
    private static func words(_ floor: BareConnection) throws -> [(document: Int64, content: String)] {
        var words: [Int64: [(offset: Int64, term: String)]] = [:]
        let vocabulary = try floor.prepare("SELECT doc, offset, term FROM memory_words WHERE col = 'content'")
        while try vocabulary.step() {
            let place = sqlite3_column_int64(vocabulary.handle, 1)
            let term = String(cString: sqlite3_column_text(vocabulary.handle, 2))
            words[sqlite3_column_int64(vocabulary.handle, 0), default: []].append((place, term))
        }
        return words.sorted { $0.key < $1.key }
            .map { document, terms in
                (document, terms.sorted { $0.offset < $1.offset }.map(\.term).joined(separator: " "))
            }
    }

    private static func vectors(_ floor: BareConnection) throws -> [Vector?] {
        var blocks: [Int64: [UInt8]] = [:]
        for row in try floor.rows("SELECT block_key, data FROM vector_blocks") {
            if case .integer(let key) = row[0], case .blob(let data) = row[1] { blocks[key] = data }
        }
        let places = try floor.rows(
            """
            SELECT d.block_key, d.user_key, d.model_key, d.block_slot, m.dimension
            FROM documents AS d LEFT JOIN models AS m ON m.model_key = d.model_key ORDER BY d.document_key
            """
        )
        return places.map { row in
            guard case .integer(let block) = row[0], case .integer(let user) = row[1],
                case .integer(let model) = row[2], case .integer(let slot) = row[3],
                case .integer(let dimension) = row[4], let data = blocks[block]
            else { return nil }
            // The distance to the document's key and a scale lead the components.
            let size = 7 + Int(dimension)
            return Vector(
                block: block,
                user: user,
                model: model,
                slot: Int(slot),
                blockSize: data.count,
                bytes: data[Int(slot) * size..<(Int(slot) + 1) * size]
            )
        }
    }

    /// Makes a file and writes everything into it, with so many memories to a transaction.
    ///
    /// - Returns: Seconds.
    func write(into path: String, perTransaction: Int) throws -> Double {
        let floor = try BareConnection(path: path)
        for statement in schema { try floor.execute(statement) }
        try floor.execute("ATTACH '\(source)' AS source")
        for table in Self.context { try floor.execute("INSERT INTO main.\(table) SELECT * FROM source.\(table)") }
        try floor.execute("DETACH source")
        let inserts = try zip(Self.tables, columns)
            .map { table, columns in
                let places = columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
                return try floor.prepare(
                    "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(places))"
                )
            }
        let index = try floor.prepare("INSERT INTO memory_index (rowid, content, tags) VALUES (?1, ?2, '')")
        let state = try floor.prepare("UPDATE store SET sequence = sequence + 1, next_row = ?1")
        let vectorWriter = try VectorReplay(floor)
        return try Stopwatch.seconds {
            for start in stride(from: 0, to: rows.count, by: perTransaction) {
                let end = min(start + perTransaction, rows.count)
                try floor.execute("BEGIN IMMEDIATE")
                for memory in start..<end {
                    for (insert, row) in zip(inserts, rows[memory]) { try insert.run(row) }
                }
                for word in words[start..<end] { try index.run([.integer(word.document), .text(word.content)]) }
                for vector in vectors[start..<end] {
                    guard let vector else { continue }
                    try vectorWriter.add(
                        vector.bytes,
                        to: vector.block,
                        size: vector.blockSize,
                        slot: vector.slot,
                        user: vector.user,
                        model: vector.model
                    )
                }
                try vectorWriter.finish()
                try state.run([.integer(Int64(end))])
                try floor.execute("COMMIT")
            }
        }
    }
}

/// Writes vectors into blocks; neighbours are written together.
private final class VectorReplay {
    private let floor: BareConnection
    private let insertBlock: BareStatement
    private let insertState: BareStatement
    private let updateState: BareStatement
    private var known: Set<Int64> = []
    private var run: (block: Int64, offset: Int, used: Int, bytes: [UInt8])?

    init(_ floor: BareConnection) throws {
        self.floor = floor
        insertBlock = try floor.prepare("INSERT INTO vector_blocks VALUES (?1, zeroblob(?2))")
        insertState = try floor.prepare("INSERT INTO vector_block_states VALUES (?1, ?2, ?3, 0, 0)")
        updateState = try floor.prepare("UPDATE vector_block_states SET used = ?2 WHERE block_key = ?1")
    }

    func add(_ bytes: ArraySlice<UInt8>, to block: Int64, size: Int, slot: Int, user: Int64, model: Int64) throws {
        if known.insert(block).inserted {
            try insertBlock.run([.integer(block), .integer(Int64(size))])
            try insertState.run([.integer(block), .integer(user), .integer(model)])
        }
        let offset = slot * bytes.count
        if let run, run.block == block, run.offset + run.bytes.count == offset {
            self.run?.bytes += bytes
            self.run?.used = slot + 1
        } else {
            try finish()
            run = (block, offset, slot + 1, Array(bytes))
        }
    }

    func finish() throws {
        guard let run else { return }
        self.run = nil
        var blob: OpaquePointer?
        defer { sqlite3_blob_close(blob) }
        guard sqlite3_blob_open(floor.handle, "main", "vector_blocks", "data", run.block, 1, &blob) == SQLITE_OK,
            sqlite3_blob_write(blob, run.bytes, Int32(run.bytes.count), Int32(run.offset)) == SQLITE_OK
        else { throw FloorError(message: String(cString: sqlite3_errmsg(floor.handle))) }
        try updateState.run([.integer(run.block), .integer(Int64(run.used))])
    }
}

extension BareConnection {
    fileprivate func rows(_ sql: String) throws -> [[BareValue]] {
        let statement = try prepare(sql)
        var rows: [[BareValue]] = []
        while try statement.step() { rows.append(statement.row) }
        return rows
    }

    fileprivate func texts(_ sql: String) throws -> [String] {
        try rows(sql)
            .compactMap { row in
                guard case .text(let text) = row[0] else { return nil }
                return text
            }
    }
}

import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// How many more results than asked for are looked at: those that repeat others make room for them.
    private static let spareResults = 16
    /// The most results that are looked at to tell what repeats, unless more are asked for, and how many times more are
    /// looked at when those seen so far repeat others.
    private static let mostResults = 400
    private static let deepening = 4
    /// The most that are looked at while copies leave places free. Of a text that is stored more often, the rest is not
    /// counted.
    private static let mostCopies = 25_600

    /// The groups that answer a request, best first.
    ///
    /// - Parameters:
    ///   - request: What is looked for.
    ///   - user: Whose documents.
    ///   - slice: What the agent sees.
    ///   - vectors: The vectors of the slice's documents; nil where meaning does not count.
    ///   - snapshot: What the read sees.
    ///   - top: The best results, as many as it is told or all; best first.
    func uncrowded(
        _ request: SearchRequest,
        user: Int64,
        slice: VisibleSlice,
        vectors: VectorIndex?,
        in snapshot: Snapshot,
        top: (Int) throws -> [Ranked]
    ) throws -> [Crowding.Group] {
        let minimum = request.filter.minimumScore ?? 0
        let isHybrid = request.words != nil && vectors != nil
        var depth = request.limit + Self.spareResults
        var compared = ComparedResults(user: user, vectors: vectors, connection: snapshot.connection)
        while true {
            let good = try top(depth).filter { $0.score >= minimum }
            try compared.take(good.map { slice.catalog.entries[$0.slot].document })
            let crowding = try Crowding(
                good,
                threshold: isHybrid ? request.tuning.nearCopyThreshold : SearchTuning.noThreshold,
                dropping: request.tuning.duplicateThreshold,
                cosine: { compared.cosine($0, $1) },
                text: { try compared.text(at: $0) }
            )
            let isFilled = crowding.front.count + crowding.back.count >= request.limit
            let isWhole = good.count < depth || depth >= (isFilled ? Self.mostResults : Self.mostCopies)
            let isSettled = crowding.front.count >= request.limit && crowding.lastCopy < good.count / 2
            if isWhole || isSettled { return Array(crowding.ordered.prefix(request.limit)) }
            depth *= Self.deepening
        }
    }

    /// The identifier of a memory that the agent has been found to see.
    func identifier(ofMemory key: Int64, in snapshot: Snapshot) throws -> MemoryID {
        let id = try snapshot.connection.first(
            "SELECT identifier FROM memories WHERE memory_key = ?1",
            key,
            as: { $0.memoryID(0) }
        )
        guard let id else { throw MemoryError.corrupt("A document is of a memory that is not there.") }
        return id
    }
}

/// The texts and vectors of the results that one search compares.
private struct ComparedResults {
    private let user: Int64
    private let vectors: VectorIndex?
    private let connection: Connection
    private var documents: [Int64] = []
    /// The row of each result's vector.
    private var rows: [Int?] = []
    /// The texts that were compared so far, so that each is read once.
    private var texts: [Int64: String] = [:]

    init(user: Int64, vectors: VectorIndex?, connection: Connection) {
        self.user = user
        self.vectors = vectors
        self.connection = connection
    }

    /// Takes in the documents of a ranked list in place of what it held.
    mutating func take(_ documents: [Int64]) throws {
        self.documents = documents
        guard let vectors else { return }
        rows = try documents.map { try vectors.row(of: $0, user: user, in: connection) }
    }

    func cosine(_ left: Int, _ right: Int) -> Float? {
        guard let vectors, let left = rows[left], let right = rows[right] else { return nil }
        return vectors.cosine(ofRows: left, right)
    }

    mutating func text(at place: Int) throws -> String {
        let document = documents[place]
        if let held = texts[document] { return held }
        let text = try DocumentTable.content(of: document, user: user, in: connection) ?? ""
        texts[document] = text
        return text
    }
}

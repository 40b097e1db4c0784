import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// How many more results than asked for are looked at: those that repeat others make room for them.
    private static let spareResults = 16
    /// The most results that are looked at, unless more are asked for, and how many times more are looked at when those
    /// seen so far repeat others. Of a text that is stored more often, the rest is not counted.
    private static let mostResults = 400
    private static let deepening = 4

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
        while true {
            let good = try top(depth).filter { $0.score >= minimum }
            var compared = try ComparedResults(
                good.map { slice.catalog.entries[$0.slot].document },
                user: user,
                vectors: vectors,
                snapshot: snapshot
            )
            let crowding = try Crowding(
                good,
                threshold: isHybrid ? request.tuning.nearCopyThreshold : SearchTuning.noThreshold,
                dropping: request.tuning.duplicateThreshold,
                cosine: { compared.cosine($0, $1) },
                areEqual: { try compared.areEqual($0, $1) }
            )
            let isWhole = good.count < depth || depth >= Self.mostResults
            let isSettled = crowding.front.count >= request.limit && crowding.lastCopy < good.count / 2
            if isWhole || isSettled { return Array(crowding.ordered.prefix(request.limit)) }
            depth *= Self.deepening
        }
    }

    /// How far the text of a document is trusted that the agent has been found to see.
    func trust(of entry: DocumentEntry, in snapshot: Snapshot) throws -> Double {
        let connection = snapshot.connection
        let published = try connection.first(
            "SELECT provenance FROM memories WHERE memory_key = ?1",
            entry.memory,
            as: { try StoredProvenance.read($0, 0) }
        )
        guard let published else { throw MemoryError.corrupt("A document is of a memory that is not there.") }
        guard entry.isDraft,
            let draft = try DraftTable.find(memory: entry.memory, agent: entry.agent, in: connection)
        else { return published.trust }
        return draft.change.provenance(over: published).trust
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
    private let documents: [Int64]
    private let user: Int64
    private let vectors: VectorIndex?
    private let snapshot: Snapshot
    /// The row of each result's vector.
    private let rows: [Int?]
    /// The texts that were compared so far, so that each is read once.
    private var texts: [Int: String] = [:]

    init(_ documents: [Int64], user: Int64, vectors: VectorIndex?, snapshot: Snapshot) throws {
        self.documents = documents
        self.user = user
        self.vectors = vectors
        self.snapshot = snapshot
        rows = try documents.map { try vectors?.row(of: $0, user: user, in: snapshot.connection) }
    }

    func cosine(_ left: Int, _ right: Int) -> Float? {
        guard let vectors, let left = rows[left], let right = rows[right] else { return nil }
        return vectors.cosine(ofRows: left, right)
    }

    /// Equal by canonical equivalence.
    mutating func areEqual(_ left: Int, _ right: Int) throws -> Bool {
        try text(at: left) == text(at: right)
    }

    private mutating func text(at place: Int) throws -> String {
        if let held = texts[place] { return held }
        let text = try DocumentTable.content(of: documents[place], user: user, in: snapshot) ?? ""
        texts[place] = text
        return text
    }
}

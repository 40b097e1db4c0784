import CVectorKernels
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
            let compared = try ComparedResults(
                good.map { slice.catalog.entries[$0.slot] },
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
            let draft = try DraftTable.find(memory: entry.memory, agent: entry.agent, in: snapshot)
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
private final class ComparedResults {
    private let entries: [DocumentEntry]
    private let user: Int64
    private let snapshot: Snapshot
    /// The texts that were compared so far, so that each is read once.
    private var texts: [Int: String] = [:]
    /// The vectors of the results, side by side; the scale of a result without one is nil.
    private let components: [Int8]
    private let scales: [Float?]
    private let dimension: Int
    /// The dot products of one result's vector and those of all before it. They are asked for some hundred times, and only
    /// by the search that made this.
    @exclusivity(unchecked) private var products: [Int32]
    @exclusivity(unchecked) private var placeOfProducts = -1

    init(_ entries: [DocumentEntry], user: Int64, vectors: VectorIndex?, snapshot: Snapshot) throws {
        self.entries = entries
        self.user = user
        self.snapshot = snapshot
        dimension = vectors?.model.dimension ?? 0
        products = Array(repeating: 0, count: entries.count)
        guard let vectors else {
            (components, scales) = ([], Array(repeating: nil, count: entries.count))
            return
        }
        let rows = try entries.map { try vectors.row(of: $0.document, user: user, in: snapshot.connection) }
        scales = rows.map { row in row.map { vectors.scales[$0] } }
        // A result without a vector has the first one's in its place, which nobody asks for.
        components = vectors.documents.isEmpty ? [] : vectors.components(ofRows: rows.map { $0 ?? 0 })
    }

    /// The cosine of a result and one before it; nil if either has no vector.
    func cosine(_ place: Int, _ earlier: Int) -> Float? {
        guard let scale = scales[place], let otherScale = scales[earlier] else { return nil }
        if placeOfProducts != place {
            components.withUnsafeBufferPointer { components in
                guard let start = components.baseAddress else { return }
                hearth_dot_i8_rows(start + place * dimension, start, place, dimension, &products)
            }
            placeOfProducts = place
        }
        return Float(products[earlier]) * scale * otherScale
    }

    /// Equal by canonical equivalence.
    func areEqual(_ left: Int, _ right: Int) throws -> Bool {
        try text(at: left) == text(at: right)
    }

    private func text(at place: Int) throws -> String {
        if let held = texts[place] { return held }
        let text = try DocumentTable.content(of: entries[place], user: user, in: snapshot) ?? ""
        texts[place] = text
        return text
    }
}

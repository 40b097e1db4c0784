import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// How many more results than asked for are looked at: those that repeat others make room for them.
    static let spareResults = 16
    /// The most results that are looked at, and the factor by which there are more if those looked at all repeat others.
    private static let mostResults = 2_000
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
        vectors: CatalogVectors?,
        in snapshot: Snapshot,
        top: (Int) throws -> [Ranked]
    ) throws -> [Crowding.Group] {
        let minimum = request.filter.minimumScore ?? 0
        let isHybrid = request.words != nil && vectors != nil
        var texts = ComparedTexts(user: user, slice: slice, vectors: vectors?.index, connection: snapshot.connection)
        var depth = request.limit + Self.spareResults
        while true {
            let candidates = try top(depth)
            let good = candidates.prefix { $0.score >= minimum }
            let crowding = try Crowding(
                Array(good),
                threshold: isHybrid ? request.tuning.nearCopyThreshold : SearchTuning.noThreshold,
                dropping: request.tuning.duplicateThreshold,
                cosine: { try texts.cosine($0, $1) },
                areEqual: { try texts.areEqual($0, $1) }
            )
            let isWhole = good.count < depth || depth >= Self.mostResults
            let isSettled = crowding.front.count >= request.limit && crowding.lastCopy < good.count / 2
            if isWhole || isSettled { return Array((crowding.front + crowding.back).prefix(request.limit)) }
            depth *= Self.deepening
        }
    }
}

/// The texts and vectors of the slots that one search compares, each read once.
private struct ComparedTexts {
    let user: Int64
    let slice: VisibleSlice
    let vectors: VectorIndex?
    let connection: Connection
    private var vectorOfSlot: [Int: QuantizedVector?] = [:]
    private var textOfSlot: [Int: String] = [:]

    init(user: Int64, slice: VisibleSlice, vectors: VectorIndex?, connection: Connection) {
        self.user = user
        self.slice = slice
        self.vectors = vectors
        self.connection = connection
    }

    mutating func cosine(_ left: Int, _ right: Int) throws -> Float? {
        guard let left = try vector(of: left), let right = try vector(of: right) else { return nil }
        return left.dot(right)
    }

    /// Equal by canonical equivalence.
    mutating func areEqual(_ left: Int, _ right: Int) throws -> Bool {
        try text(of: left) == text(of: right)
    }

    private mutating func vector(of slot: Int) throws -> QuantizedVector? {
        if let held = vectorOfSlot[slot] { return held }
        let document = slice.catalog.entries[slot].document
        let vector = try vectors?.vector(of: document, user: user, in: connection)
        vectorOfSlot[slot] = .some(vector)
        return vector
    }

    private mutating func text(of slot: Int) throws -> String {
        if let held = textOfSlot[slot] { return held }
        let document = slice.catalog.entries[slot].document
        let text = try DocumentTable.content(of: document, user: user, in: connection) ?? ""
        textOfSlot[slot] = text
        return text
    }
}

import CVectorKernels
import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite
import HearthText

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
        let compared = ComparedResults(user: user, vectors: vectors, snapshot: snapshot) { entry in
            try self.catalogs.content(of: entry, user: user, at: slice.catalog, in: snapshot) ?? ""
        }
        let asked = TellingWords.Query(request.words)
        while true {
            let good = try top(depth).filter { $0.score >= minimum }
            try compared.take(good.map { slice.catalog.entries[$0.slot] })
            let crowding = try Crowding(
                good,
                threshold: isHybrid ? request.tuning.nearCopyThreshold : SearchTuning.noThreshold,
                dropping: request.tuning.duplicateThreshold,
                cosine: { compared.cosine($0, $1) },
                difference: { try compared.words(at: $0).difference(from: compared.words(at: $1), asked: asked) },
                isNumbered: { try !asked.hasNumbers && compared.differByNumbers($0, $1) },
                text: { try compared.text(at: $0) }
            )
            let isFilled = crowding.front.count + crowding.back.count >= request.limit
            let isWhole = good.count < depth || depth >= (isFilled ? Self.mostResults : Self.mostCopies)
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
    private let user: Int64
    private let vectors: VectorIndex?
    private let snapshot: Snapshot
    private let read: (DocumentEntry) throws -> String
    private var entries: [DocumentEntry] = []
    /// The texts that were compared so far, so that each is read once.
    private var texts: [Int64: String] = [:]
    private var words: [Int64: TellingWords] = [:]
    /// Of the texts that were asked for, by place.
    private var patterns: [NumberedPattern??] = []
    /// The vectors of the results, side by side; the scale of a result without one is nil.
    private var components: [Int8] = []
    private var scales: [Float?] = []
    private let dimension: Int
    /// The dot products of one result's vector and those of all before it. They are asked for some hundred times, and only
    /// by the search that made this.
    @exclusivity(unchecked) private var products: [Int32] = []
    @exclusivity(unchecked) private var placeOfProducts = -1

    /// - Parameter read: Reads the text of a document.
    init(
        user: Int64,
        vectors: VectorIndex?,
        snapshot: Snapshot,
        read: @escaping (DocumentEntry) throws -> String
    ) {
        self.user = user
        self.read = read
        self.vectors = vectors
        self.snapshot = snapshot
        dimension = vectors?.model.dimension ?? 0
    }

    /// Takes in the documents of a ranked list in place of what it held.
    func take(_ entries: [DocumentEntry]) throws {
        self.entries = entries
        products = Array(repeating: 0, count: entries.count)
        patterns = Array(repeating: nil, count: entries.count)
        placeOfProducts = -1
        guard let vectors else {
            scales = Array(repeating: nil, count: entries.count)
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

    func text(at place: Int) throws -> String {
        let entry = entries[place]
        if let held = texts[entry.document] { return held }
        let text = try read(entry)
        texts[entry.document] = text
        return text
    }

    /// What sets the text of a result apart from others like it.
    func words(at place: Int) throws -> TellingWords {
        let document = entries[place].document
        if let held = words[document] { return held }
        let found = TellingWords(of: try text(at: place))
        words[document] = found
        return found
    }
    /// Whether the texts of two results are equal but for their numbers.
    ///
    /// The texts are read only where they have about as many words.
    func differByNumbers(_ place: Int, _ earlier: Int) throws -> Bool {
        let (length, other) = (Int(entries[place].length), Int(entries[earlier].length))
        guard abs(length - other) <= 2 + length / 4, let pattern = try pattern(at: place) else { return false }
        return try self.pattern(at: earlier) == pattern
    }

    /// The text of a result without its numbers; nil if it has none.
    private func pattern(at place: Int) throws -> NumberedPattern? {
        if let held = patterns[place] { return held }
        let found = NumberedPattern(of: try text(at: place))
        patterns[place] = .some(found)
        return found
    }
}

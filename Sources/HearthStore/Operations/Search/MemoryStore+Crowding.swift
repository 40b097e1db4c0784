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
        let hasVectors = vectors?.documents.isEmpty == false
        var depth = request.limit + Self.spareResults
        let compared = ComparedResults(
            user: user,
            vectors: vectors,
            snapshot: snapshot,
            known: { self.catalogs.knownContents(of: $0, user: user, at: slice.catalog) },
            read: { try DocumentTable.content(of: $0, user: user, in: snapshot) ?? "" }
        )
        let asked = TellingWords.Query(request.words)
        while true {
            let good = try top(depth).filter { $0.score >= minimum }
            try compared.take(good.map { slice.catalog.entries[$0.slot] })
            let crowding = try Crowding(
                good,
                threshold: isHybrid ? request.tuning.nearCopyThreshold : SearchTuning.noThreshold,
                dropping: request.tuning.duplicateThreshold,
                cosines: hasVectors ? { compared.setCosines(of: $0, withFirst: $1, in: &$2) } : nil,
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
    /// What is known of the text of a result, so that it is read once.
    private struct Text {
        var content: String?
        var words: TellingWords?
        var pattern: NumberedPattern??
    }

    private let user: Int64
    private let vectors: VectorIndex?
    private let snapshot: Snapshot
    private let known: (ArraySlice<DocumentEntry>) -> [String?]
    private let read: (DocumentEntry) throws -> String
    private var entries: [DocumentEntry] = []
    private var texts: [Text] = []
    /// Up to which place texts were looked for in memory.
    private var lookedFor = 0
    /// The vectors of the results, side by side; the scale of a result without one is not a number.
    private var components: [Int8] = []
    private var scales: [Float] = []
    private let dimension: Int
    private var products: [Int32] = []

    /// So many texts are looked for in memory at once: those of a short list.
    private static let stretch = 32

    /// - Parameters:
    ///   - known: The texts of documents, as far as they are in memory.
    ///   - read: Reads the text of a document.
    init(
        user: Int64,
        vectors: VectorIndex?,
        snapshot: Snapshot,
        known: @escaping (ArraySlice<DocumentEntry>) -> [String?],
        read: @escaping (DocumentEntry) throws -> String
    ) {
        self.user = user
        self.known = known
        self.read = read
        self.vectors = vectors
        self.snapshot = snapshot
        dimension = vectors?.model.dimension ?? 0
    }

    /// Takes in the documents of a ranked list in place of what it held.
    func take(_ entries: [DocumentEntry]) throws {
        let same = zip(self.entries, entries).prefix { $0.document == $1.document }.count
        texts.removeSubrange(same...)
        texts.append(contentsOf: repeatElement(Text(), count: entries.count - same))
        self.entries = entries
        lookedFor = min(lookedFor, same)
        guard let vectors else { return }
        let rows = try entries.map { try vectors.row(of: $0.document, user: user, in: snapshot.connection) }
        scales = rows.map { row in row.map { vectors.scales[$0] } ?? .nan }
        products = Array(repeating: 0, count: entries.count)
        // A result without a vector has the first one's in its place, which nobody asks for.
        components = vectors.documents.isEmpty ? [] : vectors.components(ofRows: rows.map { $0 ?? 0 })
    }

    /// Sets the cosines of a result and the first of those before it; not a number where either has no vector.
    func setCosines(of place: Int, withFirst count: Int, in cosines: inout [Float]) {
        precondition(components.count == entries.count * dimension, "vectors were compared where there are none")
        components.withUnsafeBufferPointer { components in
            guard let start = components.baseAddress else { return }
            hearth_dot_i8_rows(start + place * dimension, start, count, dimension, &products)
        }
        let scale = scales[place]
        cosines.removeAll(keepingCapacity: true)
        for earlier in 0..<count { cosines.append(Float(products[earlier]) * scale * scales[earlier]) }
    }

    func text(at place: Int) throws -> String {
        if let held = texts[place].content { return held }
        if place >= lookedFor {
            let places = lookedFor..<min(place + Self.stretch, entries.count)
            for (place, content) in zip(places, known(entries[places])) { texts[place].content = content }
            lookedFor = places.upperBound
            if let held = texts[place].content { return held }
        }
        let content = try read(entries[place])
        texts[place].content = content
        return content
    }

    /// What sets the text of a result apart from others like it.
    func words(at place: Int) throws -> TellingWords {
        if let held = texts[place].words { return held }
        let found = TellingWords(of: try text(at: place))
        texts[place].words = found
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
        if let held = texts[place].pattern { return held }
        let found = NumberedPattern(of: try text(at: place))
        texts[place].pattern = .some(found)
        return found
    }
}

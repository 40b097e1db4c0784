import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite
import HearthText

/// Finds memories that say the same as one memory, through the word index.
struct DuplicateFinder {
    /// How many words are looked for together: enough for few memories to have them all.
    private static let wordsTogether = 12
    /// Into how many groups the words are divided for near duplicates. Two texts that differ in fewer words have one
    /// group in common.
    private static let groups = 3
    /// How many memories each search may give.
    private static let found = 32

    let snapshot: Snapshot
    let rules: DuplicateRules

    private var connection: Connection { snapshot.connection }

    /// The fold that a memory is part of; nil if it has no duplicate, or one that somebody works on.
    func fold(of memory: AgedMemory, excluding taken: Set<Int64> = []) throws -> DuplicateRules.Fold? {
        guard rules.policy.folding != .none, let subject = try compared(memory) else { return nil }
        for key in try candidates(for: subject) where key != memory.key && !taken.contains(key) {
            guard let other = try AgedMemory.find(key, in: connection), other.owner == memory.owner,
                let candidate = try compared(other)
            else { continue }
            let fold = try rules.fold(subject, candidate) { try cosine(memory.key, key, user: memory.user) }
            if let fold, try haveSameAudience(memory, other) { return fold }
        }
        return nil
    }

    /// A memory that may be folded: live, plain, not worked on, and never unfolded by a person.
    private func compared(_ memory: AgedMemory) throws -> ComparedMemory? {
        guard !memory.isDeleted, !memory.isSensitive, !memory.isExpired(at: snapshot.clock.now()),
            try !memory.isInUse(at: snapshot.clock.bootInstant, in: connection),
            try !AgeTable.isKeptApart(memory.key, in: connection),
            let record = try readable(memory.key), !record.fields.content.isBlank
        else { return nil }
        return ComparedMemory(
            memory: memory,
            fields: record.fields,
            parent: record.parentID,
            canonical: ContentDigest.canonical(record.fields.content)
        )
    }

    /// A live memory; nil if it is damaged.
    private func readable(_ key: Int64) throws -> MemoryRecord? {
        do {
            return try MemoryRecord.find(key: key, in: snapshot)
        } catch let error as MemoryError where error.code == .storeCorrupt {
            return nil
        }
    }

    /// The memories whose texts have many words in common with one.
    private func candidates(for subject: ComparedMemory) throws -> [Int64] {
        let document = AnalyzedDocument(content: subject.fields.content, tags: [])
        let words = Set(document.words(user: subject.memory.user).content.split(separator: " ").map(String.init))
            .sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
        guard !words.isEmpty else { return [] }
        var searches = [Array(words.prefix(Self.wordsTogether))]
        if rules.policy.folding == .near, words.count >= Self.groups {
            searches += (0..<Self.groups)
                .map { group in
                    words.indices.filter { $0 % Self.groups == group }.prefix(Self.wordsTogether).map { words[$0] }
                }
        }
        var found: [Int64] = []
        for search in searches {
            let query = search.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: " AND ")
            found += try connection.rows(
                "SELECT rowid FROM memory_index WHERE memory_index MATCH ?1 ORDER BY rowid DESC LIMIT ?2",
                "content : (\(query))",
                Self.found,
                as: { $0.int64(0) }
            )
        }
        var known: Set<Int64> = []
        return found.filter { known.insert($0).inserted }
    }

    /// Whether every agent sees both or neither, and may do the same with both.
    private func haveSameAudience(_ first: AgedMemory, _ second: AgedMemory) throws -> Bool {
        guard let left = try MemoryRecord.find(key: first.key, in: snapshot),
            let right = try MemoryRecord.find(key: second.key, in: snapshot)
        else { return false }
        return try snapshot.directory.agents.allSatisfy { agent in
            switch (try snapshot.standing(of: agent, to: left), try snapshot.standing(of: agent, to: right)) {
            case (.owner, .owner), (.none, .none): true
            case (.shared(let one), .shared(let other)): one.permission == other.permission
            default: false
            }
        }
    }

    /// The cosine of the vectors of two memories; nil if they have none of the same model.
    private func cosine(_ first: Int64, _ second: Int64, user: Int64) throws -> Double? {
        guard let left = try vector(of: first, user: user), let right = try vector(of: second, user: user),
            left.model == right.model
        else { return nil }
        return Double(left.vector.dot(right.vector))
    }

    private func vector(of document: Int64, user: Int64) throws -> (model: Int64, vector: QuantizedVector)? {
        guard let place = try VectorTable.place(document: document, user: user, in: connection), !place.isSealed else {
            return nil
        }
        let size = VectorBlock.slotSize(dimension: try VectorTable.dimension(of: place.model, in: connection))
        let slot = try connection.first(
            "SELECT substr(data, 1 + ?2 * ?3, ?3) FROM vector_blocks WHERE block_key = ?1",
            place.block,
            place.slot,
            size,
            as: { $0.bytes(0) }
        )
        guard let slot, slot.count == size else { return nil }
        return VectorBlock.vector(in: slot[...], of: document, block: place.block).map { (place.model, $0) }
    }
}

import HearthRules
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthSQLite
@testable import HearthStore
@testable import HearthText

/// Where words stand that were looked for before is known without the word index.
@Suite struct WordsLookedForAgain {
    @Test func `a word that was searched is known afterwards, and after the stores of its user and of others`()
        async throws
    {
        let store = try await MemoryStore.open(.temporary, options: StoreOptions())
        func keep(_ text: String, for user: UserID) async throws {
            _ = try await store.store([MemoryDraft(content: text)], agentID: "alden", userID: user)
        }
        func search() async throws -> [MemorySearchResult] {
            try await store.search("walk bridge", as: "alden", userID: "iris", type: .keyword)
        }
        /// The slots at which a word is known to stand, and how often it does; nil if it is not known.
        func known(_ word: String) throws -> [[Int]]? {
            try store.read { snapshot in
                let user = try #require(try UserTable.find("iris", in: snapshot.connection))
                let viewer = try snapshot.directory.agent("alden")
                let slice = try store.catalogs.slice(of: user, for: viewer, in: snapshot)
                let held = store.catalogs.withWords(of: user, at: slice.catalog) { $0.slots(of: word) }
                return (held ?? nil)
                    .map { slots in
                        var found = FoundWords()
                        slots.unpack(into: &found)
                        return zip(found.slots, found.counts).map { [Int($0), Int($1)] }
                    }
            }
        }
        try await keep("a walk", for: "iris")
        try await keep("the lake", for: "iris")
        #expect(try await search().count == 1)
        #expect(try known("walk") == [[0, 1]])
        // That nothing holds a word is known as well.
        #expect(try known("bridg") == [])
        #expect(try known("lake") == nil)

        try await keep("walk and walk", for: "otto")
        #expect(try known("walk") == [[0, 1]])
        try await keep("a walk, and a walk over the bridge", for: "iris")
        #expect(try known("walk") == [[0, 1], [2, 2]])
        #expect(try known("bridg") == [[2, 1]])
        let found = try await search()
        #expect(found.map(\.memory.content) == ["a walk, and a walk over the bridge", "a walk"])

        _ = try await store.update(found[0].memory.id, as: "alden", change: MemoryChange(content: "a boat"))
        _ = try await store.sync("alden", userID: "iris")
        #expect(try known("walk") == [[0, 1]])
        #expect(try await search().map(\.memory.content) == ["a walk"])
        try await store.close()
    }

    @Test func `once all words are read, what stands nowhere is known too, also after later commits`() async throws {
        let store = try await MemoryStore.open(.temporary, options: StoreOptions())
        func keep(_ texts: [String], for user: UserID) async throws {
            _ = try await store.store(texts.map { MemoryDraft(content: $0) }, agentID: "alden", userID: user)
        }
        let user = try await {
            try await keep(["a walk and a walk", "the lake", "Überlingen 42"], for: "iris")
            try await keep(["the bridge"], for: "otto")
            return try store.read { try #require(try UserTable.find("iris", in: $0.connection)) }
        }()
        func known(_ word: String) throws -> [[Int]]? {
            try store.read { snapshot in
                let catalog = try store.catalogs.catalog(of: user, in: snapshot)
                let held = store.catalogs.withWords(of: user, at: catalog) { $0.slots(of: word) }
                return (held ?? nil)
                    .map { slots in
                        var found = FoundWords()
                        slots.unpack(into: &found)
                        return zip(found.slots, found.counts).map { [Int($0), Int($1)] }
                    }
            }
        }
        #expect(try known("walk") == nil)
        try await store.readWords(of: user)
        #expect(try known("walk") == [[0, 2]])
        #expect(try known("lake") == [[1, 1]])
        #expect(try known("uberlingen") == [[2, 1]])
        #expect(try known("42") == [[2, 1]])
        for absent in ["bridg", "wal", "walks", "", "zzz", "0"] { #expect(try known(absent) == []) }

        try await keep(["a bridge over the lake", "a walk"], for: "iris")
        #expect(try known("bridg") == [[3, 1]])
        #expect(try known("lake") == [[1, 1], [3, 1]])
        #expect(try known("walk") == [[0, 2], [4, 1]])
        let lake = try #require(try await store.search("lake", as: "alden", userID: "iris", type: .keyword).first)
        _ = try await store.update(lake.memory.id, as: "alden", change: MemoryChange(content: "the sea"))
        _ = try await store.sync("alden", userID: "iris")
        #expect(try known("lake") == [[3, 1]])
        #expect(try known("sea") == [[1, 1]])
        #expect(try known("shore") == [])
        // So many at once are not followed one by one.
        try await keep((0..<100).map { "shore \($0)" }, for: "iris")
        #expect(try known("shore") == nil)
        try await store.readWords(of: user)
        #expect(try known("shore")?.count == 100)
        try await store.close()
    }

    @Test func `after many new memories nothing is left of what was known before`() async throws {
        let store = try await MemoryStore.open(.temporary, options: StoreOptions())
        func keep(_ texts: [String]) async throws -> [MemoryID] {
            try await store.store(texts.map { MemoryDraft(content: $0) }, agentID: "alden", userID: "iris")
        }
        func rewrite(_ id: MemoryID, _ text: String) async throws {
            _ = try await store.update(id, as: "alden", change: MemoryChange(content: text))
            _ = try await store.sync("alden", userID: "iris")
        }
        func found(_ word: String) async throws -> [String] {
            try await store.search(word, as: "alden", userID: "iris", type: .keyword).map(\.memory.content)
        }
        let id = try await keep(["a walk", "bread"])[0]
        let user = try store.read { try #require(try UserTable.find("iris", in: $0.connection)) }
        try await store.readWords(of: user)
        try await rewrite(id, "a lake")
        #expect(try await found("lake") == ["a lake"])
        for batch in 0..<24 {
            _ = try await keep((0..<50).map { "stone \(batch) \($0)" })
            // Brings what is known up to date, and looks for no word.
            try store.read { _ = try store.catalogs.catalog(of: user, in: $0) }
        }
        try await rewrite(id, "the sea")
        try store.read { _ = try store.catalogs.catalog(of: user, in: $0) }
        for _ in 0..<2 {
            #expect(try await found("sea") == ["the sea"])
            #expect(try await found("lake") == [])
        }
        try await store.close()
    }

    @Test func `packed slots are what was packed, with what is to be said of some instead`() {
        var random = SeededGenerator()
        for _ in 0..<300 {
            let distance = [2, 40, 400, 40_000].randomElement(using: &random) ?? 2
            var counts: [Int32: UInt16] = [:]
            var slot: Int32 = -1
            var packed = PackedSlots()
            for _ in 0..<Int.random(in: 0..<200, using: &random) {
                slot += Int32.random(in: 1...Int32(distance), using: &random)
                let count = [UInt16(1), 1, 1, 2, 200, .max].randomElement(using: &random) ?? 1
                packed.append(slot, count: count)
                counts[slot] = count
            }
            var amendments: [Int32: UInt16] = [:]
            for _ in 0..<Int.random(in: 0..<6, using: &random) {
                let amended = Bool.random(using: &random) ? counts.keys.randomElement(using: &random) : nil
                amendments[amended ?? .random(in: 0...slot + 3, using: &random)] = [0, 1, 7]
                    .randomElement(using: &random)
            }
            var found = FoundWords()
            packed.unpack(
                into: &found,
                amendedBy: amendments.sorted { $0.key < $1.key }.map { (slot: $0.key, count: $0.value) }
            )
            counts.merge(amendments) { $1 }
            let expected = counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            #expect(found.slots == expected.map(\.key))
            #expect(found.counts == expected.map(\.value))
        }
    }

    @Test func `the words last looked for stay when all take too much`() throws {
        var words = KnownWords()
        var slots = PackedSlots()
        for slot in 0..<4_000 { slots.append(Int32(slot), count: 1) }
        for number in 0..<600 {
            words.keep(slots, of: "word\(number)", documents: 4_000)
            #expect(words.size <= 512 << 10)
            #expect(words.slots(of: "word0") != nil, "after \(number)")
        }
        #expect(words.slots(of: "word599") != nil)
        #expect(words.slots(of: "word1") == nil)
    }

    @Test func `words of other bytes are other words, though their letters are equal`() {
        var words = KnownWords()
        words.keep(PackedSlots(), of: "caf\u{E9}", documents: 1)
        #expect(words.slots(of: "caf\u{E9}") != nil)
        #expect(words.slots(of: "cafe\u{301}") == nil)
    }
}

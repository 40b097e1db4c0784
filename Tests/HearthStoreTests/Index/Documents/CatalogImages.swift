import FoundationEssentials
import HearthRules
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct CatalogImages {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("store.db") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func draft(_ number: Int) -> MemoryDraft {
        var draft = MemoryDraft(content: "walk \(number)")
        draft.type = number % 4 == 0 ? .episodic : .semantic
        draft.category = number % 3 == 0 ? "walks" : "knowledge"
        draft.importance = Double(number % 10) / 10
        if number % 5 == 0 { draft.expiresAt = Date(timeIntervalSince1970: 4e9 + Double(number)) }
        // Some are before 1970.
        draft.createdAt = Date(timeIntervalSince1970: Double(number - 1_000) * 1e6)
        return draft
    }

    /// Stores enough memories for an image, some of them shared and drafted, and closes the store.
    private func makeStore() async throws -> [MemoryID] {
        let store = try await MemoryStore.open(.file(path))
        let drafts = (0..<2_100).map(draft)
        var ids = try await store.store(Array(drafts[..<700]), agentID: "alden", userID: "iris", sessionID: "spring")
        ids += try await store.store(Array(drafts[700..<1_400]), agentID: "alice", userID: "iris")
        ids += try await store.store(Array(drafts[1_400...]), agentID: "alden", userID: "iris", sessionID: "autumn")
        for id in ids[10..<20] {
            try await store.share(id, as: "alden", with: ["alice"])
            try await store.update(id, as: "alden", change: MemoryChange(content: "a longer walk"))
        }
        try await store.close()
        return ids
    }

    /// The image of the one user, and the catalogs that are read by way of it and row by row.
    private func catalogs(_ store: MemoryStore) throws -> (
        image: CatalogImage?, quick: DocumentCatalog, slow: DocumentCatalog
    ) {
        try store.read { snapshot in
            let connection = snapshot.connection
            let user = try #require(try UserTable.find("iris", in: connection))
            return (
                try CatalogImage.read(user: user, in: connection),
                try DocumentCatalog(user: user, connection: connection, state: snapshot.state),
                try DocumentCatalog(user: user, connection: connection, sequence: snapshot.state.sequence)
            )
        }
    }

    @Test func `closing after many memories leaves an image that is what the rows say`() async throws {
        _ = try await makeStore()
        let store = try await MemoryStore.open(.file(path))
        let (image, quick, slow) = try catalogs(store)
        #expect(try #require(image).entries == slow.entries)
        #expect(quick.entries == slow.entries)
        #expect(quick.documents == slow.documents)
        #expect(quick.shares == slow.shares)
        #expect(slow.entries.contains { $0.isDraft })
        #expect(slow.entries.contains { $0.createdAt < 0 })
        #expect(Set(slow.entries.map(\.session)).count == 3)
        #expect(try await store.verify().findings == [])
        try await store.close()
    }

    @Test func `what is stored, shared and edited after the image is laid over it`() async throws {
        let ids = try await makeStore()
        let store = try await MemoryStore.open(.file(path))
        _ = try await store.store([MemoryDraft(content: "a last walk")], agentID: "alden", userID: "iris")
        try await store.share(ids[3], as: "alden", with: ["alice"])
        let (image, quick, slow) = try catalogs(store)
        // 2,100 memories and ten drafts.
        #expect(try #require(image).entries.count == 2_110)
        #expect(quick.entries == slow.entries)
        #expect(quick.entries.count == 2_111)
        #expect(quick.shares == slow.shares)
        #expect(quick.shares.values.reduce(0) { $0 + $1.count } == 11)
        #expect(try await store.search("last walk", as: "alden", userID: "iris", type: .keyword).count == 10)
        try await store.close()
    }

    /// A change to the row of an image.
    enum Damage: String, CaseIterable {
        case leastOwner, widthOfSessions, widthPastEight, firstDifference, padding, lastBlock, lastByte
        case shortened, lengthened, emptied
        case earlier, later, fewer, more, one, none, negative, all, digest, otherUser

        /// Where in the data the change is, and what is put there; nil for a change of another column.
        func bytes(count: Int) -> (offset: Int, bytes: [UInt8])? {
            switch self {
            // A column's head is 9 bytes, the last of which is the width. Owner is the fourth column, session the
            // fifth.
            case .leastOwner: (3 * 9, [7])
            case .widthOfSessions: (4 * 9 + 8, [8])
            case .widthPastEight: (4 * 9 + 8, [255])
            case .firstDifference: (CatalogBlock.headSize, [1])
            case .padding: (count - 7, [1])
            case .lastBlock: (count - 20, [99])
            case .lastByte: (count - 1, [1])
            default: nil
            }
        }

        /// The change as an SQL assignment; nil for a change inside the data.
        var assignment: String? {
            switch self {
            case .shortened: "data = substr(data, 1, length(data) - 1)"
            case .lengthened: "data = CAST(data || x'00' AS BLOB)"
            case .emptied: "data = x''"
            case .earlier: "sequence = sequence - 1"
            case .later: "sequence = sequence + 1"
            case .fewer: "count = count - 1"
            case .more: "count = count + 1"
            case .one: "count = 1"
            case .none: "count = 0"
            case .negative: "count = -1"
            case .all: "count = 9223372036854775807"
            case .digest: "digest = zeroblob(32)"
            case .otherUser: "user_key = 2"
            default: nil
            }
        }
    }

    @Test(arguments: Damage.allCases)
    func `a damaged image is passed over, and verification names it`(_ damage: Damage) async throws {
        _ = try await makeStore()
        let store = try await MemoryStore.open(.file(path))
        try await store.write { transaction in
            let connection = transaction.connection
            if damage == .otherUser {
                _ = try transaction.keys.user("otto", now: store.clock.now(), in: connection)
            }
            if let assignment = damage.assignment {
                try connection.runDynamic("UPDATE roster_images SET \(assignment)")
            }
            let length = try connection.first("SELECT length(data) FROM roster_images", as: { $0.int(0) })
            if let change = damage.bytes(count: try #require(length)) {
                try connection.writeBlob(
                    table: "roster_images",
                    column: "data",
                    row: 1,
                    at: change.offset,
                    change.bytes
                )
            }
        }
        let (image, quick, slow) = try catalogs(store)
        #expect(image == nil)
        #expect(quick.entries == slow.entries)
        // The other user, to whom `otherUser` gave the image, has none either.
        #expect(try self.image(store, user: 2) == nil)
        let findings = try await store.verify().findings
        #expect(findings.map(\.component) == ["document"])
        try await store.close()
    }

    @Test func `no bit of an image can be flipped`() async throws {
        _ = try await makeStore()
        let store = try await MemoryStore.open(.file(path))
        var random = SeededGenerator()
        let length = try store.read { snapshot in
            try snapshot.connection.first("SELECT length(data) FROM roster_images", as: { $0.int(0) })
        }
        let whole = try #require(length)
        // Every byte of the first head, which decides what is read next, and some of the rest.
        let places = Array(0..<CatalogBlock.headSize) + (0..<40).map { _ in Int.random(in: 0..<whole, using: &random) }
        for place in places {
            let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
            func flip() async throws {
                try await store.write { transaction in
                    let connection = transaction.connection
                    let byte = try connection.first(
                        "SELECT substr(data, ?1, 1) FROM roster_images",
                        place + 1,
                        as: { $0.bytes(0) }
                    )
                    let flipped = try #require(byte?.first) ^ bit
                    try connection.writeBlob(
                        table: "roster_images",
                        column: "data",
                        row: 1,
                        at: place,
                        [flipped]
                    )
                }
            }
            try await flip()
            #expect(try image(store) == nil, "byte \(place), bit \(bit)")
            try await flip()
        }
        #expect(try image(store) != nil)
        try await store.close()
    }

    private func image(_ store: MemoryStore, user: Int64 = 1) throws -> CatalogImage? {
        try store.read { snapshot in
            try CatalogImage.read(user: user, in: snapshot.connection)
        }
    }
}

import HearthRules
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What a file that exchanges keeps of memories that are gone, and of clocks that are wrong.
@Suite struct ForgottenFacts {
    private static func open(_ clock: TestClock) async throws -> MemoryStore {
        var options = StoreOptions()
        options.agents = AgentProfile.hearthlink
        options.embedder = nil
        options.keyProvider = MemoryKeyProvider()
        options.clock = clock.storeClock
        let store = try await MemoryStore.open(.temporary, options: options)
        try await store.joinSpace("space", isFounding: true)
        return store
    }

    /// Sends everything, as if a hub had taken it.
    private static func send(_ store: MemoryStore) async throws -> [ExchangeRecord] {
        var records: [ExchangeRecord] = []
        while true {
            let outgoing = try await store.outgoingRecords()
            guard !outgoing.entries.isEmpty else { return records }
            records += outgoing.records
            try await store.markSent(outgoing)
        }
    }

    /// How many rows of the tables of the exchange name a memory, one of its facts or one of its versions.
    private static func traces(of memory: Int64, _ facts: [ExchangeRecord], in store: MemoryStore) throws -> Int {
        try store.read { snapshot in
            let connection = snapshot.connection
            var count = 0
            for fact in facts {
                count +=
                    try connection.first(
                        "SELECT count(*) FROM device_facts WHERE fact = ?1 OR memory_key = ?2",
                        fact.id,
                        memory,
                        as: { $0.int(0) }
                    ) ?? 0
            }
            count +=
                try connection.first(
                    "SELECT count(*) FROM device_outbox WHERE part IN (1, 2, 3) AND key = ?1",
                    memory,
                    as: { $0.int(0) }
                ) ?? 0
            count +=
                try connection.first(
                    "SELECT count(*) FROM device_registers WHERE name LIKE 'share ' || ?1 || ' %'",
                    memory,
                    as: { $0.int(0) }
                ) ?? 0
            return count
        }
    }

    private static func key(of id: MemoryID, in store: MemoryStore) throws -> Int64 {
        try #require(try store.read { try MemoryNames.plain(id, in: $0.connection) })
    }

    @Test(arguments: [false, true])
    func `nothing that was exchanged of an erased memory is kept`(erasesUser: Bool) async throws {
        let store = try await Self.open(TestClock())
        _ = try await Self.send(store)
        let draft = MemoryDraft(content: "the quixzle")
        let id = try await store.store([draft], agentID: "alden", userID: "ana", shareWith: ["alice"])[0]
        let key = try Self.key(of: id, in: store)
        let about = try await Self.send(store)
            .filter { String(decoding: $0.payload, as: UTF8.self).contains(id.rawValue) }
        #expect(about.count >= 2)
        #expect(try Self.traces(of: key, about, in: store) > 0)
        // What was not sent yet goes too.
        _ = try await store.update(id, as: "alden", change: MemoryChange(content: "the other quixzle"), userID: "ana")
        _ = try await store.sync("alden", userID: "ana")
        if erasesUser {
            _ = try await store.eraseUser("ana", as: "system")
        } else {
            _ = try await store.eraseMemory(id, as: "alden", userID: "ana")
        }
        #expect(try Self.traces(of: key, about, in: store) == 0)
        let erasure = try await Self.send(store)
        // Of a user each memory is named, and then the user.
        #expect(erasure.count == (erasesUser ? 2 : 1))
        #expect(Set(erasure.flatMap(\.erases)).isSuperset(of: about.map(\.id)))
        try await store.close()
    }

    private static func says(_ word: String, of id: MemoryID) -> (ExchangeRecord) -> Bool {
        { record in
            let text = String(decoding: record.payload, as: UTF8.self)
            return text.contains(id.rawValue) && text.contains("\"fact\":\"\(word)\"")
        }
    }

    @Test func `the first version of a memory is sent in front of its shares, also after an edit`() async throws {
        let store = try await Self.open(TestClock())
        _ = try await Self.send(store)
        let draft = MemoryDraft(content: "the quixzle")
        let id = try await store.store([draft], agentID: "alden", userID: "ana", shareWith: ["alice"])[0]
        _ = try await store.update(id, as: "alden", change: MemoryChange(content: "the other quixzle"), userID: "ana")
        _ = try await store.sync("alden", userID: "ana")
        let records = try await Self.send(store)
        let versions = records.indices.filter { Self.says("version", of: id)(records[$0]) }
        let share = try #require(records.firstIndex(where: Self.says("share", of: id)))
        #expect(versions.count == 2 && versions[0] < share)
        #expect(String(decoding: records[versions[0]].payload, as: UTF8.self).contains("\"the quixzle\""))
        try await store.close()
    }

    @Test(arguments: ["version", "share"])
    func `what comes back of an erased memory is erased for all again`(fact: String) async throws {
        let store = try await Self.open(TestClock())
        let draft = MemoryDraft(content: "the quixzle")
        let id = try await store.store([draft], agentID: "alden", userID: "ana", shareWith: ["alice"])[0]
        let record = try #require(try await Self.send(store).first(where: Self.says(fact, of: id)))
        _ = try await store.eraseMemory(id, as: "alden", userID: "ana")
        _ = try await Self.send(store)
        let received = ReceivedRecord(position: 1, sealed: [], record: record)
        _ = try await store.takeOver([received], cursor: 1)
        let again = try await Self.send(store)
        #expect(again.map(\.erases) == [[record.id]] && again.allSatisfy(Self.says("erasure", of: id)))
        #expect(try store.heldRows().isEmpty)
        try await store.close()
    }

    @Test func `what was removed and not said yet is named when its user is erased elsewhere`() async throws {
        let other = try await Self.open(TestClock())
        _ = try await other.store([MemoryDraft(content: "an old life")], agentID: "alden", userID: "ana")
        _ = try await other.eraseUser("ana", as: "system")
        let erasure = try #require(
            try await Self.send(other).last { String(decoding: $0.payload, as: UTF8.self).contains("erasure") }
        )
        // By this clock the memory is of a new life, so it is on other devices still.
        let clock = TestClock()
        clock.advance(by: .seconds(60))
        let store = try await Self.open(clock)
        let id = try await store.store([MemoryDraft(content: "a new life")], agentID: "alden", userID: "ana")[0]
        _ = try await Self.send(store)
        try await store.delete(id, as: "alden", userID: "ana")
        _ = try await store.sync("alden", userID: "ana")
        _ = try await Self.send(store)
        let key = try Self.key(of: id, in: store)
        _ = try await store.writePublishing { context in
            try AgedMemory.find(key, in: context.connection).map { try context.purge($0) }
        }
        _ = try await store.takeOver([ReceivedRecord(position: 1, sealed: [], record: erasure)], cursor: 1)
        #expect(try await Self.send(store).contains(where: Self.says("erasure", of: id)))
        try await store.close()
        try await other.close()
    }

    /// A record's id is a digest of what it says, which whoever has the file could compare with a guess.
    @Test(arguments: [false, true])
    func `of a memory that became sensitive no id of a record is kept that could be guessed`(
        isAnsweredLate: Bool
    ) async throws {
        let store = try await Self.open(TestClock())
        _ = try await Self.send(store)
        let draft = MemoryDraft(content: "the quixzle")
        let id = try await store.store([draft], agentID: "alden", userID: "ana", shareWith: ["alice"])[0]
        let outgoing = try await store.outgoingRecords()
        let about = outgoing.records.filter { String(decoding: $0.payload, as: UTF8.self).contains(id.rawValue) }
        #expect(about.count >= 2)
        if !isAnsweredLate { try await store.markSent(outgoing) }
        _ = try await store.update(id, as: "alden", change: MemoryChange(isSensitive: true), userID: "ana")
        if isAnsweredLate { try await store.markSent(outgoing) }
        // They come back from the hub.
        let received = about.enumerated()
            .map { ReceivedRecord(position: Int64($0 + 1), sealed: $1.payload, record: $1) }
        let report = try await store.takeOver(received, cursor: Int64(received.count))
        #expect(report.held == 0 && report.refusals.isEmpty)
        for fact in about {
            let kept = try store.read { snapshot in
                try snapshot.connection.first(
                    """
                    SELECT (SELECT count(*) FROM device_facts WHERE fact = ?1)
                        + (SELECT count(*) FROM device_registers WHERE fact = ?1)
                    """,
                    fact.id,
                    as: { $0.int(0) }
                )
            }
            #expect(kept == 0)
        }
        let sent = try await Self.send(store)
        #expect(!sent.isEmpty)
        #expect(Set(sent.map(\.id)).isDisjoint(with: about.map(\.id)))
        // An erasure names them all the same, so that the hub lets go of the text.
        _ = try await store.eraseMemory(id, as: "alden", userID: "ana")
        let versions = about.filter { String(decoding: $0.payload, as: UTF8.self).contains("quixzle") }
        #expect(Set(try await Self.send(store).flatMap(\.erases)).isSuperset(of: versions.map(\.id)))
        try await store.close()
    }

    @Test func `what a clock far ahead says waits, and an administrator is told once`() async throws {
        let ahead = TestClock()
        ahead.advance(by: ClockBound.maximumLead + .seconds(60))
        let (there, here) = (try await Self.open(ahead), try await Self.open(TestClock()))
        _ = try await Self.send(there)
        _ = try await there.store([MemoryDraft(content: "the boat")], agentID: "alden", userID: "ana")
        let received = try await Self.send(there).enumerated()
            .map { ReceivedRecord(position: Int64($0 + 1), sealed: $1.payload, record: $1) }
        for _ in 0..<2 {
            let report = try await here.takeOver(received, cursor: Int64(received.count))
            #expect(report.future == received.count && report.applied == 0)
        }
        #expect(try here.deviceSpace()?.future == received.count)
        let told = try here.pendingNotifications().filter { $0.kind == .clockDisagreement }
        #expect(told.count == 1)
        for store in [there, here] { try await store.close() }
    }
}

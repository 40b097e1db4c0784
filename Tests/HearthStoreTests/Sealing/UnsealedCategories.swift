import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What a host is told that stores in plain what the policy has sealed.
@Suite struct UnsealedCategories {
    @Test func `memories of a sealed category without a key are counted, and named in the log once for each opening`()
        async throws
    {
        let lines = RecordedLog()
        let shared = try await SharedStore(embeds: false) { $0.logger = lines.logger }
        let draft = MemoryDraft(content: "The alarm wants 7319.", category: .securityCredentials)
        _ = try await shared.memory("Water the plants.")
        #expect(lines.troubles.isEmpty)
        _ = try await shared.store.store([draft, draft], agentID: "sentry", userID: shared.user)
        #expect(lines.troubles.count { $0.contains("stored in plain") && $0.hasPrefix("warning") } == 1)
        let items = (0..<3)
            .map { number in
                let category: MemoryCategory = number == 0 ? .general : .securityCredentials
                let draft = MemoryDraft(content: "Number \(number)", category: category)
                return MemoryImport(
                    id: MemoryID(rawValue: "m\(number)"),
                    userID: "iris",
                    agentID: "sentry",
                    draft: draft
                )
            }
        #expect(try await shared.store.importMemories(items) == ImportCounts(stored: 3, unsealed: 2))
        #expect(try await shared.store.importMemories(items) == ImportCounts(present: 3))
        #expect(lines.troubles.count == 1)
        #expect(!lines.troubles[0].contains("7319"))
    }

    @Test func `nothing is said where there is a key, or where the policy seals nothing`() async throws {
        let draft = MemoryDraft(content: "The alarm wants 7319.", category: .securityCredentials)
        let lines = RecordedLog()
        let sealed = try await SealedStore { $0.logger = lines.logger }
        _ = try await sealed.store.store([draft], agentID: "sentry", userID: sealed.user)
        let plain = try await SharedStore(embeds: false) { options in
            options.logger = lines.logger
            options.sharing.sealedCategories = []
        }
        _ = try await plain.store.store([draft], agentID: "sentry", userID: plain.user)
        #expect(!lines.troubles.contains { $0.contains("stored in plain") })
    }
}

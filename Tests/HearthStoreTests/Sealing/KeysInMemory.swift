import Crypto
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct KeysInMemory {
    @Test func `keys are overwritten when the store closes, also for a call that still has them`() async throws {
        let sealed = try await SealedStore(embeds: false)
        _ = try await sealed.memory("The kettle is a secret.")
        let user = try #require(try sealed.store.read { try UserTable.find(sealed.user, in: $0.connection) })
        let keys = try #require(sealed.store.keyring.loaded(user))
        let key = keys.newest.sealing
        #expect(key.symmetric.withUnsafeBytes { $0.contains { $0 != 0 } })
        try await sealed.store.close()
        #expect(sealed.store.keyring.loaded(user) == nil)
        #expect(key.symmetric.withUnsafeBytes { $0.allSatisfy { $0 == 0 } })
        #expect(keys.newest.words.symmetric.withUnsafeBytes { $0.allSatisfy { $0 == 0 } })
    }
}

import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Creation {
    @Test func `a store whose making was killed at any step is made by the next opening`() async throws {
        var step = 1
        while true {
            let directory = try TemporaryDirectory()
            let location = StoreLocation.file(directory.file("store.db"))
            let disk = FaultyDisk(directory.path)
            defer { disk.remove() }
            disk.fail(atStep: step, .death)
            do {
                let store = try await MemoryStore.open(location)
                try? await store.close()
            } catch is MemoryError {
                // This is how the dead disk fails.
            }
            guard disk.hasFailed else { break }
            // The directory stays watched, because a watched one does not wait for real syncs.
            disk.fail(atStep: .max, .death)

            let store = try await MemoryStore.open(location)
            let id = try await store.store([MemoryDraft(content: "first")], agentID: "alden", userID: "iris")[0]
            #expect(try await store.memory(id, as: "alden").content == "first", "step \(step)")
            #expect(try store.agents().count == 5, "step \(step)")
            #expect(try await store.verify().isSound, "step \(step)")
            try await store.close()
            step += 1
        }
        #expect(step > 20)
    }

    @Test func `a disk that refuses one step of it says so, and the next try works`() async throws {
        var step = 1
        while true {
            let directory = try TemporaryDirectory()
            let location = StoreLocation.file(directory.file("store.db"))
            let disk = FaultyDisk(directory.path)
            defer { disk.remove() }
            // 13: full disk, without its extended code.
            disk.fail(atStep: step, .once(13))
            let store: MemoryStore
            do {
                store = try await MemoryStore.open(location)
            } catch let error as MemoryError {
                #expect(error.code == .storeFull || error.code == .storeUnavailable, "step \(step): \(error)")
                store = try await MemoryStore.open(location)
            }
            #expect(try await store.verify().isSound, "step \(step)")
            try? await store.close()
            guard disk.hasFailed else { break }
            step += 1
        }
        #expect(step > 20)
    }
}

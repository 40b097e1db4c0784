import Foundation
import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// The file with a device's secrets, beside its store.
@Suite struct DeviceFiles {
    private let directory: TemporaryDirectory
    private let file: DeviceFile
    private let hub = MemoryHub()

    init() throws {
        directory = try TemporaryDirectory()
        file = DeviceFile(besideStore: directory.file("store.db"))
    }

    private func found() async throws -> Space { try await Space.found(name: "desk", hub: hub, storage: file) }

    @Test func `it is made for its owner alone, and is read again`() async throws {
        #expect(try file.load() == nil)
        await expect(.invalidArgument) { try Space(hub: hub, storage: file) }
        let space = try await found()
        try await space.publish([ExchangeRecord("tea")])
        _ = try await space.everything()
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(file.path == directory.file("store.db.device") && mode == 0o600)
        let again = try Space(hub: hub, storage: file)
        #expect(await again.device == space.device)
        #expect(try await again.texts() == ["tea"])
        #expect(await again.ledger.end == 2)
    }

    @Test func `one that others may read is refused with what mends it`() async throws {
        _ = try await found()
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
        do {
            _ = try file.load()
            Issue.record("It was read.")
        } catch let error as MemoryError {
            #expect(error.code == .keyUnavailable && error.message.contains("chmod 600 \(file.path)"))
        }
    }

    @Test func `one that is damaged or a link is refused and stays`() async throws {
        for text in ["", "{}", "not JSON", #"{"version": 2}"#] {
            try Data(text.utf8).write(to: URL(filePath: file.path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            await expect(.keyUnavailable) { try file.load() }
            await expect(.keyUnavailable) { try await found() }
            #expect(FileManager.default.contents(atPath: file.path) == Data(text.utf8))
        }
        try FileManager.default.removeItem(atPath: file.path)
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "/dev/null")
        await expect(.keyUnavailable) { try file.load() }
    }

    @Test func `what two processes learn at once is both kept`() async throws {
        let space = try await found()
        let file = file
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let bytes = Array("event \(number)".utf8)
                    _ = try file.update { $0.learn([DeviceState.SeenEvent(seq: Int64(number), bytes: bytes)]) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try file.load()?.events.count == 21)
        #expect(await space.events.count == 1)
    }
}

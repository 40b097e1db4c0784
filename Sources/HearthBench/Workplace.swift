import ArgumentParser
import Foundation
import HearthMemory

/// A directory for the files of one benchmark, removed with the value.
final class Workplace: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "hearth-bench-\(UUID().uuidString)")
        path = url.path
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { path + "/" + name }

    /// The size of a file in bytes.
    func size(of name: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: file(name))[.size] as? Int ?? 0
    }
}

extension MultiAgentMemoryCoordinator {
    /// A store in which the agent that the benchmarks act as is active.
    static func benchmark(_ path: String) async throws -> MultiAgentMemoryCoordinator {
        let coordinator = try await open(.file(path))
        try await coordinator.registerAgent("alden")
        return coordinator
    }

    /// Fills a store with a corpus of one user.
    func fill(_ drafts: [MemoryDraft], user: UserID, batch: Int = 1_000) async throws -> [MemoryID] {
        var ids: [MemoryID] = []
        for start in stride(from: 0, to: drafts.count, by: batch) {
            let slice = Array(drafts[start..<min(start + batch, drafts.count)])
            ids += try await storeAgentMemories(agentID: "alden", userID: user, slice)
        }
        return ids
    }
}

/// This program, run again as a process of its own.
enum Child {
    /// Runs it, and returns what it prints.
    ///
    /// - Throws: A `ValidationError` where it fails.
    static func output(of arguments: [String]) throws -> Data {
        let (process, output) = try start(arguments)
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ValidationError("`\(arguments.joined(separator: " "))` failed.")
        }
        return data
    }

    /// Starts it, and returns it when it has printed something.
    static func running(_ arguments: [String]) throws -> Process {
        let (process, output) = try start(arguments)
        guard !output.fileHandleForReading.availableData.isEmpty else {
            throw ValidationError("`\(arguments.joined(separator: " "))` did not begin.")
        }
        return process
    }

    private static func start(_ arguments: [String]) throws -> (Process, Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        return (process, output)
    }
}

/// What the operating system says of this process's memory.
enum ProcessMemory {
    /// The number of this process.
    static var identifier: Int32 { ProcessInfo.processInfo.processIdentifier }

    /// The largest it has been, in MiB.
    static func peak() throws -> Double { try mebibytes("VmHWM:") }

    /// What it takes now, in MiB.
    static func resident() throws -> Double { try mebibytes("VmRSS:") }

    private static func mebibytes(_ key: String) throws -> Double {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(key) } ?? ""
        return (Double(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first ?? "") ?? 0) / 1_024
    }
}

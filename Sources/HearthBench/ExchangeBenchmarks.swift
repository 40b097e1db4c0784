import ArgumentParser
import Foundation
import HearthMemory

/// What the care of a file takes: an export, its import, a backup, and a verification.
enum ExchangeBenchmarks {
    static func run(_ count: Int) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        var corpus = Corpus()
        _ = try await coordinator.fill(corpus.drafts(count), user: Population.user)
        try await coordinator.close()
        return try ExchangeProbe.Work.allCases.flatMap { work in
            let output = try Child.output(of: ["exchange-probe", place.path, "--work", work.rawValue])
            let found = try JSONDecoder().decode(ExchangeProbe.Findings.self, from: output)
            guard found.memories.map({ $0 == count }) ?? true else {
                throw ValidationError("\(work) did not have every memory.")
            }
            return [
                Measurement(name: "\(work), \(count) memories", ours: found.seconds, floor: nil, unit: "s"),
                Measurement(
                    name: "\(work), rate",
                    ours: Double(count) / found.seconds,
                    floor: nil,
                    unit: "memories/s"
                ),
                Measurement(name: "\(work), most memory", ours: found.peak, floor: nil, unit: "MiB"),
            ]
        }
    }
}

/// A fresh process that does one of these, so that each is charged for its own memory.
struct ExchangeProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "exchange-probe", shouldDisplay: false)

    /// In an order in which each finds what it needs.
    enum Work: String, CaseIterable, ExpressibleByArgument {
        case export, `import`, backup, verify
    }

    @Argument var directory: String
    @Option var work: Work

    /// How many memories it went through where that is told, in how many seconds, and the most memory it had in MiB.
    struct Findings: Codable {
        var memories: Int?
        var seconds: Double
        var peak: Double
    }

    private func file(_ name: String) -> String { directory + "/" + name }

    func run() async throws {
        let path = file(work == .import ? "imported.db" : "ours.db")
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(path)
        var memories: Int?
        let seconds = try await Stopwatch.seconds {
            switch work {
            case .export: memories = try await coordinator.exportMemories(userID: nil, to: file("all.jsonl"))
            case .import: memories = try await coordinator.importMemories(from: file("all.jsonl")).stored
            case .backup: try await coordinator.backup(to: file("copy.db"))
            case .verify: memories = try await coordinator.verify().memories
            }
        }
        let peak = try ProcessMemory.peak()
        try await coordinator.close()
        let findings = Findings(memories: memories, seconds: seconds, peak: peak)
        print(String(decoding: try JSONEncoder().encode(findings), as: UTF8.self))
    }
}

import ArgumentParser
import Foundation
import HearthMemory

/// A fresh process that opens a store, searches once and ends.
struct OpenProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "open-probe", shouldDisplay: false)

    @Argument var path: String
    @Argument var query: String

    func run() async throws {
        let seconds = try await Stopwatch.seconds {
            let coordinator = try await MultiAgentMemoryCoordinator.benchmark(path)
            _ = try await coordinator.searchAgentMemories(agentID: "alden", userID: "bench", query: query)
        }
        print(seconds)
    }

    /// The median of five such processes: from opening the file to the first answer.
    static func seconds(path: String, query: String) throws -> Double {
        var seconds: [Double] = []
        for _ in 0..<5 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = ["open-probe", path, query]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            guard let value = Double(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                throw ValidationError("The probe printed \"\(text)\".")
            }
            seconds.append(value)
        }
        return seconds.percentile(0.5)
    }
}

import ArgumentParser
import HearthMemory

/// Makes the file that the search benchmarks read, to look at or to profile with.
struct Populate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "populate", shouldDisplay: false)

    @Argument var path: String
    @Option var total: Int
    @Option var ofUser: Int

    func run() async throws {
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(path)
        try await Population(total: total, ofUser: ofUser).fill(coordinator)
        try await coordinator.close()
    }
}

import FoundationEssentials
import TestSupport
import Testing

@testable import HearthStore

@Suite struct Simulations {
    /// How many steps one store lives through: enough for long histories, and few enough to study a failure.
    private static let stepsPerRun = 500
    /// How many of the last steps are reported with a failure.
    private static let tracedSteps = 12

    @Test func `a store driven at random agrees with the model at every step`() async throws {
        var random = SeededGenerator()
        let environment = ProcessInfo.processInfo.environment
        let steps = environment["HEARTH_SIMULATION_STEPS"].flatMap { Int($0) } ?? 5_000
        var done = 0
        // The first run uses the seed itself, so that the seed of a failure repeats that run.
        var seed = random.seed
        while done < steps {
            let count = min(Self.stepsPerRun, steps - done)
            var simulation = try await Simulation(seed: seed)
            do {
                try await simulation.run(steps: count)
            } catch {
                Issue.record(
                    """
                    HEARTH_TEST_SEED=\(seed), step \(simulation.trace.count) of a run: \(error)
                    \(simulation.trace.suffix(Self.tracedSteps).joined(separator: "\n"))
                    """
                )
                try? await simulation.store.close()
                return
            }
            done += count
            if done.isMultiple(of: 50_000) { print("simulation: \(done) of \(steps) steps, last seed \(seed)") }
            seed = random.next()
        }
        print("simulation: \(done) steps agree with the model, HEARTH_TEST_SEED=\(random.seed)")
    }
}

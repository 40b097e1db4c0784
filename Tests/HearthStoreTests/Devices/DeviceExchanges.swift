import FoundationEssentials
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct DeviceExchanges {
    private static let tracedSteps = 30
    /// In fewer steps more devices than four would hardly meet.
    private static let fewSteps = 60

    @Test func `devices that exchange in any order end with the same memories, conflicts and visibility`() async throws
    {
        var random = SeededGenerator()
        let environment = ProcessInfo.processInfo.environment
        let runs = environment["HEARTH_DEVICE_RUNS"].flatMap { Int($0) } ?? 100
        let longest = environment["HEARTH_DEVICE_STEPS"].flatMap { Int($0) } ?? 120
        // The first run uses the seed itself, so that the seed of a failure repeats that run.
        var seed = random.seed
        for number in 0..<runs {
            // Mostly short ones: many beginnings find more than a few that go on for long.
            let steps = number % 25 == 0 ? longest : longest / 5
            // By the steps alone, so that they and the seed repeat the run.
            let mostDevices = steps < Self.fewSteps ? 4 : 8
            var simulation = try await SimulatedDevices(seed: seed, mostDevices: mostDevices)
            do {
                try await simulation.run(steps: steps)
                try await Self.compare(simulation)
            } catch {
                Issue.record(
                    """
                    HEARTH_TEST_SEED=\(seed) HEARTH_DEVICE_STEPS=\(steps): \(error)
                    \(simulation.trace.suffix(Self.tracedSteps).joined(separator: "\n"))
                    """
                )
                await simulation.close()
                return
            }
            await simulation.close()
            seed = random.next()
        }
    }

    private static func compare(_ simulation: SimulatedDevices) async throws {
        let devices = simulation.members
        for device in devices { await device.store.loadAllKeys() }
        let states = try devices.map { try DeviceState($0.store, besidesSessionsOf: simulation.erasedUsers) }
        guard let first = states.first else { return }
        for (number, state) in states.enumerated() {
            let differences = first.differences(from: state)
            guard differences.isEmpty else {
                let waiting = try devices.map { device in
                    try device.store.heldRows(atMost: 100).map { "\($0.position) \($0.reason)" }
                }
                throw SimulationFailure(
                    description: """
                        The first and another of \(states.count) devices (\(number)) differ:
                        \(differences.prefix(6).joined(separator: "\n"))
                        \(simulation.hub.records(aboutMemoryOf: differences[0]))
                        On each device wait: \(waiting)
                        """
                )
            }
        }
        for device in simulation.devices {
            let report = try await device.store.verify()
            guard report.isSound else { throw SimulationFailure(description: "verify: \(report)") }
        }
        for device in devices {
            let space = try device.store.deviceSpace()
            guard space?.incomplete == 0, space?.blocked == 0, space?.future == 0 else {
                let held = try device.store.heldRows(atMost: 10).filter { $0.reason != .opaque }
                    .map { row in
                        let payload = simulation.hub.record(at: row.position)?.payload ?? []
                        let text = String(decoding: payload, as: UTF8.self)
                        return "\(row.position) \(row.reason) \(text)\n\(simulation.hub.records(aboutMemoryOf: text))"
                    }
                throw SimulationFailure(
                    description: "Something waits for ever:\n\(held.joined(separator: "\n"))"
                )
            }
        }
    }
}

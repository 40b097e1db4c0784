/// Waits until a condition holds, for what another task or process is about to do.
///
/// It looks again and again; a condition that never comes true ends with the time limit of the test.
public func until(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try await Task.sleep(for: .milliseconds(1), clock: .continuous)
    }
}

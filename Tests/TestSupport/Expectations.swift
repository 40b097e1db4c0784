public import HearthMemory
public import Testing

/// Expects an operation to be refused with a code.
public func expect<R>(
    _ code: MemoryError.Code,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ operation: () async throws -> R
) async {
    do {
        _ = try await operation()
        Issue.record("It was not refused; \(code) was expected.", sourceLocation: sourceLocation)
    } catch let error as MemoryError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error) instead of \(code)", sourceLocation: sourceLocation)
    }
}

/// Waits until a condition holds, for what another task or process is about to do.
///
/// It looks again and again; a condition that never comes true ends with the time limit of the test.
public func until(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try await Task.sleep(for: .milliseconds(1), clock: .continuous)
    }
}

import HearthModel
import HearthStore
import Synchronization
import Tracing

/// The way from a host's calls to the store. Every call that an agent makes goes through here and is counted.
final class HostOperations: Sendable {
    private let store: MemoryStore
    private let begun = Mutex(0)
    /// Nil where the host has no tracer.
    private let tracer: (any Tracer)?
    /// Whether anybody hears of calls. Where nobody does, a call goes straight on.
    private let isObserved: Bool

    init(_ store: MemoryStore, tracer: (any Tracer)?) {
        self.store = store
        self.tracer = tracer
        isObserved = tracer != nil || store.metrics != nil
    }

    /// The tracer that the host has bootstrapped; nil for none.
    static func tracerOfHost() -> (any Tracer)? {
        let tracer = InstrumentationSystem.tracer
        return tracer is NoOpTracer ? nil : tracer
    }

    /// How many were begun, those that were refused included.
    var count: Int { begun.withLock { $0 } }

    /// Runs an operation. Whether its agent may act is checked where it acts, in its own transaction or snapshot.
    ///
    /// - Parameter call: The host's call, which names the span.
    func perform<R>(
        _ call: StaticString = #function,
        isolation: isolated (any Actor)? = #isolation,
        _ operation: (MemoryStore) async throws -> R
    ) async throws -> R {
        begun.withLock { $0 += 1 }
        return try await run(call, operation)
    }

    /// Runs an operation that no agent makes and that is not counted.
    func administer<R>(
        _ call: StaticString = #function,
        isolation: isolated (any Actor)? = #isolation,
        _ operation: (MemoryStore) async throws -> R
    ) async throws -> R {
        try await run(call, operation)
    }

    private func run<R>(
        _ call: StaticString,
        isolation: isolated (any Actor)? = #isolation,
        _ operation: (MemoryStore) async throws -> R
    ) async throws -> R {
        await store.giveWay()
        guard isObserved else { return try await operation(store) }
        return try await observing(call, operation)
    }

    /// Runs an operation in a span, and counts its failure. A span has the name of the call and, if it failed, the code
    /// of the error: no argument and no result.
    private func observing<R>(
        _ call: StaticString,
        isolation: isolated (any Actor)? = #isolation,
        _ operation: (MemoryStore) async throws -> R
    ) async throws -> R {
        guard let tracer else { return try await countingFailure(operation) }
        return
            try await tracer.withAnySpan(Self.spanName(of: call), ofKind: .internal) { span in
                do {
                    return Result<R, any Error>.success(try await countingFailure(operation))
                } catch {
                    span.attributes["hearth.error_code"] =
                        (error as? MemoryError)?.code.rawValue ?? "\(type(of: error))"
                    span.setStatus(SpanStatus(code: .error))
                    // The tracer records what is thrown through it, and the message of an error may quote what is remembered.
                    return Result<R, any Error>.failure(error)
                }
            }
            .get()
    }

    private func countingFailure<R>(
        isolation: isolated (any Actor)? = #isolation,
        _ operation: (MemoryStore) async throws -> R
    ) async throws -> R {
        do {
            return try await operation(store)
        } catch {
            store.metrics?.failed(error)
            throw error
        }
    }

    /// `hearth.searchAgentMemories` for `searchAgentMemories(agentID:userID:…)`.
    private static func spanName(of call: StaticString) -> String {
        "hearth.\("\(call)".prefix { $0 != "(" })"
    }
}

import HearthEmbedding
package import HearthModel
package import Logging

/// Says in the host's log what went wrong where no caller gets an error.
///
/// A line names the kind of an error and never quotes it: a message may hold what somebody remembered.
package struct StoreLog: Sendable {
    private let logger: Logger

    package init(_ logger: Logger) {
        self.logger = logger
    }

    /// Says what is lost by an error that goes no further. A cancellation is no error.
    ///
    /// - Parameter agent: Whose work it was, if it was one agent's.
    package func warn(_ error: any Error, _ consequence: String, agent: AgentID? = nil) {
        say(consequence, because: error, level: .warning, agent: agent)
    }

    /// Says what happened, for whoever watches the store.
    func inform(_ event: String, _ metadata: Logger.Metadata = [:]) {
        logger.info("\(event)", metadata: metadata)
    }

    /// Says what happens every day. A host that has set up no logging does not see it.
    func detail(_ event: String, _ metadata: Logger.Metadata = [:]) {
        logger.debug("\(event)", metadata: metadata)
    }

    /// Says what an administrator should see to.
    func warn(_ event: String, _ metadata: Logger.Metadata = [:]) {
        logger.warning("\(event)", metadata: metadata)
    }

    /// Says the same of an error that something else makes good.
    package func note(_ error: any Error, _ consequence: String) {
        say(consequence, because: error, level: .notice)
    }

    /// Says what was done in the background.
    package func tell(_ what: String, _ counts: [String: Int] = [:]) {
        logger.info("\(what)", metadata: counts.mapValues { "\($0)" })
    }

    /// Says something that has a level and a kind.
    func say(_ what: String, kind: String, level: Logger.Level) {
        logger.log(level: level, "\(what)", metadata: ["kind": "\(kind)"])
    }

    /// Says that keys may be written to swap space.
    func sayKeysAreNotLocked() {
        logger.warning("Keys are not locked in memory: the limit (ulimit -l, LimitMEMLOCK of a service) is too low.")
    }

    /// Says that memories are stored in plain that the policy has sealed.
    func sayUnsealed() {
        logger.warning(
            "Memories of a category that the policy has sealed are stored in plain, because there is no key provider."
        )
    }

    /// Says the same of an error that a caller gets elsewhere.
    func trace(_ error: any Error, _ consequence: String) {
        say(consequence, because: error, level: .debug)
    }

    private func say(_ consequence: String, because error: any Error, level: Logger.Level, agent: AgentID? = nil) {
        guard !(error is CancellationError) else { return }
        var metadata: Logger.Metadata = ["error": "\(Self.kind(of: error))"]
        if let agent { metadata["agent"] = "\(agent)" }
        logger.log(level: level, "\(consequence)", metadata: metadata)
    }

    /// The codes of an error and of what is under it, or the name of its type.
    package static func kind(of error: any Error) -> String {
        switch error {
        case let error as MemoryError:
            let code = error.sqliteCode.map { "\(error.code.rawValue) (SQLite \($0))" } ?? error.code.rawValue
            return error.underlyingError.map { "\(code): \(kind(of: $0))" } ?? code
        case let error as EmbeddingError:
            return error.code.rawValue
        default:
            return "\(type(of: error))"
        }
    }
}

extension StoreLog {
    /// Does something with what was opened, and closes that if it fails.
    ///
    /// - Parameters:
    ///   - close: Closes it. What this throws is only a line in the log.
    ///   - body: What to do.
    /// - Returns: What `body` returned.
    /// - Throws: What `body` threw.
    func closing<R>(_ close: () async throws -> Void, onFailureOf body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch {
            do {
                try await close()
            } catch let second {
                warn(second, "A store that could not be opened was not closed either.")
            }
            throw error
        }
    }
}

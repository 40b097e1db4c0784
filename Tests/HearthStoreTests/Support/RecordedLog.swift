import Logging
import Synchronization

/// Keeps what is logged.
final class RecordedLog: Sendable {
    private let lines = Mutex<[String]>([])

    /// The lines so far, with their level and metadata.
    var texts: [String] { lines.withLock { $0 } }

    /// Those of them that tell of trouble.
    var troubles: [String] { texts.filter { !$0.hasPrefix("info") && !$0.hasPrefix("debug") } }

    /// A logger that writes here.
    var logger: Logger { Logger(label: "test") { [self] _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.lines.withLock { $0.append("\(event.level): \(event.message) \(event.metadata ?? [:])") }
        }
    }
}

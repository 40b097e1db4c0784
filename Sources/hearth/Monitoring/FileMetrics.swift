import CoreMetrics
import HearthMemory
import HearthMetrics

/// What the file says at one moment, as Prometheus reads it.
///
/// The store is opened for it alone and only read, so that a file that was replaced, or is of another process, is no
/// trouble.
struct FileMetrics {
    /// How every page begins.
    private static let beginning = "# Read from the file."

    /// What a reader should know of what is not there.
    static let note = """
        \(beginning) What a process counts while it works, such as search times, group commits and failures by code, is in \
        the metrics of the program that uses the store.

        """

    private let metrics: PrometheusMetrics

    /// Reads the file.
    static func read(_ store: StoreOptions, embedder: EmbedderOptions) async throws -> FileMetrics {
        let metrics = PrometheusMetrics()
        try await withMetricsFactory(metrics) {
            try await store.withStore(.existing, embedder: embedder, configure: { $0.isReadOnly = true }) {
                try await $0.recordMetrics()
            }
        }
        return FileMetrics(metrics: metrics)
    }

    /// The page that is scraped.
    var page: String { Self.note + metrics.expositionOfFile() }

    /// Whether a file that begins so is such a page, also one without the note.
    static func isPage(beginning text: String) -> Bool {
        text.hasPrefix(beginning) || text.hasPrefix("# HELP hearth_")
    }

    /// The values one by one.
    var samples: [MetricSample] { metrics.samplesOfFile() }
}

import ArgumentParser
import HearthMemory
import HearthMetrics

struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract:
            "Print the store's metrics for Prometheus, serve them, or write them to a file; print a dashboard and alert rules.",
        subcommands: [MetricsShowCommand.self, MetricsDashboardCommand.self, MetricsRulesCommand.self],
        defaultSubcommand: MetricsShowCommand.self
    )
}

struct MetricsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print, serve or write what the file says, in Prometheus' text format.",
        discussion: """
            What a process counts while it works, such as search times and failures by code, is not in the file: it is in the metrics of \
            the program that uses the store, by the product HearthMetrics.

            With --listen it serves them at /metrics until it gets SIGTERM or Ctrl-C. Every scrape opens the store anew and only reads it; \
            one that can't be read answers 503.

            JSON: samples, each with name, labels (agent, type, kind, strategy, severity, result) and value.
            """
    )

    @Option(
        help: ArgumentHelp(
            "Serve at this address, such as 127.0.0.1:9464. Port 0 takes one that is free.",
            valueName: "address:port"
        )
    )
    var listen: ListenAddress?

    @Flag(help: "Allow --listen an address that other machines reach. Nobody is asked who they are.")
    var allowRemote = false

    @Option(
        help: ArgumentHelp(
            "Write to this file, new or with metrics of before, as a whole: for node_exporter's textfile collector, which takes names that end in .prom.",
            valueName: "path"
        )
    )
    var textfile: String?

    @OptionGroup var embedder: EmbedderOptions
    @OptionGroup var store: StoreOptions

    func validate() throws {
        guard listen == nil || textfile == nil else {
            throw ValidationError("--listen and --textfile exclude each other.")
        }
        guard (listen == nil && textfile == nil) || !store.output.json else {
            throw ValidationError("--json is for metrics that are printed; leave out --listen and --textfile.")
        }
        if let listen, !listen.isLoopback, !allowRemote {
            throw ValidationError(
                "\(listen.text) can be reached by other machines, and nobody is asked who they are; give --allow-remote to serve there all the same."
            )
        }
    }

    func run() async throws {
        if let listen {
            try store.location().prepare(for: .existing)
            try await MetricsServer(address: listen) { [store, embedder] in
                try await FileMetrics.read(store, embedder: embedder).page
            }
            .run { address in
                try Console.output.write("Metrics are at http://\(address.text)/metrics\n")
            }
        } else {
            let textfile = try textfile.map { path throws(MemoryError) in try StoreLocation.expandingHome(in: path) }
            if let textfile { try store.location().keepClear(of: textfile) }
            let metrics = try await FileMetrics.read(store, embedder: embedder)
            if let textfile {
                try TextFile.replace(textfile, with: metrics.page) { $0.isEmpty || FileMetrics.isPage(beginning: $0) }
            } else if store.output.json {
                try Console.output.write(bytes: JSONText.encode(SamplesReport(metrics.samples)))
            } else {
                try Console.output.write(metrics.page)
            }
        }
    }
}

/// The values one by one.
private struct SamplesReport: Encodable {
    struct Sample: Encodable {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    let samples: [Sample]

    init(_ samples: [MetricSample]) {
        self.samples = samples.map { Sample(name: $0.name, labels: $0.labels, value: $0.value) }
    }
}

struct MetricsDashboardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard",
        abstract: "Print a Grafana dashboard, to be imported there.",
        discussion: "It is JSON, as Grafana's import takes it: hearth metrics dashboard > hearth.json"
    )

    func run() throws {
        try Console.output.write(bytes: JSONText.encode(GrafanaDashboard.hearth))
    }
}

struct MetricsRulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Print alert rules for Prometheus.",
        discussion: """
            It is YAML, to be named under rule_files in prometheus.yml: hearth metrics rules > hearth-rules.yml. Each alert says what to do. \
            The job that scrapes the store is expected to be called hearth.
            """
    )

    func run() throws {
        try Console.output.write(AlertRules.text)
    }
}

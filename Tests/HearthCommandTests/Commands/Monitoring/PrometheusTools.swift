import Foundation
import TestSupport
import Testing

/// Debian's own Prometheus, with what this program prints.
@Suite struct PrometheusTools {
    private static let environment = ProcessInfo.processInfo.environment

    /// Whether the programs are there, or the tests are to fail where they are not.
    private static var isToRun: Bool {
        let path = (environment["PATH"] ?? "").split(separator: ":")
        return environment["HEARTH_REQUIRE_PROMETHEUS"] != nil
            || ["promtool", "prometheus"]
                .allSatisfy { program in
                    path.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
                }
    }

    private static let remedy: Comment = "Install Debian's package prometheus, which has promtool and prometheus."

    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test(.enabled(if: isToRun, remedy))
    func `promtool finds nothing wrong with the metrics`() async throws {
        _ = try await tool.conflict()
        let outcome = try await tool.shell(
            #""$0" metrics --db "$1" > page.txt && promtool check metrics < page.txt 2>&1"#,
            tool.store
        )
        #expect(outcome.status == 0 && outcome.text.isEmpty, "\(outcome.text) \(outcome.errors)")
    }

    @Test(.enabled(if: isToRun, remedy))
    func `promtool reads the rules, and each alert fires when it should and not before`() async throws {
        let fixture = try String(contentsOfFile: Fixtures.path(of: "prometheus/rules_test.yml"), encoding: .utf8)
        try tool.sandbox.write("rules_test.yml", fixture)
        let outcome = try await tool.shell(
            #""$0" metrics rules > hearth-rules.yml && promtool check rules hearth-rules.yml && promtool test rules rules_test.yml"#
        )
        #expect(outcome.status == 0, "\(outcome.text) \(outcome.errors)")
        #expect(outcome.text.contains("SUCCESS: 20 rules found"), "\(outcome.text)")
    }

    @Test(.enabled(if: isToRun, remedy))
    func `a real Prometheus scrapes the store and raises an alert`() async throws {
        _ = try await tool.conflict()
        let server = try await Served(tool)
        try tool.sandbox.write(
            "prometheus.yml",
            """
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: [quick-rules.yml]
            scrape_configs:
              - job_name: hearth
                static_configs: [{ targets: ["127.0.0.1:\(server.port)"] }]
            """
        )
        // The rules as they are, but without the time that an alert has to last.
        let outcome = try await tool.shell(
            #"""
            "$0" metrics rules | sed '/^ *for: /d' > quick-rules.yml
            port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
            prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address=127.0.0.1:$port > prometheus.log 2>&1 &
            prometheus=$!
            trap 'kill $prometheus' EXIT
            for attempt in $(seq 1 900); do
                kill -0 $prometheus || { cat prometheus.log; exit 1; }
                alerts=$(curl -s "http://127.0.0.1:$port/api/v1/alerts")
                case "$alerts" in
                    *'"alertname":"HearthConflictsWait"'*'"state":"firing"'*) echo "$alerts"; exit 0 ;;
                esac
                sleep 1
            done
            cat prometheus.log
            exit 1
            """#
        )
        #expect(
            outcome.status == 0 && outcome.text.contains("HearthConflictsWait"),
            "\(outcome.text) \(outcome.errors)"
        )
        #expect(!outcome.text.contains("HearthDown") && !outcome.text.contains("HearthUnhealthy"), "\(outcome.text)")
        _ = try await server.stop()
    }
}

/// A Grafana dashboard as its import takes it.
struct GrafanaDashboard: Encodable {
    private struct Input: Encodable {
        let name = "DS_PROMETHEUS"
        let label = "Prometheus"
        let type = "datasource"
        let pluginId = "prometheus"
        let pluginName = "Prometheus"
    }

    private struct Span: Encodable {
        let from = "now-24h"
        let to = "now"
    }

    private let inputs = [Input()]
    private let uid = "hearth-memory"
    private let title = "Hearth"
    private let tags = ["hearth"]
    private let timezone = "browser"
    private let schemaVersion = 38
    private let refresh = "30s"
    private let time = Span()
    private let panels: [Panel]

    private enum CodingKeys: String, CodingKey {
        case inputs = "__inputs"
        case uid, title, tags, timezone, schemaVersion, refresh, time, panels
    }

    init(_ rows: [Row]) {
        var panels: [Panel] = []
        var top = 0
        for row in rows {
            panels.append(.heading(row.title, id: panels.count + 1, top: top))
            top += 1
            for (index, chart) in row.charts.enumerated() {
                let place = Panel.Place(h: 8, w: 12, x: 12 * (index % 2), y: top + 8 * (index / 2))
                panels.append(.chart(chart, id: panels.count + 1, at: place))
            }
            top += 8 * ((row.charts.count + 1) / 2)
        }
        self.panels = panels
    }

    /// Charts under a heading.
    struct Row {
        var title: String
        var charts: [Chart]
    }

    /// Lines over time.
    struct Chart {
        var title: String
        /// How Grafana writes the numbers: `short`, `s`, `bytes`, `ops`.
        var unit: String
        /// Each expression with the name of its lines.
        var lines: [(expression: String, legend: String)]

        init(_ title: String, unit: String = "short", _ lines: (expression: String, legend: String)...) {
            self.title = title
            self.unit = unit
            self.lines = lines
        }
    }

    fileprivate struct Panel: Encodable {
        struct Place: Encodable { let h, w, x, y: Int }
        struct Source: Encodable {
            let type = "prometheus"
            let uid = "${DS_PROMETHEUS}"
        }
        struct Target: Encodable {
            let refId: String
            let expr: String
            let legendFormat: String
            let datasource = Source()
        }
        struct Defaults: Encodable {
            let unit: String
            let min = 0
        }
        struct FieldConfig: Encodable {
            let defaults: Defaults
            let overrides: [String] = []
        }

        let id: Int
        let type: String
        let title: String
        let gridPos: Place
        let datasource: Source?
        let fieldConfig: FieldConfig?
        let targets: [Target]?

        static func heading(_ title: String, id: Int, top: Int) -> Panel {
            Panel(
                id: id,
                type: "row",
                title: title,
                gridPos: Place(h: 1, w: 24, x: 0, y: top),
                datasource: nil,
                fieldConfig: nil,
                targets: nil
            )
        }

        static func chart(_ chart: Chart, id: Int, at place: Place) -> Panel {
            let names = ["A", "B", "C", "D", "E"]
            return Panel(
                id: id,
                type: "timeseries",
                title: chart.title,
                gridPos: place,
                datasource: Source(),
                fieldConfig: FieldConfig(defaults: Defaults(unit: chart.unit)),
                targets: zip(names, chart.lines)
                    .map { Target(refId: $0, expr: $1.expression, legendFormat: $1.legend) }
            )
        }
    }
}

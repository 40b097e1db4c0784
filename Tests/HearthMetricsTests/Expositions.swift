import CoreMetrics
import HearthMetrics
import Testing

@Suite struct Expositions {
    @Test func `each kind of metric is written with its type, in order of names and labels`() {
        let metrics = PrometheusMetrics()
        Counter(label: "visits", dimensions: [("to", "b")], factory: metrics).increment(by: 2)
        Counter(label: "visits_total", dimensions: [("to", "a")], factory: metrics).increment()
        Gauge(label: "heat", factory: metrics).record(1.5)
        Meter(label: "depth", factory: metrics).set(-3)
        #expect(
            metrics.exposition() == """
                # TYPE depth gauge
                depth -3
                # TYPE heat gauge
                heat 1.5
                # TYPE visits_total counter
                visits_total{to="a"} 1
                visits_total{to="b"} 2

                """
        )
    }

    @Test func `a timer is a histogram in seconds whose buckets hold what is not greater`() {
        let metrics = PrometheusMetrics()
        let timer = Timer(label: "wait", factory: metrics)
        for milliseconds in [1, 3, 30, 20_000] { timer.recordMilliseconds(milliseconds) }
        let lines = metrics.exposition().split(separator: "\n").map(String.init)
        #expect(lines.first == "# TYPE wait_seconds histogram")
        #expect(lines.contains("wait_seconds_bucket{le=\"0.001\"} 1"))
        #expect(lines.contains("wait_seconds_bucket{le=\"0.005\"} 2"))
        #expect(lines.contains("wait_seconds_bucket{le=\"10\"} 3"))
        #expect(lines.contains("wait_seconds_bucket{le=\"+Inf\"} 4"))
        #expect(lines.contains("wait_seconds_count 4"))
        #expect(lines.contains("wait_seconds_sum 20.034"))
    }

    @Test func `names and labels are made such as Prometheus reads, and values are escaped`() {
        let metrics = PrometheusMetrics()
        Counter(
            label: "1 büro.rooms",
            dimensions: [("the-room", "a\"b\\c\nd"), ("__name__", "x"), ("été", "🛋️ خ")],
            factory: metrics
        )
        .increment()
        #expect(
            metrics.exposition() == """
                # TYPE _1_b_ro_rooms_total counter
                _1_b_ro_rooms_total{_t_="🛋️ خ",label__name__="x",the_room="a\\"b\\\\c\\nd"} 1

                """
        )
    }

    @Test func `beyond its limit a metric counts everything together`() {
        let metrics = PrometheusMetrics(seriesLimit: 3)
        for number in 0..<100 {
            Counter(label: "calls", dimensions: [("caller", "\(number)")], factory: metrics).increment()
        }
        let lines = metrics.exposition().split(separator: "\n").filter { $0.hasPrefix("calls_total") }
        #expect(lines.count == 4)
        #expect(lines.contains("calls_total{caller=\"other\"} 97"))
    }

    @Test func `beyond the limit of metrics a new one is not kept, and nothing else suffers`() {
        let metrics = PrometheusMetrics(familyLimit: 2)
        for name in ["a", "b", "c"] { Counter(label: name, factory: metrics).increment() }
        #expect(metrics.exposition().contains("b_total 1"))
        #expect(!metrics.exposition().contains("c_total"))
    }

    @Test func `a counter never goes down, and odd numbers are written as Prometheus writes them`() {
        let metrics = PrometheusMetrics()
        let counter = FloatingPointCounter(label: "used", factory: metrics)
        for amount in [1.5, -1, .nan, .infinity] { counter.increment(by: amount) }
        #expect(metrics.exposition().contains("used_total 1.5\n"))
        Gauge(label: "odd", dimensions: [("is", "nan")], factory: metrics).record(Double.nan)
        Gauge(label: "odd", dimensions: [("is", "less")], factory: metrics).record(-Double.infinity)
        #expect(metrics.exposition().contains("odd{is=\"nan\"} NaN\n"))
        #expect(metrics.exposition().contains("odd{is=\"less\"} -Inf\n"))
    }

    @Test func `a name belongs to the kind that had it first, and what is destroyed is gone`() {
        let metrics = PrometheusMetrics()
        Gauge(label: "x", factory: metrics).record(1)
        let recorder = Recorder(label: "x", factory: metrics)
        recorder.record(9)
        #expect(metrics.exposition() == "# TYPE x gauge\nx 1\n")
        let counter = Counter(label: "y", factory: metrics)
        counter.increment()
        counter.destroy()
        #expect(!metrics.exposition().contains("y_total"))
    }
}

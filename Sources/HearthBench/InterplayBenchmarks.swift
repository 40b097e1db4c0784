import Foundation
import HearthMemory

/// Searches between writes: what a change costs the next search, beside searches while nothing changes.
///
/// A stock SQLite that searches by word and by meaning does the same.
enum InterplayBenchmarks {
    /// Quick calls are measured this many times as often as searches.
    private static let quick = 5

    static func run(_ count: Int, searches: Int) async throws -> [Measurement] {
        let files = try await Files(count)
        var ours: [InterplayWorkload: InterplayProbe.Findings] = [:]
        var stock: [InterplayWorkload: InterplayProbe.Findings] = [:]
        for workload in InterplayWorkload.allCases {
            let isQuick = workload == .singleStore || workload == .readByIdentifier
            let repetitions = isQuick ? searches * quick : searches
            ours[workload] = try files.findings(of: workload, stock: false, searches: repetitions)
            stock[workload] = try files.findings(of: workload, stock: true, searches: repetitions)
        }
        return measurements(among: count, ours: ours, stock: stock)
    }

    private static func measurements(
        among count: Int,
        ours: [InterplayWorkload: InterplayProbe.Findings],
        stock: [InterplayWorkload: InterplayProbe.Findings]
    ) -> [Measurement] {
        typealias Times = KeyPath<InterplayProbe.Findings, [Double]>
        func median(_ findings: InterplayProbe.Findings?, _ times: Times) -> Double {
            findings?[keyPath: times].percentile(0.5) ?? 0
        }
        var result = [
            Measurement(
                name: "search among \(count), nothing changes",
                ours: median(ours[.otherStore], \.still) * 1e3,
                floor: median(stock[.otherStore], \.still) * 1e3,
                unit: "ms; floor: stock hybrid"
            )
        ]
        for workload in InterplayWorkload.allCases where workload != .singleStore && workload != .readByIdentifier {
            for (subject, findings) in [("", ours[workload]), ("stock hybrid, ", stock[workload])] {
                let name = "\(subject)\(count), \(workload.description)"
                let changing = median(findings, \.changing) * 1e3
                result.append(
                    Measurement(
                        name: name,
                        ours: changing,
                        floor: median(findings, \.still) * 1e3,
                        unit: "ms; floor: nothing changes"
                    )
                )
                guard workload.storesBefore || workload.isOfReader else { continue }
                let control =
                    workload.storesBefore
                    ? "the store goes into another file" : "one's own, and an audit row of another file"
                result.append(
                    Measurement(
                        name: name,
                        ours: changing,
                        floor: median(findings, \.elsewhere) * 1e3,
                        unit: "ms; floor: \(control)"
                    )
                )
            }
        }
        result.append(
            Measurement(
                name: "\(count), shared by call against by rule",
                ours: median(ours[.readByCall], \.changing) * 1e3,
                floor: median(ours[.readByRule], \.changing) * 1e3,
                unit: "ms; floor: by rule"
            )
        )
        let quick: [(String, InterplayWorkload, Times)] = [
            ("one store", .singleStore, \.changing), ("read by identifier, one's own", .readByIdentifier, \.still),
            ("read by identifier, another's", .readByIdentifier, \.changing),
        ]
        for (name, workload, times) in quick {
            result.append(
                Measurement(
                    name: "\(count), \(name)",
                    ours: median(ours[workload], times) * 1e6,
                    floor: median(stock[workload], times) * 1e6,
                    unit: "µs; floor: stock hybrid"
                )
            )
        }
        return result
    }

    /// The files that the workloads begin with, each on a copy of its own.
    private struct Files {
        let place: Workplace
        let count: Int

        init(_ count: Int) async throws {
            place = try Workplace()
            self.count = count
            var corpus = Corpus()
            let texts = (0..<count).map { _ in corpus.sentence() }
            let others = (0..<count / 10).map { _ in corpus.sentence() }
            let byRule = try await OurSubject(path: place.file("rule.db"))
            try await byRule.fill(texts, for: Interplay.user)
            try await byRule.fill(others, for: Interplay.otherUser)
            try await byRule.coordinator.close()
            let byCall = try await OurSubject(path: place.file("call.db"))
            try await byCall.fillShared(texts)
            try await byCall.fill(others, for: Interplay.otherUser)
            try await byCall.coordinator.close()
            let stock = try StockSubject(path: place.file("stock.db"))
            try await stock.fill(texts, for: Interplay.user)
            try await stock.fill(others, for: Interplay.otherUser)
        }

        /// Runs a workload in a process of its own.
        func findings(of workload: InterplayWorkload, stock: Bool, searches: Int) throws -> InterplayProbe.Findings {
            // In the other file memories have the names that are asked for.
            let elsewhere = stock ? "stock.db" : "rule.db"
            let copy = place.file("copy.db")
            for (file, name) in [
                (copy, workload == .readByCall && !stock ? "call.db" : elsewhere), (copy + "-elsewhere", elsewhere),
            ] {
                let original = place.file(name)
                for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: file + suffix) {
                    try FileManager.default.removeItem(atPath: file + suffix)
                }
                try FileManager.default.copyItem(atPath: original, toPath: file)
            }
            let output = try Child.output(
                of: [
                    "interplay-probe", copy, "--workload", workload.rawValue, "--memories", String(count),
                    "--searches", String(searches),
                ] + (stock ? ["--stock"] : [])
            )
            return try JSONDecoder().decode(InterplayProbe.Findings.self, from: output)
        }
    }
}

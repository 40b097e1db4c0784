import FoundationEssentials

/// One number beside its floor.
struct Measurement: Codable, Sendable {
    var name: String
    var ours: Double
    var floor: Double?
    var unit: String

    var ratio: Double? { floor.map { ours / $0 } }

    enum CodingKeys: String, CodingKey {
        case name, ours, floor, ratio, unit
    }

    init(name: String, ours: Double, floor: Double?, unit: String) {
        self.name = name
        self.ours = ours
        self.floor = floor
        self.unit = unit
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        ours = try container.decode(Double.self, forKey: .ours)
        floor = try container.decodeIfPresent(Double.self, forKey: .floor)
        unit = try container.decode(String.self, forKey: .unit)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(ours, forKey: .ours)
        try container.encode(floor, forKey: .floor)
        try container.encode(ratio, forKey: .ratio)
        try container.encode(unit, forKey: .unit)
    }

    /// A row of the table for people.
    var line: String {
        let columns = [
            name.padded(to: 58),
            Self.format(ours).padded(to: 12, leading: true),
            floor.map(Self.format)?.padded(to: 12, leading: true) ?? "—".padded(to: 12, leading: true),
            (ratio.map { Self.format($0) + "×" } ?? "").padded(to: 9, leading: true),
            unit,
        ]
        return columns.joined(separator: " ")
    }

    private static func format(_ value: Double) -> String {
        let digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
        let scale = [1.0, 10, 100][digits]
        let rounded = (value * scale).rounded() / scale
        return digits == 0 ? String(Int(rounded)) : String(rounded)
    }
}

extension String {
    fileprivate func padded(to width: Int, leading: Bool = false) -> String {
        let padding = String(repeating: " ", count: max(0, width - count))
        return leading ? padding + self : self + padding
    }
}

/// Times work.
enum Stopwatch {
    /// Seconds that `body` takes.
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        try body()
        return (clock.now - start).inSeconds
    }

    /// Seconds that `body` takes.
    static func seconds(isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Void) async rethrows
        -> Double
    {
        let clock = ContinuousClock()
        let start = clock.now
        try await body()
        return (clock.now - start).inSeconds
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

extension [Double] {
    /// The value that a share of all values do not exceed.
    func percentile(_ share: Double) -> Double {
        let sorted = self.sorted()
        return sorted[Swift.min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
}

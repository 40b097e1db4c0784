import ArgumentParser
import HearthMemory

/// Where a text came from.
struct ProvenanceOptions: ParsableArguments {
    @Option(help: "Where the text came from. Default: agent.")
    var origin: Provenance.Origin?

    @Option(help: ArgumentHelp("Which tool, file or person it came from.", valueName: "name"))
    var source: String?

    @Option(help: ArgumentHelp("How far you trust it, 0 to 1. Default: by the origin.", valueName: "trust"))
    var trust: Double?

    /// The provenance in the library's form; nil if nothing is said of it.
    var provenance: Provenance? {
        guard origin != nil || source != nil || trust != nil else { return nil }
        return Provenance(origin: origin ?? .agent, name: source, trust: trust)
    }
}

extension Provenance {
    /// For people, in one line.
    var line: String {
        let from = name.map { "\(origin.rawValue) \($0)" } ?? origin.rawValue
        return "\(from), trust \(trust)"
    }
}

/// The keys that say where a text came from, in the JSON of memories and versions.
struct ProvenanceJSON {
    enum CodingKeys: String, CodingKey { case origin, source, trust }

    static func encode(_ provenance: Provenance, to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(provenance.origin, forKey: .origin)
        try container.encodeIfPresent(provenance.name, forKey: .source)
        try container.encode(provenance.trust, forKey: .trust)
    }
}

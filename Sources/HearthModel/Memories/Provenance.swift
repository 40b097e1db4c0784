/// Where the text of a memory came from, and how far a host trusts it.
///
/// The article *Where memories came from* says what becomes of it when memories are edited, merged and stored again.
public struct Provenance: Hashable, Sendable, Codable {
    /// Who or what the text came from.
    public enum Origin: String, CaseIterable, Sendable, Codable {
        /// The person said it.
        case user
        /// An agent concluded it from what it has read.
        case agent
        /// A tool gave it: a web page, a mail, a file. Anybody may have written it.
        case tool
        /// It was imported.
        case `import`
        /// It came from another store.
        case sync
    }

    /// Who or what the text came from.
    public var origin: Origin
    /// Which of them, such as the tool's name; nil where it is not said.
    public var name: String?
    /// How far the host trusts it, 0…1.
    public var trust: Double

    /// Says where a text came from.
    ///
    /// - Parameters:
    ///   - origin: Who or what it came from.
    ///   - name: Which of them: at most 256 bytes of UTF-8, without control characters.
    ///   - trust: 0…1; nil: ``Origin/usualTrust``.
    public init(origin: Origin, name: String? = nil, trust: Double? = nil) {
        self.origin = origin
        self.name = name
        self.trust = trust ?? origin.usualTrust
    }

    /// What a memory has of which nothing was said, and what every memory of an earlier release has.
    public static let standard = Provenance(origin: .agent)
}

extension Provenance.Origin {
    /// The trust where a host says nothing else.
    ///
    /// Only the order has a meaning, and the room in between for a host's own levels: what the person says goes before
    /// what an agent concludes, and that before what came from elsewhere. Least trusted is what a stranger may have
    /// written so that an agent reads it.
    public var usualTrust: Double {
        switch self {
        case .user: 1
        case .agent: 0.8
        case .sync: 0.5
        case .import: 0.5
        case .tool: 0.3
        }
    }

    /// The number that stands for the origin in files and digests; it never changes.
    package var place: Int {
        switch self {
        case .user: 0
        case .agent: 1
        case .tool: 2
        case .import: 3
        case .sync: 4
        }
    }

    package init?(place: Int) {
        guard let origin = Self.allCases.first(where: { $0.place == place }) else { return nil }
        self = origin
    }
}

extension Provenance {
    /// The less trusted of two. A total order decides between equally trusted ones, so that the lowest of several is the
    /// same in whatever order they are compared.
    package func lowered(by other: Provenance) -> Provenance {
        other.isLower(than: self) ? other : self
    }

    /// What a memory has after an edit: the less trusted of the two, and of equally trusted ones that of the edit where it brings a
    /// text, since it came last. An edit of which nothing is said takes no name away.
    package func edited(by edit: Provenance, bringsText: Bool) -> Provenance {
        if edit.trust == trust { return bringsText && edit != .standard ? edit : self }
        return edit.trust < trust ? edit : self
    }

    private func isLower(than other: Provenance) -> Bool {
        if trust != other.trust { return trust < other.trust }
        if origin.place != other.origin.place { return origin.place > other.origin.place }
        return (name ?? "").utf8.lexicographicallyPrecedes((other.name ?? "").utf8)
    }

    /// - Throws: `.invalidArgument` that names what is out of range.
    package func validated() throws(MemoryError) -> Provenance {
        if let name { try Identifiers.validate(name, kind: "provenance's name") }
        var result = self
        result.trust = try FieldLimits.unit(trust, name: "trust")
        return result
    }
}

extension KeyedDecodingContainer {
    /// Values that were encoded by an earlier release have no provenance.
    func decode(_ type: Provenance.Type, forKey key: Key) throws -> Provenance {
        try decodeIfPresent(type, forKey: key) ?? .standard
    }
}

/// The kind of remembering a memory is, after Tulving's division of long-term memory and the working memory of cognitive psychology.
public enum MemoryType: String, CaseIterable, Sendable, Codable, CodingKeyRepresentable {
    /// Something that happened.
    case episodic
    /// Something that is known.
    case semantic
    /// How something is done.
    case procedural
    /// Something needed for a while; bounded in number per agent.
    case working
    /// What surrounds other memories.
    case contextual
}

extension MemoryType {
    /// The number that stands for the type in the file; it never changes.
    package var place: UInt8 {
        switch self {
        case .episodic: 0
        case .semantic: 1
        case .procedural: 2
        case .working: 3
        case .contextual: 4
        }
    }

    package init?(place: UInt8) {
        guard let type = Self.allCases.first(where: { $0.place == place }) else { return nil }
        self = type
    }
}

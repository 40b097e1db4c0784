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

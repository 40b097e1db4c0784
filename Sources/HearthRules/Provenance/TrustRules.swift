package import HearthModel

/// What trust a text has that came about from others. It never rises by itself.
///
/// A host grants trust where it says what a text's provenance is. The article *Where memories came from* explains the
/// rules.
package enum TrustRules {
    /// Of a text that is made of others: the lowest of theirs.
    package static func merged(_ parts: some Sequence<Provenance>) -> Provenance? {
        parts.reduce(nil) { lowest, part in lowest?.lowered(by: part) ?? part }
    }

    /// Of a text that an agent stores or writes into a memory, given the texts equal to it that the agent can see.
    ///
    /// - Parameters:
    ///   - given: What the host says of it; nil: nothing.
    ///   - seen: The provenance of each equal text.
    ///   - priority: Of the agent.
    package static func written(
        as given: Provenance?,
        seen: some Sequence<Provenance>,
        priority: AgentPriority
    ) -> Provenance {
        let own = given ?? .standard
        if grants(given, priority: priority) { return own }
        return seen.reduce(own) { $0.lowered(by: $1) }
    }

    /// Whether what the host says holds whatever else is known: it said something, with a critical agent.
    package static func grants(_ given: Provenance?, priority: AgentPriority) -> Bool {
        given != nil && priority == .critical
    }

    /// Of an imported text: never more trusted than imports are, whatever its line says.
    ///
    /// - Parameter limit: The most trust that it gets; the host may have said another than the usual one.
    package static func imported(_ given: Provenance?, limit: Double) -> Provenance {
        Provenance(
            origin: .import,
            name: given?.name,
            trust: min(given?.trust ?? Provenance.Origin.import.usualTrust, limit)
        )
    }

    /// Of an old text that is brought back: as it was granted then, or less if the same text was trusted less in any other
    /// version.
    package static func broughtBack(_ version: MemoryFields, among versions: some Sequence<MemoryFields>) -> Provenance
    {
        versions.lazy.filter { $0.content == version.content }
            .reduce(version.provenance) { $0.lowered(by: $1.provenance) }
    }
}

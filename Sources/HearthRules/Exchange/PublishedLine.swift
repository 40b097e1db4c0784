package import HearthModel

/// Which versions of a memory everyone saw, in a file that exchanges with other devices: a function of the versions alone.
///
/// Each device has published its own edits at first, and got those of the others in an order of its own. So the order in
/// which versions came in tells nothing that is the same everywhere. Instead the line goes back from the published head, and
/// of several parents it takes the one that everyone sees while a conflict waits: see ``PublishedHead``.
package struct PublishedLine {
    private var versions: [VersionID: Version] = [:]
    private var shown: Set<VersionID> = []

    /// Follows the line from the published head back to the first version.
    ///
    /// - Parameters:
    ///   - versions: Every version of a memory, in any order, under their plain ids.
    ///   - head: The published head.
    ///   - owner: The memory's owner.
    package init(_ versions: some Sequence<Version>, head: VersionID, owner: AgentID) {
        for version in versions { self.versions[version.id] = version }
        var next = self.versions[head]
        while let version = next, shown.insert(version.id).inserted {
            next = PublishedHead.choose(among: version.parents.compactMap { self.versions[$0] }, owner: owner)
        }
    }

    /// Whether the version was shown to everyone who could see the memory: it is on the line, and was neither a deletion nor
    /// expired when it was made.
    package func wasShown(_ version: Version) -> Bool {
        shown.contains(version.id) && !version.fields.isDeleted && !version.fields.isExpired(at: version.time.timestamp)
    }

    /// The versions that a version was made from, itself not among them.
    package func ancestors(of version: VersionID) -> Set<VersionID> {
        var found: Set<VersionID> = []
        var next = versions[version]?.parents ?? []
        while let id = next.popLast() {
            if found.insert(id).inserted { next += versions[id]?.parents ?? [] }
        }
        return found
    }
}

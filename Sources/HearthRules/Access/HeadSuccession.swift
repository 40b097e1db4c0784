package import HearthModel

/// Which versions of a memory were its published head at some time.
///
/// A version becomes the head if the head is among its parents: an edit of the head, a merge, a decision, a rollback.
/// Any other version is a side of a conflict, which waits or has lost. So the versions alone tell, in the order in which
/// they came in.
package struct HeadSuccession {
    private var heads: Set<VersionID> = []

    /// Follows the head from the first version to the last.
    ///
    /// - Parameter versions: Every version of a memory, in the order in which they came into the file.
    package init(_ versions: some Sequence<Version>) {
        var head: VersionID?
        for version in versions where head.map(version.parents.contains) ?? true {
            head = version.id
            heads.insert(version.id)
        }
    }

    /// Whether the version was shown to everyone who could see the memory: it was the head, and was neither a deletion
    /// nor expired when it became the head.
    package func wasShown(_ version: Version, publishedAt time: Timestamp) -> Bool {
        heads.contains(version.id) && !version.fields.isDeleted && !version.fields.isExpired(at: time)
    }
}

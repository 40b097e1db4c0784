import HearthModel

/// The versions of a memory under the ids that another digest gives them.
struct Relabeling {
    /// A version, and the id that it had.
    struct Relabeled {
        var old: VersionID
        var new: Version
    }

    private(set) var versions: [Relabeled] = []
    private var ids: [VersionID: VersionID] = [:]

    /// - Parameters:
    ///   - versions: All versions of a memory.
    ///   - key: What the new ids are made with; nil for those of a plain memory.
    init(_ versions: [Version], key: DigestKey?) {
        // Parents have lower numbers.
        for version in versions.sorted(by: { $0.number < $1.number }) {
            let new = version.relabeled(parents: version.parents.map { self[$0] }, key: key)
            ids[version.id] = new.id
            self.versions.append(Relabeled(old: version.id, new: new))
        }
    }

    /// The new id of a version.
    subscript(id: VersionID) -> VersionID { ids[id] ?? id }
}

/// The versions of a sensitive memory under the ids that they would have if it were plain.
///
/// The ids of a sensitive memory are made with a key of its file, so each device has its own. Between devices a version
/// goes by its plain id; and where the order of ids decides something, it is the order of these. The file never holds
/// them: who guesses what a version says could find out by them.
struct PlainLabels {
    /// By plain id.
    private var plain: [VersionID: Version] = [:]
    private var stored: [VersionID: VersionID] = [:]
    private var labels: [VersionID: VersionID] = [:]

    /// - Parameter versions: All versions of the memory.
    init(_ versions: [Version]) {
        for version in Relabeling(versions, key: nil).versions { add(version.new, as: version.old) }
    }

    /// Adds a version under its plain id.
    mutating func add(_ version: Version, as id: VersionID) {
        plain[version.id] = version
        stored[version.id] = id
        labels[id] = version.id
    }

    /// The versions with their plain ids, in no order.
    var versions: some Collection<Version> { plain.values }

    /// The plain id of a version.
    func plain(_ id: VersionID) -> VersionID { labels[id] ?? id }

    /// The id in this file of a version; nil if the memory has no such version.
    func stored(_ id: VersionID) -> VersionID? { stored[id] }

    /// The version with a plain id; nil if the memory has no such version.
    subscript(id: VersionID) -> Version? { plain[id] }

    /// A version that has a plain id and plain parents, as this file names it; nil if a parent is not here.
    func relabeled(_ version: Version, key: DigestKey) -> Version? {
        let parents = version.parents.compactMap(stored)
        guard parents.count == version.parents.count else { return nil }
        return version.relabeled(parents: parents, key: key)
    }
}

extension Version {
    /// The same version with the ids of another digest.
    func relabeled(parents: [VersionID], key: DigestKey?) -> Version {
        copy(fields: fields, parents: parents, key: key)
    }

    /// The same version with other fields, and so with another id.
    func with(_ change: (inout MemoryFields) -> Void) -> Version {
        var fields = fields
        change(&fields)
        return copy(fields: fields, parents: parents, key: digestKey)
    }

    private func copy(fields: MemoryFields, parents: [VersionID], key: DigestKey?) -> Version {
        Version(
            memoryID: memoryID,
            parents: parents,
            author: author,
            node: node,
            time: time,
            fields: fields,
            number: number,
            digestKey: key
        )
    }
}

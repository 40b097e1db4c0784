import HearthMemory

/// A memory that is there and says something else than the file.
struct ImportDifference: Encodable {
    /// Where it stands in the file.
    var place: String
    /// The memory that is there.
    var id: MemoryID
}

/// What an import found there that says something else than the file.
struct ImportDifferences {
    /// Those that were left as they are.
    private(set) var count = 0
    /// Those that say now what the file does.
    private(set) var updated = 0
    /// Whether they were to be updated.
    var areUpdated = false
    /// The first ones.
    private(set) var first: [ImportDifference] = []

    /// How many are named in JSON, and how many of them for people.
    private static let most = 100
    private static let mostShown = 20

    mutating func note(_ difference: ImportDifference) {
        count += 1
        if first.count < Self.most { first.append(difference) }
    }

    mutating func noteUpdate() { updated += 1 }

    private enum ReportKeys: String, CodingKey {
        case updated, differing, differences
    }

    /// Writes them among the members of a report of an import.
    func encodeAmongMembers(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: ReportKeys.self)
        try container.encode(updated, forKey: .updated)
        try container.encode(count, forKey: .differing)
        try container.encode(first, forKey: .differences)
    }

    /// Names them, and says what to do.
    func render(on page: inout Page) {
        guard let example = first.first else { return }
        page.line("These say something else here than in the file, and were left as they are:")
        for difference in first.prefix(Self.mostShown) { page.line(Styled("  \(difference.id)  \(difference.place)")) }
        if count > Self.mostShown {
            page.line("  and \(count - Self.mostShown) others; --json names the first \(Self.most)")
        }
        page.line(
            areUpdated
                ? "They have expired, or somebody else holds their lease. `hearth get \(example.id)` shows what is here."
                : "`hearth get \(example.id)` shows what is here; the same import with --update takes what the file says."
        )
    }
}

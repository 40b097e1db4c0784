import HearthMemory

/// A memory that is there with another text than the file's.
struct ImportDifference: Encodable {
    /// Where it stands in the file.
    var place: String
    /// The memory that is there.
    var id: MemoryID
}

/// What an import found there with another text, and left as it is.
struct ImportDifferences {
    private(set) var count = 0
    /// The first ones.
    private(set) var first: [ImportDifference] = []

    /// How many are named in JSON, and how many of them for people.
    private static let most = 100
    private static let mostShown = 20

    mutating func note(_ difference: ImportDifference) {
        count += 1
        if first.count < Self.most { first.append(difference) }
    }

    private enum ReportKeys: String, CodingKey {
        case differing, differences
    }

    /// Writes them among the members of a report of an import.
    func encodeAmongMembers(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: ReportKeys.self)
        try container.encode(count, forKey: .differing)
        try container.encode(first, forKey: .differences)
    }

    /// Names them, and says what to do.
    func render(on page: inout Page) {
        guard let example = first.first else { return }
        page.line("These are here with another text than the file's, and were left as they are:")
        for difference in first.prefix(Self.mostShown) { page.line(Styled("  \(difference.id)  \(difference.place)")) }
        if count > Self.mostShown {
            page.line("  and \(count - Self.mostShown) others; --json names the first \(Self.most)")
        }
        page.line(
            "`hearth get \(example.id)` shows what is here; `hearth edit \(example.id) --file PATH --publish` takes a new text."
        )
    }
}

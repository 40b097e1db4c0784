import ArgumentParser
import HearthMemory

/// Which memories a browse or a search is limited to.
struct FilterOptions: ParsableArguments {
    @Option(help: "Only memories of this type; may be given several times.")
    var type: [MemoryType] = []

    @Option(help: "Only memories of this category; may be given several times.")
    var category: [MemoryCategory] = []

    @Option(help: "Only memories with this tag; may be given several times.")
    var tag: [String] = []

    @Option(
        help: ArgumentHelp("Only memories created then or later: RFC 3339, or a date alone.", valueName: "time")
    )
    var since: Moment?

    @Option(help: ArgumentHelp("Only memories created before then.", valueName: "time"))
    var until: Moment?

    @Option(help: ArgumentHelp("Only memories at least this important, 0 to 1.", valueName: "importance"))
    var minImportance: Double?

    /// The library's filter.
    func filter(minimumScore: Double? = nil) -> SearchFilter {
        SearchFilter(
            types: Set(type),
            categories: Set(category),
            tags: Set(tag),
            createdAfter: since?.date,
            createdBefore: until?.date,
            minimumImportance: minImportance,
            minimumScore: minimumScore
        )
    }
}

import ArgumentParser
import HearthMemory

/// Which results of a search are wanted.
struct ResultOptions: ParsableArguments {
    @OptionGroup var filter: FilterOptions

    @Option(help: ArgumentHelp("Only results with at least this score, 0 to 1.", valueName: "score"))
    var minScore: Double?

    @Flag(help: "Only the agent's own memories.")
    var own = false

    @Option(help: "How many results at most.")
    var limit = 10

    /// What narrows the search.
    var searchFilter: SearchFilter { filter.filter(minimumScore: minScore) }
}

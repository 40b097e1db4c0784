import ArgumentParser
import FoundationEssentials
import HearthMemory

/// Which memories a list or a search may return.
struct FilterOptions: ParsableArguments {
    @Option(help: "Only memories of this type; may be given several times.")
    var type: [MemoryType] = []

    @Option(help: "Only memories of this category; may be given several times.")
    var category: [MemoryCategory] = []

    @Option(help: "Only memories with this tag; may be given several times.")
    var tag: [String] = []

    @Flag(help: "Only memories with all of the tags, and not just with one.")
    var allTags = false

    @Option(help: ArgumentHelp("Only memories of this session; may be given several times.", valueName: "session"))
    var inSession: [SessionID] = []

    @Option(help: ArgumentHelp("Only memories of this agent's; may be given several times.", valueName: "agent"))
    var owner: [AgentID] = []

    @Option(
        help: ArgumentHelp(
            "Only memories with this metadata value; may be given several times, and all count.",
            valueName: "key=value"
        )
    )
    var with: [MetadataPair] = []

    @Option(
        help: ArgumentHelp(
            "Only memories in this state for the agent: synced, pending (with a draft), conflict or locked; may be given several times.",
            valueName: "state"
        )
    )
    var status: [SyncStatus] = []

    @Option(
        help: ArgumentHelp("Only memories created then or later: RFC 3339, or a date alone.", valueName: "time")
    )
    var since: Moment?

    @Option(
        help: ArgumentHelp("Only memories created before then; of a date alone that day counts too.", valueName: "time")
    )
    var until: Moment?

    @Option(help: ArgumentHelp("Only memories at least this important, 0 to 1.", valueName: "importance"))
    var minImportance: Double?

    @Option(help: ArgumentHelp("Only memories trusted at least so far, 0 to 1.", valueName: "trust"))
    var minTrust: Double?

    @Flag(help: "Only the agent's own memories that have expired. They can be restored, or given another expiry.")
    var expired = false

    @OptionGroup var sensitivity: SensitivityOptions

    func validate() throws {
        guard let since, let until, since.asStart >= until.asEnd else { return }
        let remedy = since.asStart == until.asEnd ? "give a later --until" : "exchange them"
        throw ValidationError("--since is not before --until, so nothing can be found; \(remedy).")
    }

    /// The filter in the library's form.
    func filter(minimumScore: Double? = nil) -> SearchFilter {
        SearchFilter(
            types: Set(type),
            categories: Set(category),
            tags: allTags ? [] : Set(tag),
            createdAfter: since?.asStart,
            createdBefore: until?.asEnd,
            minimumImportance: minImportance,
            minimumScore: minimumScore,
            expiry: expired ? .expired : .current,
            includesSensitive: !sensitivity.withoutSensitive,
            minimumTrust: minTrust,
            sessions: Set(inSession),
            owners: Set(owner),
            allTags: allTags ? Set(tag) : [],
            metadata: with.dictionary,
            syncStatus: Set(status)
        )
    }
}

/// Whether sensitive memories are wanted.
struct SensitivityOptions: ParsableArguments {
    @Flag(help: "Leave out sensitive memories, which take a key.")
    var withoutSensitive = false
}

/// Which results of a search are wanted.
struct ResultOptions: ParsableArguments {
    @OptionGroup var filter: FilterOptions

    @Option(help: ArgumentHelp("Only results with at least this score, 0 to 1.", valueName: "score"))
    var minScore: Double?

    @Flag(help: "Only the agent's own memories.")
    var own = false

    @Option(help: "How many results at most.")
    var limit = 10

    /// The filter of the search.
    var searchFilter: SearchFilter { filter.filter(minimumScore: minScore) }
}

/// Which page of many memories is wanted.
struct PageOptions: ParsableArguments {
    @Option(help: "How many memories at most.")
    var limit = 20

    @Option(help: ArgumentHelp("Go on behind an earlier page.", valueName: "cursor"))
    var after: PageCursor?
}

/// Where a page ended, as a word that a person can copy from one command into the next.
struct PageCursor: ExpressibleByArgument, Encodable {
    let cursor: SliceCursor

    init(_ cursor: SliceCursor) {
        self.cursor = cursor
    }

    init?(argument: String) {
        guard let json = Data(base64Encoded: argument),
            let cursor = try? JSONDecoder().decode(SliceCursor.self, from: json)
        else { return nil }
        self.cursor = cursor
    }

    /// The cursor as that word.
    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return try encoder.encode(cursor).base64EncodedString()
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(try text)
    }
}

extension Page {
    /// Says how to get the next page, if there is one.
    mutating func continuation(_ next: SliceCursor?) throws {
        guard let next else { return }
        line(Styled("There are more: --after \(try PageCursor(next).text)", .faint))
    }
}

import FoundationEssentials
import HearthImport
import HearthMemory

/// Who gets the memories of another program, and how they are stored.
struct ForeignOwners {
    var agent: AgentID
    /// The user for those whose file names none, or nil.
    var user: UserID?
    /// Whether all are sensitive.
    var areSensitive: Bool

    /// The memory as it is to be stored.
    ///
    /// - Throws: `MemoryError` that names what a store doesn't take.
    func memory(_ foreign: ForeignMemory) throws -> MemoryImport {
        guard let user = user ?? foreign.user.map({ UserID(rawValue: $0) }) else {
            throw CommandFailure(UserOptions.question)
        }
        var draft = foreign.draft
        draft.isSensitive = areSensitive
        var memory = MemoryImport(
            id: foreign.id,
            userID: user,
            agentID: agent,
            sessionID: foreign.session.map { SessionID(rawValue: $0) },
            draft: draft
        )
        memory.hasDerivedID = true
        try memory.validate()
        return memory
    }
}

/// The first reading of a file of another program: everything is read and judged, nothing is stored.
struct ForeignCheck {
    /// Memories found, good or bad.
    private(set) var read = 0
    /// The first bad ones; how many there are in all is ``problemCount``.
    private(set) var problems: [ForeignProblem] = []
    private(set) var problemCount = 0
    /// What is not to be stored.
    private(set) var leftOut: [LeftOut: Int] = [:]
    /// The first memories, for people to look at.
    private(set) var samples = ImportSamples()
    /// The first and the last time.
    private(set) var span: ClosedRange<Date>?
    /// The users that the file names; no more than a few.
    private(set) var users: Set<String> = []
    /// The places of the bad ones, to be passed over in the second reading.
    private var bad = ExternalSort<Int>()

    private static let namedUsers = 10

    /// Reads the whole file and calls `onProblem` for every bad memory as it is found.
    init(
        _ reader: any ForeignReader,
        owners: ForeignOwners,
        progress: ProgressLine,
        onProblem: (ForeignProblem) throws -> Void
    ) throws {
        var reader = reader
        var ledger = IdentifierLedger()
        while let items = try reader.next() {
            for item in items {
                do {
                    guard let memory = try judge(item, owners: owners) else { continue }
                    let digest = LineDigest(
                        user: memory.userID,
                        agent: memory.agentID,
                        session: memory.sessionID,
                        draft: memory.draft
                    )
                    try ledger.add(memory, digest: digest, number: read)
                } catch let problem as ForeignProblem {
                    try note(problem, number: read)
                    try onProblem(problem)
                }
            }
            progress.show("Checking: \(read) memories\(Self.percent(reader))")
        }
        try ledger.contradictions { number, earlier in
            let problem = ForeignProblem(
                place: "memory \(number)",
                reason: "its id was given to another memory before, memory \(earlier)"
            )
            try note(problem, number: number)
            try onProblem(problem)
        }
    }

    static func percent(_ reader: any ForeignReader) -> String {
        let fraction = reader.fractionRead
        return fraction > 0 && fraction.isFinite ? ", \(Int(min(1, fraction) * 100)) %" : ""
    }

    /// The places of the bad ones, ascending.
    mutating func sortedBad() throws -> SortedValues<Int> { try bad.sorted() }

    private mutating func judge(_ item: ForeignItem, owners: ForeignOwners) throws -> MemoryImport? {
        switch item {
        case .left(let kind, let count):
            leftOut[kind, default: 0] += count
            return nil
        case .refused(let place, let reason):
            read += 1
            throw ForeignProblem(place: place, reason: reason)
        case .memory(let foreign):
            read += 1
            if let user = foreign.user, users.count < Self.namedUsers { users.insert(user) }
            do {
                let memory = try owners.memory(foreign)
                samples.note(memory)
                if let date = memory.draft.createdAt {
                    span = min(span?.lowerBound ?? date, date)...max(span?.upperBound ?? date, date)
                }
                return memory
            } catch let error as MemoryError {
                throw ForeignProblem(place: foreign.place, reason: error.message)
            }
        }
    }

    private mutating func note(_ problem: ForeignProblem, number: Int) throws {
        problemCount += 1
        if problems.count < ImportCheck.shownProblems { problems.append(problem) }
        try bad.append(number)
    }
}

/// Why something in a file of another program can't be a memory.
struct ForeignProblem: Error, Encodable {
    /// Where it stands in the file.
    var place: String
    /// What is wrong, for a person.
    var reason: String
}

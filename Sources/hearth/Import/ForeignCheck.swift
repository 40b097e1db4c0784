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

    /// The memory as it is to be stored, and what may be there of it.
    ///
    /// - Throws: `MemoryError` that names what a store doesn't take.
    func candidate(_ foreign: ForeignMemory) throws -> ImportCandidate {
        ImportCandidate(
            memory: try memory(foreign),
            place: foreign.place,
            earlierIDs: foreign.earlierIDs,
            furtherIDs: foreign.furtherIDs,
            tellingKey: foreign.tellingKey,
            placeKeys: foreign.placeKeys,
            hasLabels: true
        )
    }

    private func memory(_ foreign: ForeignMemory) throws -> MemoryImport {
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

    /// For how many contradictions the places are looked up.
    private static let placedContradictions = 1_000

    /// Reads the whole file and calls `onProblem` for every bad memory as it is found.
    ///
    init(
        _ source: ForeignSource,
        keepingBranches: Bool,
        owners: ForeignOwners,
        progress: ProgressLine,
        onProblem: (ForeignProblem) throws -> Void
    ) throws {
        var reader = try source.reader(keepingBranches: keepingBranches)
        var ledger = IdentifierLedger()
        while let items = try reader.next() {
            for item in items {
                do {
                    guard let candidate = try judge(item, owners: owners) else { continue }
                    // Each of several texts of one id is stored.
                    guard candidate.furtherIDs.isEmpty || candidate.tellingKey != nil else { continue }
                    let memory = candidate.memory
                    let digest = LineDigest(
                        user: memory.userID,
                        agent: memory.agentID,
                        session: memory.sessionID,
                        // Of one text with different metadata the first is stored.
                        draft: MemoryDraft(content: memory.draft.content)
                    )
                    try ledger.add(memory, digest: digest, number: read)
                } catch let problem as ForeignProblem {
                    try note(problem, number: read)
                    try onProblem(problem)
                }
            }
            progress.show("Checking: \(read) memories\(Self.percent(reader))")
        }
        var contradictions: [(number: Int, earlier: Int)] = []
        try ledger.contradictions { contradictions.append((number: $0, earlier: $1)) }
        guard !contradictions.isEmpty else { return }
        let placed = contradictions.prefix(Self.placedContradictions)
        let places = try Self.places(
            of: Set(placed.flatMap { [$0.number, $0.earlier] }),
            in: source.reader(keepingBranches: keepingBranches)
        )
        for (number, earlier) in contradictions {
            let problem = ForeignProblem(
                place: places[number] ?? "memory \(number)",
                reason: "its id was given to another text before, in \(places[earlier] ?? "memory \(earlier)")"
            )
            try note(problem, number: number)
            try onProblem(problem)
        }
    }

    /// Where some of the memories stand, which nothing keeps for all of them.
    private static func places(of numbers: Set<Int>, in reader: any ForeignReader) throws -> [Int: String] {
        var reader = reader
        var places: [Int: String] = [:]
        var number = 0
        while places.count < numbers.count, let items = try reader.next() {
            for item in items {
                if case .left = item { continue }
                number += 1
                if numbers.contains(number), case .memory(let memory) = item { places[number] = memory.place }
            }
        }
        return places
    }

    static func percent(_ reader: any ForeignReader) -> String {
        let fraction = reader.fractionRead
        return fraction > 0 && fraction.isFinite ? ", \(Int(min(1, fraction) * 100)) %" : ""
    }

    /// The places of the bad ones, ascending.
    mutating func sortedBad() throws -> SortedValues<Int> { try bad.sorted() }

    private mutating func judge(_ item: ForeignItem, owners: ForeignOwners) throws -> ImportCandidate? {
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
                let candidate = try owners.candidate(foreign)
                samples.note(candidate.memory)
                if let date = candidate.memory.draft.createdAt {
                    span = min(span?.lowerBound ?? date, date)...max(span?.upperBound ?? date, date)
                }
                return candidate
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

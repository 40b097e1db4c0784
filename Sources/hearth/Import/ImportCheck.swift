import HearthMemory

/// The first reading of an import: every line is read and judged, nothing is stored.
struct ImportCheck {
    /// Lines that aren't empty.
    private(set) var linesRead = 0
    /// The first bad lines; how many there are at all is ``problemCount``.
    private(set) var problems: [LineProblem] = []
    private(set) var problemCount = 0
    /// The agents that own something in the input.
    private(set) var agents: Set<AgentID> = []
    /// Keys that no line should have, with the first line that has them; no more than a few.
    private(set) var unknownKeys: [String: Int] = [:]
    /// The numbers of the bad lines, to be passed over in the second reading.
    private var badLines = ExternalSort<Int>()

    /// How many problems and unknown keys are kept to be shown.
    static let shownProblems = 100
    private static let shownKeys = 10

    /// Reads the whole input and calls `onProblem` for every bad line as it is found.
    init(
        _ source: ImportSource,
        owners: ImportOwners,
        progress: ProgressLine,
        onProblem: (LineProblem) throws -> Void
    ) throws {
        var ledger = IdentifierLedger()
        var reader = LineReader(source)
        while let line = try reader.next() {
            linesRead += 1
            do {
                let understood = try ImportLine(line, owners: owners)
                note(understood, number: line.number)
                try ledger.add(understood, number: line.number)
            } catch let problem as LineProblem {
                try note(problem)
                try onProblem(problem)
            }
            progress.show("Checking: \(linesRead) lines, \(Int(reader.fractionRead * 100)) %")
        }
        try ledger.contradictions { problem in
            try note(problem)
            try onProblem(problem)
        }
    }

    /// The numbers of the bad lines, ascending.
    mutating func sortedBadLines() throws -> SortedValues<Int> {
        try badLines.sorted()
    }

    private mutating func note(_ line: ImportLine, number: Int) {
        agents.insert(line.memory.agentID)
        for key in line.unknownKeys where unknownKeys.count < Self.shownKeys && unknownKeys[key] == nil {
            unknownKeys[key] = number
        }
    }

    private mutating func note(_ problem: LineProblem) throws {
        problemCount += 1
        if problems.count < Self.shownProblems { problems.append(problem) }
        try badLines.append(problem.line)
    }
}

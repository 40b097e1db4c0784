import FoundationEssentials
import HearthImport
import HearthMemory

/// Imports what another program wrote: first all of it is read and judged, then it is stored.
struct ForeignImport {
    var source: ForeignSource
    var owners: ForeignOwners
    var keepsBranches: Bool
    var skipsBad: Bool
    var provenance: Provenance
    var allowsErased: Bool
    var updates: Bool

    /// Reads all of it, says what is bad, and stores nothing.
    func check() throws -> ForeignCheck {
        let progress = ProgressLine()
        defer { progress.clear() }
        var named = NamedProblems(namesAll: skipsBad, progress: progress)
        let check = try ForeignCheck(
            source,
            keepingBranches: keepsBranches,
            owners: owners,
            progress: progress
        ) { named.name($0.place, $0.reason) }
        progress.clear()
        guard owners.user == nil || check.users.count < 2 else {
            throw CommandFailure(
                """
                \(source.name) has memories of several users (\(check.users.sorted().joined(separator: ", "))). Leave out --user and \
                HEARTH_USER: each keeps its own.
                """
            )
        }
        if check.problemCount > 0, !skipsBad {
            named.complain("\(check.read) memories", remedy: "store the others with --skip-bad.")
        }
        return check
    }

    /// Stores what `check` found good.
    func store(_ check: inout ForeignCheck, in coordinator: MultiAgentMemoryCoordinator) async throws -> ForeignReport {
        var report = ForeignReport(source.format, check)
        guard check.problemCount == 0 || skipsBad else { return report }
        Signals.noteInterrupts()
        let progress = ProgressLine()
        defer { progress.clear() }
        var run = ImportRun(coordinator, provenance: provenance, allowsErased: allowsErased, updates: updates)
        do {
            try await storeAll(&check, by: &run, progress)
        } catch {
            try run.stop(because: error)
        }
        progress.clear()
        (report.counts, report.differences) = (run.counts, run.differences)
        (report.complete, report.skipped) = (run.isComplete, check.problemCount)
        if run.counts.unsealed > 0 { ImportCommand.warnOfUnsealed(run.counts.unsealed) }
        run.complainUnlessComplete()
        return report
    }

    private func storeAll(_ check: inout ForeignCheck, by run: inout ImportRun, _ progress: ProgressLine) async throws {
        var reader = try source.reader(keepingBranches: keepsBranches)
        var bad = try check.sortedBad()
        var nextBad = try bad.next()
        var number = 0
        while !Signals.interrupted, let items = try reader.next() {
            for item in items {
                if case .left = item { continue }
                number += 1
                if number == nextBad {
                    // One that is bad in itself may also have another's id.
                    while nextBad == number { nextBad = try bad.next() }
                    continue
                }
                guard case .memory(let foreign) = item, let candidate = try? owners.candidate(foreign) else {
                    throw CommandFailure("\(source.name) changed while it was read. Run the import again.")
                }
                try await run.add(candidate)
            }
            progress.show("Storing: \(run.all) of \(check.read - check.problemCount)")
        }
        if !Signals.interrupted { try await run.finish() }
    }
}

/// What an import of another program's file did, or would do.
struct ForeignReport: Report {
    var format: ForeignFormat
    var check: ForeignCheck
    var counts = ImportCounts()
    var differences = ImportDifferences()
    var skipped = 0
    var complete = false
    var isDryRun = false

    init(_ format: ForeignFormat, _ check: ForeignCheck) {
        self.format = format
        self.check = check
    }

    private enum CodingKeys: String, CodingKey {
        case from, read, skipped, complete, problems
        case leftOut = "left_out"
        case dryRun = "dry_run"
        case samples, earliest, latest
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(format, forKey: .from)
        try container.encode(check.read, forKey: .read)
        try counts.encodeAmongMembers(to: encoder)
        try differences.encodeAmongMembers(to: encoder)
        try container.encode(skipped, forKey: .skipped)
        try container.encode(complete, forKey: .complete)
        try container.encode(check.problems, forKey: .problems)
        let left = check.leftOut.sorted { $0.key.rawValue < $1.key.rawValue }
        try container.encode(left.map { LeftOutJSON(what: $0.key, count: $0.value) }, forKey: .leftOut)
        try container.encode(check.span.map { RFC3339.string($0.lowerBound) }, forKey: .earliest)
        try container.encode(check.span.map { RFC3339.string($0.upperBound) }, forKey: .latest)
        try container.encode(isDryRun, forKey: .dryRun)
        if isDryRun { try container.encode(check.samples, forKey: .samples) }
    }

    func render(on page: inout Page) {
        var facts: [(name: String, value: Styled)] = [("from", Styled(format.title)), ("read", "\(check.read)")]
        if !isDryRun {
            facts.append(("stored", Styled("\(counts.stored)", .good)))
            facts.append(("present", "\(counts.present)"))
        }
        for (name, count) in [
            ("updated", differences.updated), ("differing", differences.count), ("deleted", counts.deleted),
            ("expired", counts.expired), ("erased", counts.erased),
            ("skipped", isDryRun ? check.problemCount : skipped),
        ] where count > 0 {
            facts.append((name, Styled("\(count)", .caution)))
        }
        if let span = check.span {
            facts.append(("times", "\(RFC3339.minutes(span.lowerBound)) to \(RFC3339.minutes(span.upperBound))"))
        }
        for (kind, count) in check.leftOut.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            facts.append(("left out", "\(count) \(kind.title)"))
        }
        page.facts(facts)
        differences.render(on: &page)
        guard isDryRun else { return }
        check.samples.render(on: &page)
    }
}

/// How much of something was left out.
private struct LeftOutJSON: Encodable {
    var what: LeftOut
    var count: Int
}

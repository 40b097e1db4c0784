import HearthMemory

/// Imports a file that `hearth export` wrote.
struct ExportedImport {
    var source: LineSource
    var allowsErased: Bool

    /// Whether the first line is the header of an export.
    static func fits(_ source: LineSource) throws -> Bool {
        var reader = LineReader(source)
        guard let line = try? reader.next(), let fields = try? LineFields(line) else { return false }
        return (try? fields.string("format")) == "hearth-export" && (try? fields.string("kind")) == "header"
    }

    /// - Returns: What was done.
    func load(into coordinator: MultiAgentMemoryCoordinator) async throws -> RestoredExport {
        let progress = SharedProgress("Importing")
        defer { progress.clear() }
        // What was copied from a pipe has no name of its own.
        let path = source.isCopy ? "/proc/self/fd/\(source.descriptor)" : source.name
        let report = try await coordinator.importMemories(from: path, allowErased: allowsErased) { progress.show($0) }
        return RestoredExport(report: report)
    }
}

/// What an import of an export did.
struct RestoredExport: Report {
    var report: HearthMemory.ImportReport

    func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
    }

    func render(on page: inout Page) {
        var facts: [(name: String, value: Styled)] = [
            ("stored", Styled("\(report.stored)", .good)),
            ("present", "\(report.present)"),
        ]
        for (name, count) in [
            ("differing", report.differing), ("deleted here", report.deletedHere), ("expired here", report.expiredHere),
            ("erased", report.erased), ("deleted", report.deleted),
        ] where count > 0 {
            facts.append((name, Styled("\(count)", .caution)))
        }
        facts.append(("new agents", "\(report.agents)"))
        facts.append(("policy", report.tookPolicy ? "as in the file" : "kept as it is here"))
        page.facts(facts)
        if report.differing > 0 {
            page.line(
                "\(report.differing) memories that are here already have other versions in the file; they were left as they are."
            )
        }
        if report.deletedHere + report.expiredHere > 0 {
            page.line(
                "What is deleted here or has expired was left so; `hearth restore ID` by its owner brings a memory back."
            )
        }
    }
}

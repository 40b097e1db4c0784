/// What an import did.
struct ImportOutcome: Report {
    /// Lines that aren't empty.
    var read: Int
    /// Memories stored by this run.
    var stored = 0
    /// Memories that were in the store already; they were left as they are.
    var present = 0
    /// Bad lines that --skip-bad passed over.
    var skipped = 0
    /// Whether every good line is in the store now.
    var complete = false
    /// The first hundred bad lines.
    var problems: [LineProblem]

    func render(on page: inout Page) {
        page.facts([
            ("read", "\(read)"),
            ("stored", Styled("\(stored)", .good)),
            ("present", "\(present)"),
            ("skipped", Styled("\(skipped)", skipped > 0 ? .caution : .plain)),
        ])
    }
}

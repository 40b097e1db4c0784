import HearthMemory

extension DemoStory {
    /// An answer counts if it is among this many results.
    private static let answersWithin = 10
    /// How many results are searched for what must not be there: more than any agent may see.
    private static let everything = 1_000

    /// Every question of the household is put by the agent who would ask it.
    mutating func searching() async throws -> DemoChapter {
        var chapter = DemoChapter(
            "Each agent asks",
            """
            Some questions use the words of the answer, some other words that mean the same, some are in Chinese or Japanese, and some are \
            after what is nobody else's business. A few go by meaning further than the built-in embedder reaches: they show its limits.
            """
        )
        let searchesByMeaning = try await searchesByMeaning()
        var table = Table(
            .leading("AGENT"),
            .leading("ASKS"),
            .trailing("RANK"),
            .leading("ANSWER"),
            .flexible("SNIPPET")
        )
        for question in household.questions {
            guard !question.isByMeaning || searchesByMeaning else {
                counts.questions.skipped += 1
                continue
            }
            counts.questions.asked += 1
            let results = try await results(of: question, .hybrid)
            let rank = results.prefix(Self.answersWithin).firstIndex { question.expects.contains($0.memory.id) }
            table.row(Self.row(question, rank: rank, results: results))
            if rank != nil { counts.questions.answered += 1 }
            if !question.expects.isEmpty, question.kind != .beyond {
                chapter.check("\(question.agent) finds the answer to “\(question.query)”", rank != nil)
            }
            try await checkLimits(of: question, hybrid: results, searchesByMeaning: searchesByMeaning, in: &chapter)
        }
        chapter.table = table
        if counts.questions.skipped > 0 {
            chapter.text +=
                " \(counts.questions.skipped) questions by meaning are left out: this store searches by word."
        }
        return chapter
    }

    /// Checks that no kind of search finds what must not be found, and that keyword search misses what shares no word
    /// with the question.
    private func checkLimits(
        of question: Household.Question,
        hybrid: [MemorySearchResult],
        searchesByMeaning: Bool,
        in chapter: inout DemoChapter
    ) async throws {
        let keyword = try await results(of: question, .keyword)
        let semantic = searchesByMeaning ? try await results(of: question, .semantic) : []
        if !question.mustNotFind.isEmpty {
            let found = Set((hybrid + keyword + semantic).map(\.memory.id)).intersection(question.mustNotFind)
            chapter.check(
                "“\(question.query)” brings up nothing that is kept from \(question.agent)",
                found.sorted(),
                is: []
            )
        }
        if question.isByMeaning {
            let isFoundByWord = keyword.prefix(Self.answersWithin).contains { question.expects.contains($0.memory.id) }
            chapter.check(
                "“\(question.query)” shares no word with its answer, and keyword search misses it",
                !isFoundByWord
            )
        }
    }

    private func results(of question: Household.Question, _ type: SearchType) async throws -> [MemorySearchResult] {
        try await coordinator.searchAgentMemories(
            agentID: question.agent,
            userID: user,
            query: question.query,
            searchType: type,
            limit: Self.everything
        )
    }

    /// Whether the store searches by meaning, or by word only.
    private func searchesByMeaning() async throws -> Bool {
        try await refusal {
            _ = try await coordinator.searchAgentMemories(
                agentID: "alden",
                userID: user,
                query: "cat",
                searchType: .semantic
            )
        } != .invalidArgument
    }

    private static func row(_ question: Household.Question, rank: Int?, results: [MemorySearchResult]) -> [Table.Cell] {
        guard let rank else {
            let answer = Styled(question.expects.isEmpty ? "kept from it" : "not found", .caution)
            return [["\(question.agent)"], ["\(question.query)"], ["–"], [answer], []]
        }
        let answer = results[rank]
        return [
            ["\(question.agent)"],
            ["\(question.query)"],
            [Styled("\(rank + 1)", .good)],
            ["\(answer.memory.id)"],
            SnippetMarks.spans(answer.snippet),
        ]
    }
}

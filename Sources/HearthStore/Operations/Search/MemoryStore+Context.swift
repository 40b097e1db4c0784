import FoundationEssentials
package import HearthModel
import HearthRules
import HearthText

extension MemoryStore {
    /// The greatest budget: more than any model reads at once.
    private static let greatestBudget = 10_000_000
    /// How few tokens a memory takes in the text, about. It says how many results a budget may need.
    private static let tokensOfAnEntry = 16
    /// How many results are looked at: never fewer, so that folding has something to choose from, and never more.
    private static let lookedAt = 20...200

    /// What an assistant pastes into a prompt.
    package func context(
        _ query: String,
        as agentID: AgentID,
        userID: UserID,
        sessionID: SessionID? = nil,
        includeShared: Bool = true,
        filter: SearchFilter = .init(),
        budget: Int,
        tuning: SearchTuning = SearchTuning(),
        countTokens: (@Sendable (String) -> Int)? = nil
    ) async throws -> MemoryContext {
        guard (1...Self.greatestBudget).contains(budget) else {
            throw MemoryError.invalidArgument(
                "The budget is \(budget) tokens; it must be from 1 to \(Self.greatestBudget)."
            )
        }
        let wanted = min(max(budget / Self.tokensOfAnEntry, Self.lookedAt.lowerBound), Self.lookedAt.upperBound)
        let found = try await search(
            query,
            as: agentID,
            userID: userID,
            sessionID: sessionID,
            includeShared: includeShared,
            filter: filter,
            limit: wanted,
            tuning: tuning
        )
        var duplicates = NearDuplicates()
        var kept: [MemorySearchResult] = []
        var folded: [MemoryID: [MemoryID]] = [:]
        for result in found {
            if let place = duplicates.take(result.memory.content) {
                folded[kept[place].memory.id, default: []].append(result.memory.id)
            } else {
                kept.append(result)
            }
        }
        let text = ContextText(
            kept.map(ContextText.Entry.init),
            budget: budget,
            countTokens: countTokens ?? TokenEstimate.tokens
        )
        let results = text.places.map { kept[$0] }
        let shown = Set(results.map(\.memory.id))
        return MemoryContext(
            text: text.text,
            results: results,
            tokens: text.tokens,
            isEstimate: countTokens == nil,
            folded: folded.filter { shown.contains($0.key) },
            leftOut: kept.count - results.count
        )
    }
}

extension ContextText.Entry {
    fileprivate init(_ result: MemorySearchResult) {
        self.init(
            id: result.memory.id,
            text: result.memory.content,
            passage: result.snippet.replacing("**", with: ""),
            reason: Self.reason(of: result)
        )
    }

    /// What the memory is, whose, since when, why it was found, and how far it is trusted.
    private static func reason(of result: MemorySearchResult) -> String {
        var reasons = [result.memory.category.rawValue, day(of: result.memory.createdAt)]
        if result.isShared {
            let rule = result.sharing?.rule.map { " by rule \($0)" } ?? ""
            reasons.append("shared by \(result.sourceAgent)\(rule)")
        }
        let matches = [
            (result.components.keyword ?? 0) > 0 ? "words" : nil,
            (result.components.semantic ?? 0) > 0 ? "meaning" : nil,
        ]
        .compactMap(\.self)
        if !matches.isEmpty { reasons.append("matches by \(matches.joined(separator: " and "))") }
        reasons.append("trust \(result.trust)")
        return reasons.joined(separator: "; ")
    }

    private static func day(of date: Date) -> String {
        String(date.formatted(.iso8601.year().month().day()))
    }
}

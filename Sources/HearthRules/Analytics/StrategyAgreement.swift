package import HearthModel

/// Which strategy would have settled conflicts as people did.
package struct StrategyAgreement {
    /// A conflict that a person decided.
    package struct Decision: Hashable, Sendable {
        package var category: MemoryCategory
        /// The strategies that would have come to the same.
        package var agreeing: Set<ConflictResolution>

        package init(category: MemoryCategory, agreeing: Set<ConflictResolution>) {
            (self.category, self.agreeing) = (category, agreeing)
        }
    }

    /// The strategies that decide by themselves.
    package static let strategies = ConflictResolution.allCases.filter { $0 != .manualReview }
    /// How many decisions a suggestion needs, and which part of them must agree.
    private static let fewestDecisions = 4
    private static let sufficientShare = 0.75

    /// Which strategies would have come to the fields that a person decided on.
    package static func agreeing(
        _ decided: MemoryFields,
        on heads: [VersionID],
        in graph: VersionGraph,
        policy: (ConflictResolution) -> ReconcilePolicy
    ) -> Set<ConflictResolution> {
        Set(
            strategies.filter { strategy in
                guard
                    case .merged(let merge) = try? Reconcile.reconcile(graph, heads: heads, policy: policy(strategy))
                else { return false }
                let fields = merge.version.fields
                return fields.isDeleted == decided.isDeleted && (decided.isDeleted || fields.content == decided.content)
            }
        )
    }

    /// Advice by category, the most decisions first.
    package static func advice(_ decisions: [Decision]) -> [MemoryAnalytics.StrategyAdvice] {
        Dictionary(grouping: decisions, by: \.category)
            .map { category, decisions in
                let agreements = strategies.map { strategy in
                    MemoryAnalytics.StrategyAdvice.Agreement(
                        strategy: strategy,
                        decisions: decisions.count { $0.agreeing.contains(strategy) }
                    )
                }
                let ordered = agreements.sorted {
                    ($1.decisions, $0.strategy.rawValue) < ($0.decisions, $1.strategy.rawValue)
                }
                let enough = Double(decisions.count) * sufficientShare
                let best = ordered.first.flatMap {
                    decisions.count >= fewestDecisions && Double($0.decisions) >= enough ? $0.strategy : nil
                }
                return MemoryAnalytics.StrategyAdvice(
                    category: category,
                    decisions: decisions.count,
                    agreements: ordered,
                    suggested: best
                )
            }
            .sorted { ($1.decisions, $0.category.rawValue) < ($0.decisions, $1.category.rawValue) }
    }
}

import Foundation
import Testing

@testable import HearthModel
@testable import HearthRules

/// What a priority allows is what the article's table says, row by row.
@Suite struct PriorityTable {
    private typealias Rights = PriorityRights

    /// The rows of the table: what an agent may do, and the four cells.
    private func rows() throws -> [(deed: String, cells: [String])] {
        let article = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/HearthMemory/HearthMemory.docc/SlicesAndSharing.md").standardized
        let text = try String(contentsOf: article, encoding: .utf8)
        let table = text.components(separatedBy: "## What a priority allows")[1].components(separatedBy: "\n## ")[0]
        return table.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst(2)
            .map { line in
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                return (cells[0], Array(cells.dropFirst()))
            }
    }

    @Test func `each row of the article's table is what the function says`() throws {
        let rows = try rows()
        #expect(rows.map(\.deed) == Rights.Deed.allCases.map(\.rawValue))
        for (deed, row) in zip(Rights.Deed.allCases, rows) {
            #expect(row.cells.count == Rights.Rank.allCases.count, "\(row.deed)")
            for (rank, cell) in zip(Rights.Rank.allCases, row.cells) {
                let (seen, hidden) =
                    switch cell {
                    case "no": (false, false)
                    case "if it sees it": (true, false)
                    default: (true, true)
                    }
                #expect(["no", "if it sees it", "yes"].contains(cell), "\(row.deed)")
                #expect(Rights.allow(deed, by: rank, seesMemory: true) == seen, "\(row.deed), \(rank)")
                #expect(Rights.allow(deed, by: rank, seesMemory: false) == hidden, "\(row.deed), \(rank)")
            }
        }
    }

    @Test func `a higher rank may do whatever a lower one may`() {
        for deed in Rights.Deed.allCases {
            for seesMemory in [false, true] {
                let rights = Rights.Rank.allCases.map { Rights.allow(deed, by: $0, seesMemory: seesMemory) }
                #expect(rights == rights.sorted { !$0 && $1 }, "\(deed)")
            }
        }
    }

    @Test func `an agent's rank follows from the two priorities`() {
        let profiles = AgentPriority.allCases.map { ("\($0)", $0) }
        var priorities = Dictionary(uniqueKeysWithValues: profiles.map { (AgentID(rawValue: $0.0), $0.1) })
        priorities[AgentProfile.system.id] = .critical
        let rules = AccessRules(policy: .hearthlink, priorities: priorities)
        for agent in AgentPriority.allCases {
            for owner in AgentPriority.allCases {
                let rank = rules.rank(of: AgentID(rawValue: "\(agent)"), over: AgentID(rawValue: "\(owner)"))
                let expected: Rights.Rank =
                    agent == .critical ? .critical : agent.rawValue <= owner.rawValue ? .notBelow : .below
                #expect(rank == expected, "\(agent) over \(owner)")
            }
        }
        #expect(rules.rank(of: "system", over: "critical") == .system)
        #expect(rules.rank(of: "stranger", over: "low") == .below && rules.rank(of: "high", over: "stranger") == .below)
        #expect(rules.rank(of: "high", over: nil) == .below && rules.rank(of: "critical", over: nil) == .critical)
    }
}

import TestSupport

@testable import HearthModel
@testable import HearthRules

/// A random history of one memory: edits of random fields on random versions, merges among them, decisions on several
/// heads.
struct GeneratedHistory {
    private(set) var history: EditHistory

    /// Generates one.
    ///
    /// - Parameters:
    ///   - strategy: What its automatic merges are made by.
    ///   - steps: How many versions to add at most.
    ///   - random: Where the choices come from.
    init(_ strategy: ConflictResolution, steps: Int, using random: inout SeededGenerator) throws {
        history = EditHistory(
            strategy,
            first: MemoryFields(content: Self.text(using: &random), tags: ["a", "b"], metadata: ["x": "1", "y": "1"])
        )
        for _ in 0..<steps {
            let parents = someVersions(1 + Int.random(in: 0...2, using: &random), using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0...5:
                edit([parents[0]], using: &random)
            case 6:
                edit(unrelated(parents), using: &random)
            default:
                _ = try history.merge(parents)
            }
        }
    }

    /// Versions of the history, some of them perhaps ancestors of others or the same.
    func someVersions(_ count: Int, using random: inout SeededGenerator) -> [Version] {
        (0..<count).map { _ in history.versions.randomElement(using: &random) ?? history.first }
    }

    /// The versions that nothing was made from.
    var heads: [Version] {
        let graph = history.graph
        return graph.heads.compactMap { graph[$0] }
    }

    private func unrelated(_ versions: [Version]) -> [Version] {
        let graph = history.graph
        var seen: Set<VersionID> = []
        return versions.filter { version in
            seen.insert(version.id).inserted
                && !versions.contains { $0.id != version.id && graph.isAncestor(version.id, of: $0.id) }
        }
    }

    private mutating func edit(_ parents: [Version], using random: inout SeededGenerator) {
        let agents: [AgentID] = ["alden", "alice", "sentry", "mimic", "stranger", "system"]
        // Few agents, times and values, so that ties and equal edits happen.
        _ = history.edit(
            parents,
            by: agents.randomElement(using: &random) ?? "alden",
            at: Int64.random(in: 1...6, using: &random)
        ) { fields in
            for _ in 0...Int.random(in: 0...1, using: &random) { Self.change(&fields, using: &random) }
        }
    }

    private static func change(_ fields: inout MemoryFields, using random: inout SeededGenerator) {
        func some<T>(_ values: [T]) -> T { values[Int.random(in: values.indices, using: &random)] }
        switch Int.random(in: 0..<11, using: &random) {
        case 0, 1:
            fields.content = edited(fields.content, using: &random)
        case 2:
            fields.category = some([.general, .task, .knowledge])
        case 3:
            fields.importance = some([0.1, 0.5, 0.9])
        case 4:
            fields.confidence = some([0.1, 0.8])
        case 5:
            fields.expiresAt = some([nil, Timestamp(rawValue: 1), Timestamp(rawValue: 2)])
        case 6:
            fields.isDeleted.toggle()
        case 7, 8:
            let tag = some(["a", "b", "c"])
            if let index = fields.tags.firstIndex(of: tag) {
                fields.tags.remove(at: index)
            } else {
                fields.tags.append(tag)
            }
        case 9:
            fields.provenance = some([
                .standard, Provenance(origin: .tool), Provenance(origin: .user), Provenance(origin: .import),
            ])
        default:
            fields.metadata[some(["x", "y", "z"])] = some([nil, "1", "2", "3"])
        }
    }

    private static let sentences = [
        "Ana likes tea.", "She lives in Oslo!", "她有一只猫。", "Her cat is called Miso.",
        "明日会います。", "Call Dr. Lee at 3.30.", "- buy milk", "- buy bread",
    ]

    static func text(using random: inout SeededGenerator) -> String {
        joined((0..<4).map { _ in sentences.randomElement(using: &random) ?? "" })
    }

    private static func edited(_ text: String, using random: inout SeededGenerator) -> String {
        var parts = text.split(separator: "\n").map(String.init)
        let place = Int.random(in: 0...parts.count, using: &random)
        let sentence = sentences.randomElement(using: &random) ?? ""
        switch Int.random(in: 0..<3, using: &random) {
        case 0 where place < parts.count: parts.remove(at: place)
        case 1 where place < parts.count: parts[place] = sentence
        default: parts.insert(sentence, at: place)
        }
        return joined(parts)
    }

    private static func joined(_ parts: [String]) -> String { parts.joined(separator: "\n") }
}

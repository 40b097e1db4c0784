import FoundationEssentials

/// A chat as a tree of messages, of which a person sees the path to one of them.
///
/// An edited question and an answer that was asked for again are branches.
struct MessageTree {
    struct Node {
        /// The place of the node that it follows; nil for a first one.
        var parent: Int?
        /// Whether something follows it.
        var isFollowed = false
        /// nil for what isn't shown.
        var message: ChatMessage?
        /// How much of it isn't shown.
        var hidden = 0
    }

    private let chat: Chat
    /// In the order of the file.
    private let nodes: [Node]
    private let current: Int?

    /// - Parameter current: The place of what was shown last; nil where the file doesn't say it.
    init(_ chat: Chat, _ nodes: [Node], current: Int?) {
        (self.chat, self.nodes) = (chat, nodes)
        self.current = current ?? Self.latestLeaf(of: nodes)
    }

    private static func latestLeaf(of nodes: [Node]) -> Int? {
        nodes.indices.filter { !nodes[$0].isFollowed }
            .max { (nodes[$0].message?.time ?? .distantPast) < (nodes[$1].message?.time ?? .distantPast) }
    }

    func items(keepingBranches: Bool) -> [ForeignItem] {
        let path = self.path(to: current, stoppingAt: [])
        var items = hidden(path)
        for exchange in Exchange.cut(path.compactMap { nodes[$0].message }) {
            items += chat.items(exchange)
        }
        var seen = Set(path)
        // Every other leaf ends a branch, whose beginning is the first node that no earlier path had.
        for leaf in nodes.indices where !nodes[leaf].isFollowed && !seen.contains(leaf) {
            let branch = self.path(to: leaf, stoppingAt: seen)
            seen.formUnion(branch)
            let messages = branch.compactMap { nodes[$0].message }
            guard !messages.isEmpty else { continue }
            guard keepingBranches else {
                items.append(.left(.branches, count: messages.count))
                continue
            }
            items += hidden(branch) + branchItems(branch, messages)
        }
        return items
    }

    private func hidden(_ path: [Int]) -> [ForeignItem] {
        let count = path.reduce(0) { $0 + nodes[$1].hidden }
        return count > 0 ? [.left(.hidden, count: count)] : []
    }

    private func branchItems(_ branch: [Int], _ messages: [ChatMessage]) -> [ForeignItem] {
        var messages = messages
        let first = messages[0]
        // Another answer is kept with its question.
        if !first.isOfUser, let question = question(before: branch[0]) { messages.insert(question, at: 0) }
        return Exchange.cut(messages)
            .flatMap { exchange in
                // A question that is kept again with another answer is named by that answer.
                chat.items(exchange, branch: exchange.first?.id == messages[0].id ? first : exchange.first)
            }
    }

    private func question(before node: Int) -> ChatMessage? {
        var next = nodes[node].parent
        var steps = 0
        while let place = next, steps < nodes.count {
            if let message = nodes[place].message, message.isOfUser { return message }
            next = nodes[place].parent
            steps += 1
        }
        return nil
    }

    /// From a first node, or from below a node of `known`, to a node. A circle of parents ends where it closes.
    private func path(to end: Int?, stoppingAt known: Set<Int>) -> [Int] {
        var path: [Int] = []
        var seen: Set<Int> = []
        var next = end
        while let place = next, !known.contains(place), seen.insert(place).inserted {
            path.append(place)
            next = nodes[place].parent
        }
        return path.reversed()
    }
}

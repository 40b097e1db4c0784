package import HearthModel

/// What importance a memory should have, from how it is used. A sum of parts that a person can follow.
package struct ImportanceRules {
    /// What is known of a memory's use.
    package struct Use: Hashable, Sendable {
        package var category: MemoryCategory
        /// How often it was read.
        package var reads: Int
        /// Days since it was last read; nil: never.
        package var daysSinceRead: Int?
        /// Days since it came, or was last edited.
        package var age: Int
        /// How many memories name it as their parent.
        package var children: Int
        /// With how many agents it is shared.
        package var shares: Int

        package init(
            category: MemoryCategory,
            reads: Int = 0,
            daysSinceRead: Int? = nil,
            age: Int,
            children: Int = 0,
            shares: Int = 0
        ) {
            self.category = category
            self.reads = reads
            self.daysSinceRead = daysSinceRead
            self.age = age
            self.children = children
            self.shares = shares
        }
    }

    /// From here on a difference is worth an edit.
    package static let worthwhileDifference = 0.15
    /// Days before anything is said of a memory: nobody has had the time to use it.
    package static let youngestAge = 7

    /// What a memory has that is neither used nor linked.
    private static let base = 0.35
    /// The most that use adds, and how many reads it takes.
    private static let mostForUse = 0.3
    private static let readsForMost = 32.0
    /// Linked memories are context of others.
    private static let mostForLinks = 0.15
    private static let forOneLink = 0.05
    /// A memory that was read lately, and one that nobody has read for long.
    private static let forRecentRead = 0.05
    private static let recentDays = 14
    private static let forNeglect = -0.15
    private static let neglectedDays = 60
    /// It stays below the importance at which a memory outlives its retention: that is for people to say.
    private static let range = 0.05...0.79

    /// Categories that say of themselves how much they matter.
    private static let weights: [MemoryCategory: Double] = [
        .security: 0.15, .incident: 0.15, .alert: 0.1, .securityAlerts: 0.1, .preference: 0.1, .userPreferences: 0.1,
        .conversation: -0.05, .template: -0.05,
    ]

    /// The parts of the importance that a memory should have.
    package static func parts(_ use: Use) -> [ImportanceSuggestion.Part] {
        var parts = [ImportanceSuggestion.Part(name: "base", amount: base, reason: "what every memory has")]
        func add(_ name: String, _ amount: Double, _ reason: String) {
            guard amount != 0 else { return }
            parts.append(ImportanceSuggestion.Part(name: name, amount: amount, reason: reason))
        }
        let share = min(1, logarithm(1 + Double(use.reads)) / logarithm(1 + readsForMost))
        add("use", rounded(mostForUse * share), "read \(times(use.reads))")
        if let days = use.daysSinceRead, days <= recentDays {
            add("age", forRecentRead, "last read \(days) days ago")
        } else if min(use.daysSinceRead ?? .max, use.age) > neglectedDays {
            let since = use.daysSinceRead.map { "last read \($0) days ago" } ?? "not read in \(use.age) days"
            add("age", forNeglect, since)
        }
        let links = use.children + use.shares
        add(
            "links",
            min(mostForLinks, forOneLink * Double(links)),
            "\(use.children) memories continue it, \(use.shares) agents share it"
        )
        add("category", weights[use.category] ?? 0, "of the category \(use.category.rawValue)")
        return parts
    }

    /// What the parts come to, in steps of 0.05.
    package static func importance(_ parts: [ImportanceSuggestion.Part]) -> Double {
        let sum = parts.reduce(0) { $0 + $1.amount }
        return rounded(min(max(sum, range.lowerBound), range.upperBound))
    }

    /// Whether a change is worth an edit. What a person has put above the range stays.
    package static func isWorthwhile(_ suggested: Double, inPlaceOf present: Double) -> Bool {
        present <= range.upperBound && abs(suggested - present) >= worthwhileDifference - 1e-9
    }

    private static func rounded(_ value: Double) -> Double { (value * 20).rounded() / 20 }

    private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }

    /// The logarithm to the base of 2, by which ten reads more matter less the more there are.
    private static func logarithm(_ value: Double) -> Double {
        var (rest, result) = (value, 0.0)
        while rest >= 2 { (rest, result) = (rest / 2, result + 1) }
        // Between two powers a straight line is near enough.
        return result + rest - 1
    }
}

/// What an examination of a store has found.
struct Diagnosis {
    /// How much a finding matters.
    enum Gravity: String, Encodable, Comparable {
        /// Somebody should see to it.
        case attention
        /// Something does not work, or is damaged.
        case broken

        static func < (left: Gravity, right: Gravity) -> Bool { left == .attention && right == .broken }
    }

    /// One thing that is not as it should be.
    struct Finding: Encodable {
        /// Where: `place`, `file`, `keys`, `vectors`, `leases`, `conflicts`, `disk`, `log`, `clock`…
        var component: String
        var gravity: Gravity
        /// What is wrong.
        var message: String
        /// What to do.
        var remedy: String
        /// Whether it was mended.
        var fixed = false
    }

    /// What was looked at.
    private(set) var checked: [String] = []
    private(set) var findings: [Finding] = []

    /// Notes that something was looked at.
    mutating func check(_ component: String) {
        if !checked.contains(component) { checked.append(component) }
    }

    mutating func add(
        _ component: String,
        _ gravity: Gravity,
        _ message: String,
        remedy: String,
        fixed: Bool = false
    ) {
        findings.append(
            Finding(component: component, gravity: gravity, message: message, remedy: remedy, fixed: fixed)
        )
    }

    /// The worst of what is left; nil if nothing is.
    var gravity: Gravity? { findings.filter { !$0.fixed }.map(\.gravity).max() }
}

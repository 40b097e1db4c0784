/// Names what is bad in an import as it is found.
struct NamedProblems {
    /// How many are named if nothing is stored. If the others are stored all are named, because they are lost otherwise.
    private static let mostNamed = 20

    private let namesAll: Bool
    private let progress: ProgressLine
    private var count = 0

    init(namesAll: Bool, progress: ProgressLine) {
        (self.namesAll, self.progress) = (namesAll, progress)
    }

    mutating func name(_ place: String, _ reason: String) {
        count += 1
        guard namesAll || count <= Self.mostNamed else { return }
        progress.clear()
        Console.error.warn("\(place): \(reason)")
    }

    /// Says how many there are, and that nothing was stored.
    func complain(_ all: String, remedy: String) {
        let unnamed = namesAll ? 0 : max(0, count - Self.mostNamed)
        Console.error.complain(
            "\(count) of \(all) are bad\(unnamed > 0 ? ", \(unnamed) of them not named here" : ""). Nothing was stored; \(remedy)"
        )
    }
}

/// Why a line of an import is no memory.
struct LineProblem: Error, Encodable, Equatable {
    /// Counted from 1.
    var line: Int
    /// What is wrong, for a person.
    var reason: String
}

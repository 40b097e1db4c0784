/// What an assistant pastes into a prompt.
public struct MemoryContext: Sendable {
    /// One line a memory, best first: its id, what it says, and why it is there. Empty where nothing was found, or nothing
    /// fits.
    public var text: String
    /// The memories of the text, in its order.
    public var results: [MemorySearchResult]
    /// How many tokens the text has; never more than the budget.
    public var tokens: Int
    /// Whether ``tokens`` is an estimate, because the host gave no counter.
    public var isEstimate: Bool
    /// Memories that say nearly the same as one of the text and so are not in it, by that one.
    public var folded: [MemoryID: [MemoryID]]
    /// How many that were found are left out because the budget has no room for them.
    public var leftOut: Int

    /// Assembles a context.
    public init(
        text: String,
        results: [MemorySearchResult],
        tokens: Int,
        isEstimate: Bool,
        folded: [MemoryID: [MemoryID]] = [:],
        leftOut: Int = 0
    ) {
        self.text = text
        self.results = results
        self.tokens = tokens
        self.isEstimate = isEstimate
        self.folded = folded
        self.leftOut = leftOut
    }
}

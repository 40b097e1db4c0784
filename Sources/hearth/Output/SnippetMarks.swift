/// The words of a snippet that were searched for, which the store sets between asterisks.
enum SnippetMarks {
    private static let mark = "**"

    /// The snippet in pieces, the matches in their style.
    static func spans(_ snippet: String) -> [Styled] {
        let pieces = snippet.split(separator: mark, omittingEmptySubsequences: false)
        // A mark without a partner belongs to the text.
        guard pieces.count % 2 == 1 else { return [Styled(snippet)] }
        return pieces.enumerated().filter { !$1.isEmpty }.map { Styled(String($1), $0 % 2 == 1 ? .match : .plain) }
    }
}

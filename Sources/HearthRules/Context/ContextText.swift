package import HearthModel

/// What an assistant pastes into a prompt: entries in their order, as many as a budget of tokens has room for.
package struct ContextText {
    /// One memory that may be in the text.
    package struct Entry: Sendable {
        package var id: MemoryID
        /// What it says.
        package var text: String
        /// The passage that matches best; used where the whole doesn't fit.
        package var passage: String
        /// Whose it is, since when, and why it was found and may be seen.
        package var reason: String

        package init(id: MemoryID, text: String, passage: String, reason: String) {
            self.id = id
            self.text = text
            self.passage = passage
            self.reason = reason
        }
    }

    /// The text; empty where nothing fits.
    package private(set) var text = ""
    /// How many tokens it has.
    package private(set) var tokens = 0
    /// The places of the entries that are in it.
    package private(set) var places: [Int] = []

    /// Puts entries together.
    ///
    /// One that doesn't fit is tried with its passage alone, and then left out; a shorter one behind it may fit. The whole text is
    /// counted each time, because a tokeniser may join what stands side by side.
    ///
    /// - Parameters:
    ///   - entries: In the order in which they are to stand.
    ///   - budget: The most tokens that the text may have.
    ///   - countTokens: How many tokens a text has; less than 0 counts as 0.
    package init(_ entries: [Entry], budget: Int, countTokens: (String) -> Int) {
        for (place, entry) in entries.enumerated() {
            for said in [entry.text, entry.passage] where !said.isEmpty {
                let line = "- [\(entry.id)] \(Self.line(said)) (\(entry.reason))"
                let longer = text.isEmpty ? line : text + "\n" + line
                let count = max(0, countTokens(longer))
                guard count <= budget else { continue }
                (text, tokens) = (longer, count)
                places.append(place)
                break
            }
            // The rest can't fit once not even a shortest entry does; counting on would only take time.
            if budget - tokens < Self.leastEntry { break }
        }
    }

    /// Less than any entry takes: an identifier alone has more.
    private static let leastEntry = 4

    /// A text on one line, so that no memory looks like two, or like something that the host has written.
    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { $0.trimmed }.filter { !$0.isEmpty }.joined(separator: " / ")
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return self[first...last]
    }
}

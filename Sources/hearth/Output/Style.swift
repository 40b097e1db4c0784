/// How a piece of text looks on a terminal with colour.
///
/// Without colour it looks like any other text, so no style carries meaning alone.
enum Style: Sendable {
    case plain
    /// The head of a table or a section.
    case heading
    /// Something that matters less than its neighbours.
    case faint
    /// A word that was searched for.
    case match
    /// Words that an edit took away.
    case removed
    /// Words that an edit brought.
    case added
    /// All is well.
    case good
    /// Worth a look.
    case caution
    /// Something is wrong.
    case bad

    /// The Select Graphic Rendition parameters of ECMA-48.
    private var parameters: String? {
        switch self {
        case .plain: nil
        case .heading: "1"
        case .faint: "2"
        case .match: "1;33"
        case .removed: "9;31"
        case .added: "1;32"
        case .good: "32"
        case .caution: "33"
        case .bad: "1;31"
        }
    }

    /// Wraps text in marks, for output without colour.
    ///
    /// Those of removed and added words are the ones of `git diff --word-diff`.
    func marked(_ text: String) -> String {
        guard !text.isEmpty else { return text }
        return switch self {
        case .match: "**\(text)**"
        case .removed: "[-\(text)-]"
        case .added: "{+\(text)+}"
        default: text
        }
    }

    /// Wraps text in the sequences that switch the style on and off.
    func applied(to text: String) -> String {
        guard let parameters, !text.isEmpty else { return text }
        return "\u{1B}[\(parameters)m\(text)\u{1B}[0m"
    }
}

/// A piece of text in one style.
struct Styled: ExpressibleByStringInterpolation, Equatable, Sendable {
    var text: String
    var style: Style

    init(_ text: String, _ style: Style = .plain) {
        self.text = text
        self.style = style
    }

    init(stringLiteral text: String) {
        self.init(text)
    }
}

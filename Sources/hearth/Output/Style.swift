/// How a piece of text looks on a terminal with colour.
///
/// Elsewhere it looks like any other, so no style carries meaning alone.
enum Style: Sendable {
    case plain
    /// The head of a table or a section.
    case heading
    /// Something that matters less than its neighbours.
    case faint
    /// A word that was searched for.
    case match
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
        case .good: "32"
        case .caution: "33"
        case .bad: "1;31"
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

import HearthText

extension WordDiff {
    /// Compares two texts; each character that is two columns wide stands alone.
    init(from old: String, to new: String) {
        self.init(from: old, to: new) { DisplayWidth.of($0) >= 2 }
    }

    /// The text with what went and what came marked.
    var spans: [Styled] {
        pieces.map { piece in
            switch piece.kind {
            case .kept: Styled(piece.text)
            case .removed: Styled(piece.text, .removed)
            case .added: Styled(piece.text, .added)
            }
        }
    }
}

enum TextAnalyzer {
    static let version = 1
    static func tokens(of text: String) -> TokenizedText {
        var t = TokenizedText()
        var at = 0
        for w in text.split(separator: " ") {
            t.append(w.lowercased().utf8, kind: .word, source: at..<at + w.utf8.count)
            at += w.utf8.count + 1
        }
        return t
    }
}

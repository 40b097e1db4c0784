/// A command that is given as one text.
enum CommandWords {
    /// The words of a command, as a shell that expands nothing reads them.
    ///
    /// Blanks separate words. Between single quotation marks every character stands for itself. Between double ones a
    /// backslash keeps a following `"` or `\`, and elsewhere whatever follows it. No other character has a meaning.
    ///
    /// - Returns: The words; nil if a quotation mark or a backslash has no partner.
    static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var characters = text.unicodeScalars.makeIterator()
        while let character = characters.next() {
            switch character {
            case " ", "\t", "\n":
                if let whole = word { words.append(whole) }
                word = nil
            case "'":
                guard let quoted = singleQuoted(&characters) else { return nil }
                word = (word ?? "") + quoted
            case "\"":
                guard let quoted = doubleQuoted(&characters) else { return nil }
                word = (word ?? "") + quoted
            case "\\":
                guard let next = characters.next() else { return nil }
                word = (word ?? "") + String(next)
            default:
                word = (word ?? "") + String(character)
            }
        }
        if let whole = word { words.append(whole) }
        return words
    }

    private static func singleQuoted(_ characters: inout String.UnicodeScalarView.Iterator) -> String? {
        var quoted = ""
        while let character = characters.next() {
            if character == "'" { return quoted }
            quoted.unicodeScalars.append(character)
        }
        return nil
    }

    private static func doubleQuoted(_ characters: inout String.UnicodeScalarView.Iterator) -> String? {
        var quoted = ""
        while let character = characters.next() {
            switch character {
            case "\"": return quoted
            case "\\":
                guard let next = characters.next() else { return nil }
                if next != "\"", next != "\\" { quoted += "\\" }
                quoted.unicodeScalars.append(next)
            default: quoted.unicodeScalars.append(character)
            }
        }
        return nil
    }
}

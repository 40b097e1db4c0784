/// What an edit did to a text, word by word.
///
/// A word is a run of letters and digits; a Chinese or Japanese character, a piece of punctuation and a run of white
/// space each stand alone. The words are aligned by `SequenceDiff`, whose work is bounded: where long texts have little
/// in common, what is left when its steps are used up counts as replaced.
package struct WordDiff: Equatable {
    /// A stretch of the text.
    package struct Piece: Equatable {
        package var text: String
        package var kind: Kind
    }

    package enum Kind { case kept, removed, added }

    /// The stretches in order. The kept and removed ones together are the old text, the kept and added ones the new.
    package let pieces: [Piece]

    /// Compares two texts.
    ///
    /// - Parameters:
    ///   - old: The text as it was.
    ///   - new: The text as it is now.
    ///   - standsAlone: Whether a letter is a word of its own, as one of a script without spaces between words is.
    package init(from old: String, to new: String, where standsAlone: (Character) -> Bool) {
        let (before, after) = (Self.words(of: old, standsAlone), Self.words(of: new, standsAlone))
        var numbers: [Substring: Int] = [:]
        func number(_ word: Substring) -> Int {
            if let known = numbers[word] { return known }
            numbers[word] = numbers.count
            return numbers.count - 1
        }
        let (base, edit) = (before.map(number), after.map(number))
        let matches = SequenceDiff(base, edit, vocabulary: numbers.count).matches

        var changes = Changes()
        var position = 0
        for (index, match) in matches.enumerated() {
            guard let match else {
                changes.remove(before[index])
                continue
            }
            for word in after[position..<match] { changes.add(word) }
            changes.keep(after[match])
            position = match + 1
        }
        for word in after[position...] { changes.add(word) }
        pieces = changes.finished()
    }

    /// The text cut into words, which give the text back when they are joined.
    private static func words(of text: String, _ standsAlone: (Character) -> Bool) -> [Substring] {
        var words: [Substring] = []
        var start = text.startIndex
        var kind: CharacterClass?
        for index in text.indices {
            let next = CharacterClass(text[index], standsAlone)
            if let kind, next != kind || next == .single {
                words.append(text[start..<index])
                start = index
            }
            kind = next
        }
        if start < text.endIndex { words.append(text[start...]) }
        return words
    }

    /// What a character is to a word.
    private enum CharacterClass {
        case letter
        case space
        /// A word of its own.
        case single

        init(_ character: Character, _ standsAlone: (Character) -> Bool) {
            if character.isNewline {
                self = .single
            } else if character.isWhitespace {
                self = .space
            } else if (character.isLetter || character.isNumber) && !standsAlone(character) {
                self = .letter
            } else {
                self = .single
            }
        }
    }
}

/// Collects kept, removed and added words into stretches that read well.
private struct Changes {
    private var pieces: [WordDiff.Piece] = []
    /// The change being collected: runs of words, with the kept white space between them.
    private var runs: [Run] = []

    private struct Run {
        var removed = ""
        var added = ""
        var space = ""
    }

    mutating func remove(_ word: Substring) {
        beginRun()
        runs[runs.count - 1].removed += word
    }

    mutating func add(_ word: Substring) {
        beginRun()
        runs[runs.count - 1].added += word
    }

    mutating func keep(_ word: Substring) {
        if !runs.isEmpty, word.allSatisfy({ $0.isWhitespace && !$0.isNewline }) {
            runs[runs.count - 1].space += word
        } else {
            endChange()
            append(String(word), .kept)
        }
    }

    mutating func finished() -> [WordDiff.Piece] {
        endChange()
        return pieces
    }

    private mutating func beginRun() {
        if runs.last?.space.isEmpty ?? true, !runs.isEmpty { return }
        runs.append(Run())
    }

    /// Where words were replaced by words, they are one change together with the spaces between them. Where words were
    /// only removed or only added, each space that was kept is shown as kept.
    private mutating func endChange() {
        let trailing = runs.last?.space ?? ""
        if !runs.isEmpty { runs[runs.count - 1].space = "" }
        if runs.contains(where: { !$0.removed.isEmpty }), runs.contains(where: { !$0.added.isEmpty }) {
            replace(runs.map { $0.removed + $0.space }.joined(), by: runs.map { $0.added + $0.space }.joined())
        } else {
            for run in runs {
                append(run.removed, .removed)
                append(run.added, .added)
                append(run.space, .kept)
            }
        }
        append(trailing, .kept)
        runs = []
    }

    /// Appends a replacement. White space that both sides begin or end with is kept.
    private mutating func replace(_ removed: String, by added: String) {
        var (removed, added) = (removed[...], added[...])
        var (leading, trailing) = ("", "")
        while let first = removed.first, first == added.first, first.isWhitespace {
            leading.append(first)
            (removed, added) = (removed.dropFirst(), added.dropFirst())
        }
        while let last = removed.last, last == added.last, last.isWhitespace {
            trailing.insert(last, at: trailing.startIndex)
            (removed, added) = (removed.dropLast(), added.dropLast())
        }
        append(leading, .kept)
        append(String(removed), .removed)
        append(String(added), .added)
        append(trailing, .kept)
    }

    private mutating func append(_ text: String, _ kind: WordDiff.Kind) {
        guard !text.isEmpty else { return }
        if pieces.last?.kind == kind {
            pieces[pieces.count - 1].text += text
        } else {
            pieces.append(WordDiff.Piece(text: text, kind: kind))
        }
    }
}

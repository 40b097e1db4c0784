/// How many tokens a language model would make of a text, where nobody knows the model: an estimate.
///
/// Tokenisers of today's models make one token of a common English word and about one of four characters overall. Text in
/// other scripts takes more. The estimate errs upward: on English prose it is some tenths more than what GPT-4's and
/// Llama's tokenisers make.
package enum TokenEstimate {
    /// Letters of the Latin alphabet to a token.
    private static let lettersToAToken = 5
    /// Digits to a token.
    private static let digitsToAToken = 3
    /// Letters of other alphabets to a token: Cyrillic, Greek, Arabic, Hebrew, and Latin letters with marks.
    private static let otherLettersToAToken = 2

    /// Signs of ASCII to a token: those that often stand together, as in code, are one.
    private static let signsToAToken = 2

    private enum Kind {
        case letter, digit, otherLetter, blank, newline, sign, wide
    }

    /// The estimate for a text; 0 for an empty one.
    package static func tokens(in text: String) -> Int {
        var tokens = 0
        var run: (kind: Kind, length: Int) = (.blank, 0)
        func close() -> Int {
            switch run.kind {
            case .letter: quotient(run.length, lettersToAToken)
            case .digit: quotient(run.length, digitsToAToken)
            case .otherLetter: quotient(run.length, otherLettersToAToken)
            // Blanks before a word are part of its token; many together are tokens of their own.
            case .blank: run.length / 4
            case .newline: min(run.length, 1)
            case .sign: quotient(run.length, signsToAToken)
            case .wide: run.length
            }
        }
        for scalar in text.unicodeScalars {
            let kind = kind(of: scalar)
            if kind == run.kind {
                run.length += 1
            } else {
                tokens += close()
                run = (kind, 1)
            }
        }
        return tokens + close()
    }

    private static func quotient(_ length: Int, _ size: Int) -> Int { (length + size - 1) / size }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        switch scalar.value {
        case 0x41...0x5A, 0x61...0x7A: .letter
        case 0x30...0x39: .digit
        case 0x0A, 0x0D: .newline
        case 0x20, 0x09: .blank
        case 0..<0x80: .sign
        // From the scripts of East Asia on, a character is about a token.
        case 0x2E80...: .wide
        default: scalar.properties.isAlphabetic ? .otherLetter : .wide
        }
    }
}

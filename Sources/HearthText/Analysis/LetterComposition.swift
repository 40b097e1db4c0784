/// Puts together letters that differ from others only by a mark, and that some programs spell out in two or three
/// scalars.
///
/// All others are decomposed and lose their marks. These would become other letters.
enum LetterComposition {
    /// The Hangul syllable of a syllable's beginning and the letter behind it (Unicode Standard, section 3.12).
    static func hangul(_ first: UInt32, _ second: UInt32) -> UInt32? {
        let (leads, vowels, trails, syllables): (UInt32, UInt32, UInt32, UInt32) = (0x1100, 0x1161, 0x11A7, 0xAC00)
        let (vowelCount, trailCount): (UInt32, UInt32) = (21, 28)
        if (leads..<leads + 19).contains(first), (vowels..<vowels + vowelCount).contains(second) {
            return syllables + ((first - leads) * vowelCount + second - vowels) * trailCount
        }
        let isOpen = (syllables..<syllables + 11_172).contains(first) && (first - syllables) % trailCount == 0
        if isOpen, (trails + 1..<trails + trailCount).contains(second) {
            return first + second - trails
        }
        return nil
    }

    /// The voiced kana of a hiragana and a voicing mark, combining or half-width.
    static func kana(_ kana: UInt32, _ mark: UInt32) -> UInt32? {
        let isHalfVoiced = mark == 0x309A || mark == 0xFF9F
        switch kana {
        case 0x306F, 0x3072, 0x3075, 0x3078, 0x307B:  // は ひ ふ へ ほ
            return kana + (isHalfVoiced ? 2 : 1)
        case 0x304B...0x3062 where kana % 2 == 1 && !isHalfVoiced,  // か to ち
            0x3064...0x3068 where kana % 2 == 0 && !isHalfVoiced,  // つ て と
            0x309D where !isHalfVoiced:  // ゝ
            return kana + 1
        case 0x3046 where !isHalfVoiced:  // う
            return 0x3094
        case 0x308F...0x3092 where !isHalfVoiced:  // わ ゐ ゑ を: only katakana has these voiced
            return kana + 0x68
        default:
            return nil
        }
    }
}

extension WordBuffer {
    /// Makes й of и, ї of і and ў of у where the mark is that of the other letter.
    mutating func composeCyrillic(with mark: UInt32) {
        let isBreve = mark == 0x0306
        if hasSuffix("и"), isBreve {
            replaceLast(2, with: "й")
        } else if hasSuffix("у"), isBreve {
            replaceLast(2, with: "ў")
        } else if hasSuffix("і"), !isBreve {
            replaceLast(2, with: "ї")
        }
    }
}

/// Words of Devanagari, Gujarati, Telugu and Kannada script that are written in two ways.
///
/// A nasal in front of a consonant of its own row is written as a letter without vowel or as a point: हिन्दी, हिंदी. The
/// point stands for both, and for the half-moon with a point (हँसी, हंसी). The dot under letters of foreign words is left
/// out in Devanagari, as many people do (ज़मीन, जमीन).
enum IndicSpelling {
    /// Replaces a word by its usual spelling, in place. It never grows.
    static func fold(_ word: inout WordBuffer) {
        let scalars = Array(word.string.unicodeScalars)
        var folded = WordBuffer()
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index].value
            if index + 2 < scalars.count, isNasal(scalar, before: scalars[index + 2].value),
                scalars[index + 1].value == block(scalar) | virama
            {
                folded.append(block(scalar) | anusvara)
                index += 2
                continue
            }
            index += 1
            switch scalar {
            case 0x93C: continue
            case 0x901, 0xA81: folded.append(scalar + 1)
            default: folded.append(scalar)
            }
        }
        word = folded
    }

    /// The four scripts have their letters at the same places of their blocks.
    private static func block(_ scalar: UInt32) -> UInt32 { scalar & ~0x7F }
    private static let anusvara: UInt32 = 0x02
    private static let virama: UInt32 = 0x4D

    /// Whether a letter is the nasal of the row of four consonants that another is in.
    private static func isNasal(_ scalar: UInt32, before consonant: UInt32) -> Bool {
        guard [0x900, 0xA80, 0xC00, 0xC80].contains(block(scalar)), block(scalar) == block(consonant) else {
            return false
        }
        let row: ClosedRange<UInt32>
        switch scalar & 0x7F {
        case 0x19: row = 0x15...0x18
        case 0x1E: row = 0x1A...0x1D
        case 0x23: row = 0x1F...0x22
        case 0x28: row = 0x24...0x27
        case 0x2E: row = 0x2A...0x2D
        default: return false
        }
        return row.contains(consonant & 0x7F)
    }
}

/// What a scalar is to the analyser; the raw values are those of `UnicodeTables`.
enum CharacterKind: UInt8 {
    /// White space, punctuation, controls: ends a token and belongs to none.
    case separator = 0x2D  // "-"
    /// A letter or digit of a script that writes words.
    case letter = 0x6C  // "l"
    /// A mark without which the letter before it is another: vowel signs of India and Thailand.
    case mark = 0x6D  // "m"
    /// Left out: accents, points of Arabic and Hebrew, joiners, direction marks, variation selectors, skin tones.
    case ignored = 0x69  // "i"
    /// A token by itself, in scripts written without spaces and in Hangul: 字, か, 한.
    case ideograph = 0x7A  // "z"
    /// A token together with its marks, in Thai, Lao, Khmer and Burmese.
    case cluster = 0x63  // "c"
    /// A part of a Hangul syllable that is spelt out.
    case jamo = 0x6A  // "j"
    /// The voicing mark of a kana that is spelt out.
    case voicing = 0x76  // "v"
    /// A token by itself.
    case emoji = 0x65  // "e"
    /// Half of a flag.
    case flag = 0x66  // "f"
    /// The apostrophe in its several forms, ASCII's excepted.
    case apostrophe = 0x61  // "a"
}

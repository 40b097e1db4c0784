"""Writes the character tables of the text analyser.

    pip install unicodedata2==17.0.0
    python3 unicode_tables.py > ../../Sources/HearthText/Analysis/UnicodeTables.swift

The tables are frozen: what an index holds depends on them, so they come from a pinned version of Unicode and not from
whatever the standard library at hand knows. After a change of the output raise `TextAnalyzer.version`.
"""

import unicodedata2 as unicode

assert unicode.unidata_version == "17.0.0"

LAST = 0x1FFFF  # ideographs of the planes above, tags and variation selectors are told apart by range


def inside(c, *ranges):
    return any(first <= c <= last for first, last in ranges)


# Marks that a person leaves out when typing: accents, points, vowel signs of Arabic and Hebrew.
DROPPED_MARKS = [
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x0711, 0x0711), (0x0730, 0x074A), (0x08CA, 0x08FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F),
    (0x1D165, 0x1D1AD),
]
# Written without spaces: every character is a token.
IDEOGRAPHS = [
    (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3041, 0x3096), (0x309D, 0x309F), (0x30A1, 0x30FA),
    (0x30FC, 0x30FF), (0x3105, 0x312F), (0x3131, 0x318E), (0x31A0, 0x31BF), (0x31F0, 0x31FF), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0xA000, 0xA48C), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0x1B000, 0x1B16F),
]
# Written without spaces too, but a character carries marks: every letter with its marks is a token.
CLUSTERS = [
    (0x0E00, 0x0E7F), (0x0E80, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17DC), (0x1950, 0x19DF), (0x1A20, 0x1AAF),
    (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F),
]
JAMO = [(0x1100, 0x1112), (0x1161, 0x1175), (0x11A8, 0x11C2)]
# Unassigned scalars of the last block are emoji to come.
EMOJI = [
    (0x231A, 0x231B), (0x23E9, 0x23FA), (0x2600, 0x27BF), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x1F000, 0x1F1E5),
    (0x1F200, 0x1FAFF),
]
SKIN_TONES = (0x1F3FB, 0x1F3FF)
REGIONAL = (0x1F1E6, 0x1F1FF)
APOSTROPHES = {0x2019, 0x02BC, 0xFF07}
VOICING = {0x3099, 0x309A, 0xFF9E, 0xFF9F}

# Letters whose stroke or shape is no combining mark, and spelling variants of Arabic script.
SPELLINGS = {
    "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ĸ": "k", "ł": "l", "ŋ": "n", "ø": "o", "œ": "oe", "æ": "ae", "ŧ": "t",
    "þ": "th", "ƀ": "b", "ɨ": "i", "ς": "σ", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ە": "ه", "ہ": "ه",
}
# A breve or diaeresis that makes another letter, not an accented one.
WHOLE = "йїў"

SEPARATOR, LETTER, MARK, IGNORED, IDEOGRAPH, CLUSTER, JAMO_PART, VOICE, EMOJI_SIGN, FLAG, APOSTROPHE = "-lmizcjvefa"


def kind(c):
    category = unicode.category(chr(c))
    if c in APOSTROPHES:
        return APOSTROPHE
    if c in VOICING:
        return VOICE
    if inside(c, REGIONAL):
        return FLAG
    if inside(c, SKIN_TONES):
        return IGNORED
    if inside(c, *EMOJI) and category in ("So", "Sm", "Cn"):
        return EMOJI_SIGN
    if inside(c, *JAMO):
        return JAMO_PART
    if c & 0xFFFE == 0xFFFE or inside(c, (0xFDD0, 0xFDEF)):
        return SEPARATOR
    if category[0] == "M":
        return IGNORED if inside(c, *DROPPED_MARKS) else MARK
    if category == "Cf" and c != 0x200B or c == 0x0640:  # 0640: the stroke that lengthens an Arabic word
        return IGNORED
    if c == 0x200B or category in ("Cc", "Cs") or category[0] in "PSZ":
        return SEPARATOR
    if category == "Nd":
        return LETTER
    if inside(c, *IDEOGRAPHS):
        return IDEOGRAPH
    if inside(c, *CLUSTERS):
        return CLUSTER
    return LETTER


def hiragana(c):
    if 0x30A1 <= c <= 0x30F6 or c in (0x30FD, 0x30FE):
        return c - 0x60
    return c


def parts(text):
    """Compatibility decomposition that stops at what is a letter of its own: Hangul syllables, voiced kana, й ї ў."""
    result = []
    for c in text:
        lower = c.lower() if len(c.lower()) == 1 else c
        if lower in WHOLE or 0xAC00 <= ord(c) <= 0xD7A3 or 0x3041 <= ord(c) <= 0x30FF or 0x3131 <= ord(c) <= 0x318E:
            result.append(lower)
            continue
        decomposed = unicode.decomposition(c)
        if not decomposed:
            result.append(c)
            continue
        targets = [chr(int(x, 16)) for x in decomposed.split() if not x.startswith("<")]
        result.extend(parts("".join(targets)))
    return result


def bare(text):
    """Without marks that are dropped and without what is no part of a word."""
    return "".join(x for x in text if (x.isalnum() if ord(x) < 0x80 else kind(ord(x)) not in (SEPARATOR, IGNORED, APOSTROPHE)) or x == "\u2044")


def fold(c):
    """What stands in the index for a scalar: a string, empty where nothing does."""
    character = chr(c)
    if unicode.category(character) == "Nd":
        return str(unicode.digit(character))
    if kind(c) in (FLAG, APOSTROPHE, VOICE, IGNORED) or kind(c) == EMOJI_SIGN and not unicode.decomposition(character):
        return character
    text = "".join(parts(bare(parts(character)).casefold()))
    if "\u2044" in text:
        return character  # a fraction is no number's digits
    text = "".join(SPELLINGS.get(x, x) for x in text)
    text = "".join(chr(hiragana(ord(x))) for x in text)
    return bare(text) or character


def runs(values):
    """(first, last, value) for each stretch of equal values; values is a list of (scalar, value)."""
    result = []
    for c, value in values:
        if result and result[-1][1] == c - 1 and result[-1][2] == value:
            result[-1][1] = c
        else:
            result.append([c, c, value])
    return result


def foldings(pairs):
    """Steps of pairs: a stretch to one target, or with stride 1 or 2 to targets that move along."""
    result = []
    i = 0
    while i < len(pairs):
        c, target = pairs[i]
        best = (1, "=", 1)
        for stride, moving in ((1, False), (1, True), (2, True)):
            n = 1
            while i + n < len(pairs) and pairs[i + n][0] == c + n * stride and len(target) == 1:
                expected = chr(ord(target) + n * stride) if moving else target
                if pairs[i + n][1] != expected:
                    break
                n += 1
            if n > best[0]:
                best = (n, "=" if not moving else "+" if stride == 1 else "*", stride)
        n, sign, stride = best
        last = c + (n - 1) * stride
        source = f"{c:x}" if n == 1 else f"{c:x}-{last:x}"
        result.append(source + sign + ",".join(f"{ord(x):x}" for x in target))
        i += n
    return result


def literal(name, summary, words):
    lines, line = [], ""
    for word in words:
        if line and len(line) + len(word) + 1 > 110:
            lines.append(line)
            line = ""
        line += (" " if line else "") + word
    lines.append(line)
    body = " \\\n".join("        " + x for x in lines)
    return f'    /// {summary}\n    static let {name}: StaticString = """\n{body}\n        """\n'


scalars = [c for c in range(0x80, LAST + 1) if not 0xD800 <= c <= 0xDFFF]
folded = {c: fold(c) for c in scalars}


def final_kind(c):
    """A scalar counts as what it is folded to: a squared katakana word is ideographs, a superscript a letter."""
    target = folded[c]
    if target == chr(c) or len(target) > 1:
        return kind(c)
    if ord(target) > LAST:
        return IDEOGRAPH
    return LETTER if ord(target) < 0x80 else kind(ord(target))


kinds = [(c, final_kind(c)) for c in scalars]
changes = [(c, t) for c, t in folded.items() if t != chr(c) and (final_kind(c) not in "-i" or len(t) > 1)]
for c, t in changes:  # folding is done once: what it gives must stay as it is
    for x in t:
        assert folded.get(ord(x), x) == x, (hex(c), t)

print("// Made by Fixtures/analysis/unicode_tables.py from Unicode 17.0: change that, not this.")
print("// swift-format-ignore-file")
print()
print("/// The frozen character tables, as text: hexadecimal, parsed once by `CharacterTable`.")
print("enum UnicodeTables {")
print(literal("kinds", "Stretches of scalars and what each is: `first-last` and the raw value of a `CharacterKind`.",
              [(f"{a:x}" if a == b else f"{a:x}-{b:x}") + ":" + k for a, b, k in runs(kinds) if k != LETTER]))
print(literal("foldings", "What scalars are replaced by: `=` all by the same, `+` by as many that follow, `*` by every second.",
              foldings(changes)), end="")
print("}")

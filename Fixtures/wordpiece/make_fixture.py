"""Writes texts.jsonl.gz: texts in many scripts, each with the tokens that the reference makes of it.

    python make_fixture.py texts.jsonl.gz

One JSON object a line: {"text": …, "tokens": […]}. The same requirements give the same bytes.
"""

import gzip
import io
import json
import pathlib
import random
import sys
import unicodedata

import babel
import babel.dates
import babel.localedata
import datetime
import faker
import faker.config

import reference

SEED = 20_240_601

WRITTEN = [
    "",
    " ",
    "\n",
    "a",
    "A",
    "Hello, world!",
    "The user prefers dark mode and drinks oolong tea.",
    "don't can't won't it's",
    "unaffable unbelievably antidisestablishmentarianism",
    "e-mail: someone@example.org, see https://example.org/?q=1#x",
    "C'est déjà l'été à Zürich; naïve façade, coöperation",
    "ÀÉÎÕÜ àéîõü ÇÑÝ çñýÿ",
    "İstanbul ISPARTA ıspanak",
    "Straße STRASSE ẞ ß",
    "ὈΔΥΣΣΕΎΣ Ὀδυσσεύς ΣΊΣΥΦΟΣ ς σ",
    "Łódź Ørsted Đorđe ŧħŋ",
    "ﬁ ﬂ ﬀ ﬃ ſ",
    "ℌ𝔢𝔩𝔩𝔬 𝕳𝖊𝖑𝖑𝖔 Ｈｅｌｌｏ",
    "① ② ½ ⅓ ² ³ ₁",
    "№ ™ © ® ℃ Å Å",
    "Новый год в Москве, ёлка и йод",
    "Київ, їжак, ґанок",
    "Съешь же ещё этих мягких французских булок, да выпей чаю",
    "我喜欢喝乌龙茶。",
    "東京都は日本の首都です",
    "カタカナ ひらがな ガギグ がぎぐ ｶﾞｷﾞｸﾞ",
    "ヴァイオリン",
    "한국어 조선말 가각갂",
    "ㄱㄴㄷ ㅏㅑ 각",
    "豈更車 﨎﨏﨑 㐀㐁 𠀀𠀁 𪚥",
    "中文English混合text123",
    "「引用」、《書名》。・〜",
    "مرحبا بالعالم، كيف حالك؟",
    "السَّلَامُ عَلَيْكُمْ",
    "שָׁלוֹם עולם",
    "خانه‌ای می‌خواهم",
    "हिन्दी में क्षत्रिय ज़रूर",
    "বাংলা ভাষা",
    "தமிழ் மொழி",
    "తెలుగు",
    "ಕನ್ನಡ",
    "മലയാളം",
    "ภาษาไทยไม่มีวรรค",
    "ລາວ",
    "ខ្មែរ",
    "မြန်မာ",
    "བོད་སྐད་",
    "ქართული ᲥᲐᲠᲗᲣᲚᲘ",
    "Հայերեն և",
    "አማርኛ",
    "ᏣᎳᎩ ꮳꮃꭹ",
    "👍 👍🏽 👨‍👩‍👧‍👦 🇨🇭 ❤️ ☺️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "a\u0301\u0323\u0308 e\u0328\u0301 q\u0307\u0323 q\u0323\u0307",
    "Z\u0351\u036b\u0343a\u0310l\u0334g\u0337o\u0338",
    "\u0000a\u0000b\u0001c\u007fd\u0085e\u009ff",
    "a\tb\rc\nd\u000be\u000cf\u001cg\u2028h\u2029i",
    "a\u00a0b\u1680c\u2003d\u200be\u202ff\u205fg\u3000h\ufeffi",
    "soft\u00adhyphen zero\u200bwidth\u200cnon\u200djoiner\u2060word",
    "\u202eright\u202c to \u2066left\u2069",
    "\ufffd\ufffe\uffff\ue000\U000f0000\U0010ffff",
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "¡¿§¶†‡•…‰‹›«»–—―‘’“”„",
    "a_b-c.d,e;f:g",
    "$5 €6 £7 ¥8 ₹9",
    "x=1+2*3/4^5<6>7|8~9`0",
    "≠≮≯ ∈∉ ≡≢ ⇍",
    "[CLS] [SEP] [PAD] [UNK] [MASK] ##ing [unused5]",
    "##",
    "# #",
    "ing",
    "…",
    "a" * 100,
    "a" * 101,
    "é" * 100,
    "é" * 101,
    "e\u0301" * 100,
    "漢" * 101,
    "가" * 34,
    "ab" * 50 + " " + "ab" * 50 + "c",
    "https://example.org/" + "path/" * 40,
    "x" * 5_000,
    "word " * 300,
    "0" * 40,
    "3.14159e-10",
    "2024-06-01T12:34:56Z",
    "func f<T>(_ x: T) -> [T]? { return x ?? [] } // ok",
    "SELECT * FROM \"t\" WHERE a = 'b''c';",
    '{"key": [1, 2.5, null, true]}',
    "<a href='x'>y</a>",
]

LONG_WORD = 100  # characters; longer ones are unknown


def names_of_locales():
    """Names of languages, territories and months, and dates, as people of each locale write them (Unicode CLDR)."""
    moment = datetime.datetime(2024, 3, 5, 17, 8, 9)
    for identifier in babel.localedata.locale_identifiers():
        locale = babel.Locale.parse(identifier)
        if locale.territory:
            continue
        languages, territories = list(locale.languages.values()), list(locale.territories.values())
        yield babel.dates.format_datetime(moment, "full", locale=locale)
        yield ", ".join(languages[:4] + territories[:4])
        yield " ".join(list(locale.months["format"]["wide"].values())[:6]) + f" ({locale.display_name})"


def sentences(generator):
    """Sentences, names and addresses in the languages of Faker."""
    for name in sorted(faker.config.AVAILABLE_LOCALES):
        source = faker.Faker(name)
        source.seed_instance(generator.getrandbits(32))
        for _ in range(8):
            yield source.sentence(12)
        for _ in range(3):
            yield f"{source.name()}, {source.address()}"


def compounds(generator, vocabulary):
    """Words joined from pieces of the vocabulary, at times with a letter too many: what greedy matching meets."""
    pieces = [token.removeprefix("##") for token in vocabulary if token.isalnum() or token.startswith("##")]
    for _ in range(600):
        words = []
        for _ in range(generator.randint(1, 8)):
            word = "".join(generator.choices(pieces, k=generator.randint(1, 5)))
            if generator.random() < 0.3:
                word += generator.choice("qxzjé漢\u0301'-")
            words.append(generator.choice([str.lower, str.upper, str.title])(word))
        yield " ".join(words)


def scalars(generator, ranges, count):
    return "".join(chr(generator.randint(*generator.choice(ranges))) for _ in range(count))


def random_texts(generator, vocabulary):
    """Characters drawn from ranges that have rules of their own, and from everywhere."""
    letters = [(0x61, 0x7A), (0x41, 0x5A), (0x20, 0x20)]
    everything = [
        (1, 0x7F),
        (0x80, 0x2FF),
        (0x300, 0x36F),
        (0x370, 0x1FFF),
        (0x2000, 0x2BFF),
        (0x2C00, 0xD7FF),
        (0xE000, 0xFFFF),
        (0x10000, 0x10FFFF),
    ]
    kinds = {
        "ASCII": [(0, 0x7F)],
        "Latin": [(0x41, 0x5A), (0x61, 0x7A), (0xA0, 0x24F), (0x20, 0x20)],
        "marks": [(0x61, 0x7A), (0x300, 0x36F), (0x300, 0x36F), (0x1DC0, 0x1DFF)],
        "Greek and Cyrillic": [(0x370, 0x52F), (0x1F00, 0x1FFF), (0x20, 0x20)],
        "right to left": [(0x590, 0x8FF), (0x200C, 0x200F), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFC), (0x20, 0x20)],
        "Indic": [(0x900, 0xDFF), (0x200C, 0x200D), (0x20, 0x20)],
        "South-East Asian": [(0xE00, 0xFFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x20, 0x20)],
        "Hangul": [(0xAC00, 0xD7A3), (0x1100, 0x11FF), (0x3131, 0x318E), (0x20, 0x20)],
        "Japanese": [(0x3040, 0x30FF), (0x3000, 0x303F), (0x4E00, 0x9FFF), (0xFF00, 0xFFEF)],
        "Han": [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FA1F), (0x61, 0x7A)],
        "emoji": [
            (0x1F300, 0x1FAFF),
            (0x1F1E6, 0x1F1FF),
            (0x2600, 0x27BF),
            (0x200D, 0x200D),
            (0xFE0F, 0xFE0F),
            *letters,
        ],
        "symbols": [(0x2000, 0x2BFF), (0x3000, 0x33FF), *letters],
        "controls and formats": [
            (0, 0x1F),
            (0x7F, 0xA0),
            (0x200B, 0x200F),
            (0x2028, 0x202F),
            (0x2060, 0x206F),
            (0xFFF0, 0xFFFD),
            *letters,
        ],
        "private and unassigned": [(0xE000, 0xF8FF), (0xE0000, 0xE01EF), (0x2FE0, 0x2FEF), (0xFDD0, 0xFDEF), *letters],
        "historic and new scripts": [(0x10000, 0x11FFF), (0x16000, 0x16FFF), (0x1D000, 0x1EFFF), (0x20, 0x20)],
        "everything": everything,
    }
    for ranges in kinds.values():
        for _ in range(110):
            yield scalars(generator, ranges, generator.randint(1, 30))
    decomposable = [chr(scalar) for scalar in range(0xAC00) if unicodedata.normalize("NFD", chr(scalar)) != chr(scalar)]
    alphabet = sorted({character for token in vocabulary for character in token})
    for source in (decomposable, alphabet):
        for _ in range(200):
            yield "".join(generator.choices([*source, " "], k=generator.randint(1, 20)))
    for _ in range(80):
        length = generator.randint(LONG_WORD - 2, LONG_WORD + 2)
        yield scalars(generator, [(0x61, 0x7A), (0xE0, 0xFC), (0x430, 0x44F)], length) + generator.choice(
            ["", " end", ".", "\u0301"]
        )


def main(path):
    tokenizer = reference.tokenizer()
    generator = random.Random(SEED)
    vocabulary = sorted(tokenizer.get_vocab())
    texts = [
        *WRITTEN,
        *names_of_locales(),
        *sentences(generator),
        *compounds(generator, vocabulary),
        *random_texts(generator, vocabulary),
    ]
    texts = [text for text in texts if not any(0xD800 <= ord(character) < 0xE000 for character in text)]
    texts = list(dict.fromkeys(texts))
    lines = io.StringIO()
    for text in texts:
        tokens = tokenizer.encode(text, add_special_tokens=False).ids
        lines.write(json.dumps({"text": text, "tokens": tokens}, ensure_ascii=False, separators=(",", ":")) + "\n")
    # No name and no time in the header: the same texts give the same file.
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as compressed:
        compressed.write(lines.getvalue().encode())
    print(f"{len(texts)} texts")


main(pathlib.Path(sys.argv[1]))

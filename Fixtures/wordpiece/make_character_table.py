"""Writes characters.bin: what the BERT normalizer and pre-tokenizer make of every Unicode scalar.

    python make_character_table.py ../../Sources/CEmbeddingData/characters.bin

Both work on one scalar at a time (cleaning, spacing of Chinese characters, canonical decomposition without nonspacing
marks, lower-casing, splitting at punctuation), so asking the reference about each scalar gives exactly what it does,
whatever versions of Unicode its parts were built with. The one thing that spans scalars, canonical reordering of the
marks it keeps, is of no consequence: no token of the vocabulary contains such a mark (checked below).

The file, little endian:
    UInt32                    B, the number of blocks
    UInt8[0x110000 / 128]     the block of every 128 scalars
    UInt16[B * 128]           the entry of every scalar of a block
    UInt8[]                   replacements, each a length in bytes and that many bytes of UTF-8
An entry is one of the numbers below, or REPLACED + the offset of a replacement; ISOLATED is added where the replacement
is a word of its own.
"""

import array
import pathlib
import struct
import sys
import unicodedata

import reference

KEPT, DROPPED, SPACE, ISOLATED_AS_IT_IS, HANGUL_SYLLABLE = range(5)
REPLACED, ISOLATED = 8, 0x8000
BLOCK = 128


def main(path):
    tokenizer = reference.tokenizer()
    normalize = tokenizer.normalizer.normalize_str
    split = tokenizer.pre_tokenizer.pre_tokenize_str
    replacements, offsets = bytearray(), {}

    def entry(scalar):
        character = chr(scalar)
        normalized = normalize(f"a{character}b")
        words = [word for word, _ in split(normalized)]
        match len(words):
            case 1:
                result = words[0][1:-1]
            case 2:
                assert words == ["a", "b"], hex(scalar)
                return SPACE
            case 3:
                assert words[0] == "a" and words[2] == "b", hex(scalar)
                result = words[1]
            case _:
                raise AssertionError(hex(scalar))
        isolated = len(words) == 3
        if result == "":
            return DROPPED
        if result == character:
            return ISOLATED_AS_IT_IS if isolated else KEPT
        if 0xAC00 <= scalar <= 0xD7A3:
            assert result == unicodedata.normalize("NFD", character) and not isolated
            return HANGUL_SYLLABLE  # decomposed by arithmetic
        if result not in offsets:
            encoded = result.encode()
            offsets[result] = len(replacements)
            replacements.extend(bytes([len(encoded)]) + encoded)
        assert REPLACED + offsets[result] < ISOLATED
        return REPLACED + offsets[result] + (ISOLATED if isolated else 0)

    alphabet = {character for token in tokenizer.get_vocab() for character in token}
    assert not any(unicodedata.combining(character) for character in alphabet)

    surrogate = range(0xD800, 0xE000)  # not scalars; never looked up
    entries = [KEPT if scalar in surrogate else entry(scalar) for scalar in range(0x110000)]
    blocks = {}
    index = bytes(
        blocks.setdefault(tuple(entries[start : start + BLOCK]), len(blocks)) for start in range(0, len(entries), BLOCK)
    )
    table = array.array("H", (entry for block in blocks for entry in block))
    if sys.byteorder == "big":
        table.byteswap()
    path.write_bytes(struct.pack("<I", len(blocks)) + index + table.tobytes() + replacements)


main(pathlib.Path(sys.argv[1]))

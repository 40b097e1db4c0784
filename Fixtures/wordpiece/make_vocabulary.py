"""Writes vocabulary.bin: the tokens of the model, and two hash tables that find them.

    python make_vocabulary.py ../../Sources/CEmbeddingData/vocabulary.bin

One table is of the pieces a word may begin with, the other of those it may go on with ("##" is left off). Built here so
that a program has nothing to build when it starts.

The file, little endian:
    UInt32           V, the number of tokens
    UInt32           the number of "[UNK]"
    UInt32[V + 1]    where the bytes of each token begin in the text, and where the last ones end
    two tables, each
        UInt32       the number of bits of a slot's index
        UInt32       the length of its longest piece in bytes
        UInt16[2][]  slots: low 16 bits of the hash, token (0xFFFF: empty)
    UInt8[]          the text

The slot of a piece is the first free one from the one its hash begins with (its highest bits), at most half are taken.
The hash is FNV-1a of 32 bits.
"""

import pathlib
import struct
import sys

import reference

EMPTY = 0xFFFF


def fnv1a(piece):
    value = 0x811C9DC5
    for byte in piece:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def table(pieces):
    bits = (2 * len(pieces)).bit_length()
    slots = [(0, EMPTY)] * (1 << bits)
    for token, piece in pieces:
        hash = fnv1a(piece)
        index = hash >> (32 - bits)
        while slots[index][1] != EMPTY:
            index = (index + 1) % len(slots)
        slots[index] = (hash & 0xFFFF, token)
    longest = max(len(piece) for _, piece in pieces)
    return struct.pack("<II", bits, longest) + b"".join(struct.pack("<HH", *slot) for slot in slots)


def main(path):
    numbers = reference.tokenizer().get_vocab()
    tokens = sorted(numbers, key=numbers.get)
    assert [numbers[token] for token in tokens] == list(range(len(tokens))) and len(tokens) < EMPTY

    beginnings, continuations, starts, text = [], [], [0], b""
    for number, token in enumerate(tokens):
        continues = token.startswith("##") and token != "##"
        piece = token.removeprefix("##").encode() if continues else token.encode()
        (continuations if continues else beginnings).append((number, piece))
        text += piece
        starts.append(len(text))
    path.write_bytes(
        struct.pack("<II", len(tokens), numbers["[UNK]"])
        + struct.pack(f"<{len(starts)}I", *starts)
        + table(beginnings)
        + table(continuations)
        + text
    )


main(pathlib.Path(sys.argv[1]))

#!/usr/bin/env python3
"""Writes the archives that the reader of ZIP files is tried with, by Python's own zipfile: python3 make_archives.py"""

import io
import json
import os
import random
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))


def place(name):
    return os.path.join(HERE, "archives", name)


def write(name, entries, method=zipfile.ZIP_DEFLATED, level=9, zip64=False):
    with zipfile.ZipFile(place(name), "w", method, compresslevel=level) as archive:
        for path, data in entries:
            information = zipfile.ZipInfo(path, (2026, 3, 1, 9, 0, 0))
            information.compress_type = method
            with archive.open(information, "w", force_zip64=zip64) as entry:
                entry.write(data)


def patched(name, source, change):
    data = bytearray(open(place(source), "rb").read())
    change(data)
    open(place(name), "wb").write(data)


os.makedirs(os.path.join(HERE, "archives"), exist_ok=True)
chatgpt = open(os.path.join(HERE, "chatgpt", "conversations.json"), "rb").read()
first, second = (json.dumps([chat], ensure_ascii=False).encode() for chat in json.loads(chatgpt))
write("chatgpt.zip", [("chat.html", b"<html>"), ("conversations.json", chatgpt), ("user.json", b"{}")])
write("stored.zip", [("conversations.json", chatgpt)], zipfile.ZIP_STORED)
write("series.zip", [("export/conversations-001.json", second), ("export/conversations-000.json", first), ("export/chats/conversations.json", b"[")])
write("zip64.zip", [("conversations.json", chatgpt)], zip64=True)
claude = os.path.join(HERE, "claude")
write("claude.zip", [(name, open(os.path.join(claude, name), "rb").read()) for name in ("conversations.json", "memories.json")])
memories = [{"conversations_memory": "Grows tea", "project_memories": {"p1": "Uses a spade"}, "account_uuid": "a"}]
write("claude-memories.zip", [("conversations.json", b"[]"), ("memories.json", json.dumps(memories).encode())])
write("bomb.zip", [("conversations.json", b"[" + b" " * (20 << 20) + b"]")])
write("outside.zip", [("../conversations.json", chatgpt)])
write("other.zip", [("letter.txt", b"hello")])
write("bzip2.zip", [("conversations.json", chatgpt)], zipfile.ZIP_BZIP2)


def encrypt(data):
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + offset] |= 1


def spoil(data):
    data[data.index(b"PK\1\2") + 16] ^= 1


patched("encrypted.zip", "stored.zip", encrypt)
patched("checksum.zip", "stored.zip", spoil)

# Bytes of many kinds at many levels, for the reader of DEFLATE alone.
generator = random.Random(20260301)
noise = bytes(generator.randrange(256) for _ in range(3000))
text = " ".join(generator.choice(["tea", "oolong", "京都", "garden", "spring", "window"]) for _ in range(4000)).encode()
entries = []
for level in (0, 1, 6, 9):
    for name, data in (("empty", b""), ("one", b"a"), ("noise", noise), ("text", text), ("run", b"x" * 70000)):
        if level == 0 and len(data) > 3000:
            continue
        entries.append((level, name, data))
with zipfile.ZipFile(place("levels.zip"), "w") as archive:
    for level, name, data in entries:
        information = zipfile.ZipInfo(f"{level}/{name}", (2026, 3, 1, 9, 0, 0))
        information.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(information, data, compresslevel=level)

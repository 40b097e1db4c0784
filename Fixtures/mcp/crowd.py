"""Two clients of two `hearth mcp` servers edit the memories of one file at once. One server is killed in the middle and started again.
Every edit that was acknowledged must be there in the end, once.

    python3 crowd.py HEARTH STORE EDITS

Needs nothing but Python. Prints how many edits were acknowledged, sent again and lost; exits with 0 where none was lost or doubled.
"""

import json
import re
import subprocess
import sys
import threading
import time

HEARTH, STORE, EDITS = sys.argv[1], sys.argv[2], int(sys.argv[3])
MEMORIES = 20


class Server:
    """One server, driven line by line."""

    def __init__(self):
        command = [HEARTH, "mcp", "--db", STORE, "--agent", "alden", "--user", "user_123"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.count = 0
        hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "crowd", "version": "1"}}
        assert self.ask("initialize", hello), "the server does not begin"

    def ask(self, method, params):
        """The result; None where the server is gone before it answers."""
        self.count += 1
        message = {"jsonrpc": "2.0", "id": self.count, "method": method, "params": params}
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            return None
        return json.loads(line)["result"] if line.endswith(b"\n") else None

    def call(self, tool, **arguments):
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})
        if result is None:
            return None
        assert not result.get("isError"), result["content"][0]["text"]
        return result["structuredContent"]

    def close(self):
        self.process.stdin.close()
        assert self.process.wait() == 0, "the server did not end cleanly"


first = Server()
ids = [first.call("remember", content="-")["id"] for _ in range(MEMORIES)]
acknowledged, uncertain = set(), set()
servers = {"a": first, "b": Server()}
lock = threading.Lock()


def edit(name, numbers):
    for number in numbers:
        while True:
            done = servers[name].call("revise", id=ids[number % MEMORIES], old_text="-", new_text=f"{number},-")
            with lock:
                if done:
                    acknowledged.add(number)
                    break
                # It may have been written before the end came: it is sent again.
                uncertain.add(number)
            servers[name].process.wait()
            servers[name] = Server()


begun = time.monotonic()
threads = [threading.Thread(target=edit, args=(name, range(half, EDITS, 2))) for half, name in enumerate("ab")]
for thread in threads:
    thread.start()
while len(acknowledged) < EDITS // 2:
    time.sleep(0.005)
    assert any(thread.is_alive() for thread in threads), "both clients have ended early"
servers["b"].process.kill()
for thread in threads:
    thread.join()
took = time.monotonic() - begun

there = []
for place, identifier in enumerate(ids):
    content = servers["a"].call("get", id=identifier)["content"]
    numbers = [int(number) for number in re.findall(r"\d+", content)]
    assert all(number % MEMORIES == place for number in numbers), "an edit is in another memory"
    there += numbers
for server in servers.values():
    server.close()
lost = acknowledged - set(there)
doubled = {number for number in there if there.count(number) > 1} - uncertain if len(there) != len(set(there)) else set()
print(
    f"{len(acknowledged)} edits acknowledged in {took:.1f} s, {len(uncertain)} sent again after the kill, "
    f"{len(lost)} lost, {len(doubled)} doubled"
)
sys.exit(0 if len(acknowledged) == EDITS and uncertain and not lost and not doubled else 1)

"""A server of the Model Context Protocol as a process, driven in raw lines. Needs nothing but Python."""

import json
import subprocess
import threading

# Nothing takes so long; a server that says nothing ends the trial instead of hanging it.
PATIENCE = 1_200
META = "io.modelcontextprotocol/"


class Server:
    """One server. Its messages are read as they come, and kept."""

    def __init__(self, command, environment=None):
        self.store = command[command.index("--db") + 1] if "--db" in command else None
        self.received = []
        self.news = threading.Condition()
        self.ids = 0
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        self.has_ended = False
        threading.Thread(target=self.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def read(self):
        for line in self.process.stdout:
            message = json.loads(line)
            with self.news:
                self.received.append(message)
                self.news.notify_all()
        with self.news:
            self.has_ended = True
            self.news.notify_all()

    def close(self):
        if not self.process.stdin.closed:
            self.process.stdin.close()
        equal(self.process.wait(), 0)

    # Sending

    def send(self, message):
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def note(self, method, params):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def begin(self, method, params=None, modern=False, capabilities=None):
        """Sends a request and gives its id. A modern one names its version itself."""
        self.ids += 1
        params = dict(params or {})
        if modern:
            params["_meta"] = params.get("_meta", {}) | {
                META + "protocolVersion": "2026-07-28", META + "clientCapabilities": capabilities or {},
                META + "clientInfo": {"name": "scenarios", "version": "1"},
            }
        self.send({"jsonrpc": "2.0", "id": self.ids, "method": method, "params": params})
        return self.ids

    def open(self, capabilities):
        """Begins a session."""
        hello = {"protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": {"name": "scenarios", "version": "1"}}
        result = self.result("initialize", hello)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return result

    # Hearing

    def wait(self, fits, what):
        """The first message that fits."""
        with self.news:
            seen = 0
            while True:
                for message in self.received[seen:]:
                    if fits(message):
                        return message
                seen = len(self.received)
                check(not self.has_ended, f"the server ended before {what} came")
                check(self.news.wait(PATIENCE), f"{what} did not come")

    def answers(self, request):
        return [message for message in self.received if message.get("id") == request and "method" not in message]

    def answer(self, request):
        return self.wait(lambda message: message.get("id") == request and "method" not in message, f"the answer to {request}")

    def ask(self, method, params=None, modern=False, capabilities=None):
        return self.answer(self.begin(method, params, modern, capabilities))

    def result(self, method, params=None):
        answer = self.ask(method, params)
        check("result" in answer, f"{method}: {answer.get('error')}")
        return answer["result"]

    def call(self, tool, **arguments):
        """The result of a tool that does what it is asked."""
        result = self.result("tools/call", {"name": tool, "arguments": arguments})
        check(not result.get("isError"), f"{tool}: {result['content']}")
        return result

    def heard(self, method):
        return [message.get("params", {}) for message in self.received if message.get("method") == method]


def remember(server, content, **more):
    return server.call("remember", content=content, **more)["structuredContent"]["id"]


def at(value, *path):
    """A member of members; None where there is none."""
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return value


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def equal(found, wanted):
    check(found == wanted, f"{found!r} is not {wanted!r}")

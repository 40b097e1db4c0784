#!/usr/bin/env python3
"""Prints how fast two devices exchange through a PostgreSQL of its own on this machine, and what the hub keeps.

    swift build -c release --product hearth
    python3 Fixtures/devices/measure.py .build/release/hearth [memories, default 100000]

It needs Debian's package postgresql. The server writes to the disk as an operator's does (fsync is on), and ends with the script.
"""

import glob
import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

WORDS = "garden kitchen journey letter boat river shop train lamp window paper music bread winter harbour engine ticket cousin".split()
LATENCIES = 40


class Server:
    """A cluster in a directory of its own. It refuses to run as root, so root lends it to the user postgres."""

    def __init__(self, directory):
        self.directory = directory
        self.programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))[-1]
        self.owner = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            self.owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(directory, user.pw_uid, user.pw_gid)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.data = directory + "/data"
        self.run("initdb", "-D", self.data, "-U", "owner", "-A", "scram-sha-256", "--auth-local=trust", "-E", "UTF8")
        with open(self.data + "/postgresql.conf", "a") as file:
            file.write(f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{directory}'\n")
        self.run("pg_ctl", "-D", self.data, "-l", directory + "/log", "-w", "start")
        self.psql("CREATE ROLE hearth_admin LOGIN CREATEROLE PASSWORD 'sesame'")
        self.psql("CREATE DATABASE hearth OWNER hearth_admin")

    def run(self, program, *arguments):
        subprocess.run([f"{self.programs}/{program}", *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/", **self.owner)

    def psql(self, statement, database="postgres"):
        words = ["psql", "-X", "-At", "-h", self.directory, "-p", str(self.port), "-U", "owner", "-d", database, "-c", statement]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")


class Tool:
    """The program on one store, and what its last run took."""

    def __init__(self, program, store):
        self.program, self.store = program, store
        self.environment = {**os.environ, "HEARTH_USER": "ana", "HEARTH_AGENT": "alden"}

    def start(self, *arguments, **options):
        return subprocess.Popen([self.program, *arguments, "--db", self.store], env=self.environment, **options)

    def run(self, *arguments, text=None):
        began = time.monotonic()
        with tempfile.TemporaryFile("w+") as said:
            process = self.start(*arguments, stdin=subprocess.PIPE, stdout=said, stderr=subprocess.STDOUT)
            if text is not None:
                process.stdin.write(text.encode())
            process.stdin.close()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            output = said.read()
        if process.returncode:
            sys.exit(f"{arguments}: {output}")
        self.seconds, self.peak = time.monotonic() - began, usage.ru_maxrss / 1024
        return output

    def say(self, what, count, unit="memories"):
        print(f"{what:34} {self.seconds:8.1f} s  {count / self.seconds:8.0f} {unit} a second  {self.peak:6.0f} MiB at most", flush=True)


def lines(count):
    generator = random.Random(7)
    for number in range(count):
        word = lambda: generator.choice(WORDS)
        text = (f"Entry {number}: the {word()} and the {word()} of {word()} street {generator.randint(1, 9999)}, seen with {word()} "
                f"on day {generator.randint(1, 365)}, in order to {word()} again.")
        yield json.dumps({"id": f"note-{number}", "user": "ana", "text": text}), len(text)


def latencies(one, other):
    """Seconds from the end of a store on one device until a search on the other finds it; and what a search takes."""
    watching = [tool.start("hub", "sync", "--watch", stdout=subprocess.DEVNULL) for tool in (one, other)]
    taken, searches = [], []
    try:
        time.sleep(3)
        for number in range(LATENCIES):
            word = f"zaphod{number}x"
            one.run("store", f"The {word} is here.")
            began = time.monotonic()
            while word not in other.run("search", word):
                if time.monotonic() - began > 60:
                    sys.exit(f"{word} did not come within a minute.")
            taken.append(time.monotonic() - began)
            searches.append(other.seconds)
    finally:
        for process in watching:
            process.terminate()
            process.wait()
    return sorted(taken), sorted(searches)


def main():
    # A script that is asked to end takes its server with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    program, count = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    home = tempfile.mkdtemp(prefix="hearth-devices-", dir="/tmp")
    cluster = home + "/pg"
    os.mkdir(cluster)
    os.chmod(home, 0o711)
    server = Server(cluster)
    try:
        one, other = Tool(program, home + "/one.db"), Tool(program, home + "/other.db")
        admin = home + "/admin.hub"
        with open(os.open(admin, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(f"host=127.0.0.1 port={server.port} dbname=hearth user=hearth_admin password=sesame")
        bytes_of_text = 0
        with open(home + "/lines.jsonl", "w") as file:
            for line, length in lines(count):
                file.write(line + "\n")
                bytes_of_text += length
        one.run("import", "--agent", "alden", home + "/lines.jsonl")
        one.say("import, to compare with", count)
        one.run("hub", "init", "--admin-file", admin, "--name", "one")
        one.run("hub", "push")
        one.say("up", count)
        rows, sealed, total = map(int, server.psql(
            "SELECT count(*), sum(length(ciphertext)), pg_total_relation_size('hearth.rows') FROM hearth.rows", "hearth").split("|"))
        print(f"{'on the hub':34} {sealed / rows:8.0f} bytes sealed and {total / rows:.0f} with all that PostgreSQL adds, "
              f"for a version with {bytes_of_text / count:.0f} bytes of text")
        code = json.loads(one.run("devices", "invite", "--admin-file", admin, "--with-password", "--json"))["code"]
        other.run("devices", "join", "--name", "other", text=code)
        other.run("hub", "pull")
        other.say("down, from nothing", count)
        sound = [json.loads(tool.run("verify", "--json"))["sound"] for tool in (one, other)]
        print(f"{'both stores are sound':34} {all(sound)}")
        one.run("hub", "sync")
        other.run("hub", "sync")
        taken, searches = latencies(one, other)
        middle, slow = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
        print(f"{'from stored to found elsewhere':34} p50 {middle:.2f} s, p95 {slow:.2f} s, of which a search as a process takes "
              f"{searches[len(searches) // 2]:.2f} s")
    finally:
        server.stop()
        shutil.rmtree(home)


main()

"""Gives the same commands to Anthropic's own memory-tool class, on a directory, and to `hearth mcp --style files`, and compares.

    python3 files.py HEARTH STORE DIRECTORY

Needs mcp 2.3 or later and anthropic. Exits with 0 where both answer alike, sizes of directories aside.
"""

import re
import sys

import anyio
from anthropic.tools.memory import BetaLocalFilesystemMemoryTool
from mcp import Client, StdioServerParameters

HEARTH, STORE, DIRECTORY = sys.argv[1:]

COMMANDS = [
    ("view", {"path": "/memories"}),
    ("create", {"path": "/memories/notes/tea.md", "file_text": "green\nblack\nwhite\n"}),
    ("create", {"path": "/memories/plan.txt", "file_text": "one\ntwo\nthree"}),
    ("create", {"path": "/memories/plan.txt", "file_text": "again"}),
    ("view", {"path": "/memories/plan.txt"}),
    ("view", {"path": "/memories/plan.txt", "view_range": [2, 3]}),
    ("view", {"path": "/memories/plan.txt", "view_range": [2, -1]}),
    ("view", {"path": "/memories/none.txt"}),
    ("str_replace", {"path": "/memories/plan.txt", "old_str": "two", "new_str": "deux"}),
    ("str_replace", {"path": "/memories/plan.txt", "old_str": "absent", "new_str": "x"}),
    ("str_replace", {"path": "/memories/plan.txt", "old_str": "e", "new_str": "x"}),
    ("str_replace", {"path": "/memories/none.txt", "old_str": "e", "new_str": "x"}),
    ("insert", {"path": "/memories/plan.txt", "insert_line": 0, "insert_text": "zero\n"}),
    ("insert", {"path": "/memories/plan.txt", "insert_line": 4, "insert_text": "four"}),
    ("insert", {"path": "/memories/plan.txt", "insert_line": 99, "insert_text": "x"}),
    ("view", {"path": "/memories/plan.txt"}),
    ("view", {"path": "/memories"}),
    ("rename", {"old_path": "/memories/plan.txt", "new_path": "/memories/notes/plan.txt"}),
    ("rename", {"old_path": "/memories/plan.txt", "new_path": "/memories/x.txt"}),
    ("rename", {"old_path": "/memories/notes/tea.md", "new_path": "/memories/notes/plan.txt"}),
    ("rename", {"old_path": "/memories/notes", "new_path": "/memories/old"}),
    ("view", {"path": "/memories/old/plan.txt"}),
    ("delete", {"path": "/memories/old/plan.txt"}),
    ("delete", {"path": "/memories/old/plan.txt"}),
    ("delete", {"path": "/memories"}),
    ("delete", {"path": "/memories/old"}),
    ("view", {"path": "/memories/../secret"}),
    ("view", {"path": "/etc/passwd"}),
    ("view", {"path": "/memories/../../etc/passwd"}),
    ("view", {"path": "/memories"}),
]


def reference(tool, command, arguments):
    try:
        return tool.call({"command": command, **arguments}), False
    except Exception as error:
        return str(error), True


def comparable(text):
    """Sizes of directories depend on the file system."""
    text = re.sub(r"^[0-9.]+[BKMG]\t(/memories(?:/.*/)?)$", r"-\t\1", text, flags=re.MULTILINE)
    return text.rstrip()


async def main():
    tool = BetaLocalFilesystemMemoryTool(DIRECTORY)
    arguments = ["mcp", "--style", "files", "--db", STORE, "--agent", "alden", "--user", "user_123"]
    differences = 0
    async with Client(StdioServerParameters(command=HEARTH, args=arguments)) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert names == ["view", "create", "str_replace", "insert", "delete", "rename"], names
        for command, given in COMMANDS:
            wanted, fails = reference(tool, command, given)
            result = await client.call_tool(command, given)
            got = result.content[0].text if result.is_error else result.structured_content["text"]
            if bool(result.is_error) != fails or comparable(got) != comparable(wanted):
                differences += 1
                print(f"{command} {given}\n  theirs: {wanted!r}\n  ours:   {got!r}")
    if differences:
        sys.exit(f"{differences} of {len(COMMANDS)} answers differ")
    print("alike")


anyio.run(main)

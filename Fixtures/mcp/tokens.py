"""Counts the tokens that the tools of `hearth mcp` take, by the vocabularies of real models.

    python3 -m venv venv && venv/bin/pip install tiktoken tokenizers && venv/bin/pip install --no-deps litellm
    venv/bin/python3 tokens.py HEARTH [OPTION...]

The options go to `hearth mcp`. The vocabularies are in PyPI's litellm, so nothing else is fetched. Prints for each of them how many tokens
the definitions take as `tools/list` gives them, and how many what a model is shown: name, description and arguments. Exits with 1 where
the first is more than 900 by any of them and no option was given.
"""

import importlib.util
import json
import os
import sys
import tempfile

from wire import Server

LIMIT = 900
HEARTH, OPTIONS = os.path.abspath(sys.argv[1]), sys.argv[2:]
PLACE = os.path.join(importlib.util.find_spec("litellm").submodule_search_locations[0], "litellm_core_utils", "tokenizers")
# Where it stands tiktoken looks for its vocabularies, by the digests of their addresses.
os.environ["TIKTOKEN_CACHE_DIR"] = PLACE

import tiktoken  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402


def counters():
    for name, models in (("cl100k_base", "GPT-4"), ("o200k_base", "GPT-4o and later")):
        encoding = tiktoken.get_encoding(name)
        yield f"{name}, {models}", lambda text, encoding=encoding: len(encoding.encode(text))
    for file, models in (("anthropic_tokenizer.json", "Claude 2"), ("deepseek_tokenizer.json", "DeepSeek")):
        tokenizer = Tokenizer.from_file(os.path.join(PLACE, file))
        yield models, lambda text, tokenizer=tokenizer: len(tokenizer.encode(text, add_special_tokens=False).ids)


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


with tempfile.TemporaryDirectory() as place:
    store = os.path.join(place, "store.db")
    with Server([HEARTH, "mcp", "--db", store, "--agent", "alden", "--user", "user_123", *OPTIONS]) as server:
        tools = server.ask("tools/list", modern=True)["result"]["tools"]
whole = compact(tools)
shown = compact([{key: tool[key] for key in ("name", "description", "inputSchema")} for tool in tools])
print(f"{len(tools)} tools, {len(whole.encode())} bytes, of which a model is shown {len(shown.encode())}")
most = 0
for name, count in counters():
    most = max(most, count(whole))
    print(f"{name:30} {count(whole):6} {count(shown):6}")
sys.exit(1 if most > LIMIT and not OPTIONS else 0)

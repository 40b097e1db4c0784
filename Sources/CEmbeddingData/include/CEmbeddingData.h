#ifndef HEARTH_EMBEDDING_DATA_H
#define HEARTH_EMBEDDING_DATA_H

#include <stddef.h>
#include <stdint.h>

// Data compiled into the program. It is mapped with the executable: nothing to find, open, copy or install, and pages
// that no text touches are never read.

/// Bytes that live as long as the process and never change.
typedef struct hearth_bytes {
    const void *start;
    size_t count;
} hearth_bytes;

/// A vector for each token (format: HearthEmbedding, EmbeddingTable).
hearth_bytes hearth_embedding_table(void);

/// The tokens of the WordPiece vocabulary (format: Fixtures/wordpiece/make_vocabulary.py).
hearth_bytes hearth_vocabulary(void);

/// What the BERT normalizer makes of every Unicode scalar (format: Fixtures/wordpiece/make_character_table.py).
hearth_bytes hearth_characters(void);

#endif

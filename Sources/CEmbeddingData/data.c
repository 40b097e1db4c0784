#include "CEmbeddingData.h"

// Clang reads the files itself, relative to this one, and rebuilds when they change.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const _Alignas(64) uint8_t embedding_table[] = {
#embed "static-embedding.bin"
};

static const _Alignas(64) uint8_t vocabulary[] = {
#embed "vocabulary.bin"
};

static const _Alignas(64) uint8_t characters[] = {
#embed "characters.bin"
};

hearth_bytes hearth_embedding_table(void) { return (hearth_bytes){ embedding_table, sizeof embedding_table }; }

hearth_bytes hearth_vocabulary(void) { return (hearth_bytes){ vocabulary, sizeof vocabulary }; }

hearth_bytes hearth_characters(void) { return (hearth_bytes){ characters, sizeof characters }; }

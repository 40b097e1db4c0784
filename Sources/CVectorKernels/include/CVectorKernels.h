#ifndef HEARTH_VECTOR_KERNELS_H
#define HEARTH_VECTOR_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Dot products over rows of signed bytes: what a scan of quantised embeddings is made of.
//
// Every function computes in integers and gives the same result whichever instructions it runs on, for every value
// of a byte (-128 included) and every dimension. A dot product must fit 32 bits: at most HEARTH_MAX_DIMENSION.
// Rows need no alignment. Nothing here allocates, locks or fails.

/// The greatest dimension whose dot product always fits: 131,071 * (-128 * -128) < 2^31.
#define HEARTH_MAX_DIMENSION ((size_t)131071)

/// Instruction sets with a kernel of their own, from the narrowest to the widest.
typedef enum hearth_instructions {
    HEARTH_PORTABLE,
    HEARTH_NEON,
    HEARTH_AVX2,
    HEARTH_AVX512_BW,
    HEARTH_AVX512_VNNI,
} hearth_instructions;

/// Whether this processor, and this build, can run the kernel of an instruction set.
bool hearth_can_run(hearth_instructions instructions);

/// The widest instruction set that can run here: what the functions below use.
hearth_instructions hearth_widest_instructions(void);

/// The dot product of two vectors.
int32_t hearth_dot_i8(const int8_t *a, const int8_t *b, size_t dimension);

/// The dot products of a query with `count` consecutive rows, into `products[count]`.
void hearth_dot_i8_rows(const int8_t *query, const int8_t *rows, size_t count, size_t dimension, int32_t *products);

/// The dot products of a query with the rows of these indices, in their order, into `products[count]`.
void hearth_dot_i8_selected(
    const int8_t *query, const int8_t *rows, const uint32_t *indices, size_t count, size_t dimension,
    int32_t *products);

/// `hearth_dot_i8_rows` on a chosen instruction set, which must be one that can run: for tests and measurements.
void hearth_dot_i8_rows_using(
    hearth_instructions instructions, const int8_t *query, const int8_t *rows, size_t count, size_t dimension,
    int32_t *products);

/// Adds `scale` times a row of bytes to a sum of floats.
///
/// Product and addition are rounded separately on every processor (no fused multiply-add), so that the same text has
/// the same embedding everywhere.
void hearth_add_scaled_i8(float *sum, const int8_t *row, float scale, size_t dimension);

#endif

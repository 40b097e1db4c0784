#include "CVectorKernels.h"

#include <stdatomic.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

// One kernel per instruction set: the dot products of a query with four rows. Four, because widening the query is then
// paid for once in four rows, four sums hide the latency of the additions, and their horizontal sums are one shuffle
// tree. What is left over after the last whole register of a row is either masked or summed by the portable kernel.

enum { LANES = 4 };
typedef void dot_four(const int8_t *query, const int8_t *const rows[LANES], size_t dimension, int32_t products[LANES]);

/// Adds the products of the columns from `start` on.
static void add_tail(
    const int8_t *query, const int8_t *const rows[LANES], size_t start, size_t dimension, int32_t products[LANES])
{
    for (int lane = 0; lane < LANES; lane++) {
        const int8_t *row = rows[lane];
        int32_t sum = products[lane];
        for (size_t column = start; column < dimension; column++)
            sum += (int32_t)query[column] * row[column];
        products[lane] = sum;
    }
}

static void dot_four_portable(
    const int8_t *query, const int8_t *const rows[LANES], size_t dimension, int32_t products[LANES])
{
    for (int lane = 0; lane < LANES; lane++)
        products[lane] = 0;
    add_tail(query, rows, 0, dimension, products);
}

#if defined(__x86_64__)

// Sixteen bytes at a time, widened to 16 bits so that no product saturates (-128 * -128 twice fits 32 bits).
__attribute__((target("avx2")))
static void dot_four_avx2(
    const int8_t *query, const int8_t *const rows[LANES], size_t dimension, int32_t products[LANES])
{
    const int8_t *row0 = rows[0], *row1 = rows[1], *row2 = rows[2], *row3 = rows[3];
    __m256i sum0 = _mm256_setzero_si256(), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    size_t column = 0;
    for (; column + 16 <= dimension; column += 16) {
#define WIDENED(bytes) _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)((bytes) + column)))
        __m256i q = WIDENED(query);
        sum0 = _mm256_add_epi32(sum0, _mm256_madd_epi16(q, WIDENED(row0)));
        sum1 = _mm256_add_epi32(sum1, _mm256_madd_epi16(q, WIDENED(row1)));
        sum2 = _mm256_add_epi32(sum2, _mm256_madd_epi16(q, WIDENED(row2)));
        sum3 = _mm256_add_epi32(sum3, _mm256_madd_epi16(q, WIDENED(row3)));
#undef WIDENED
    }
    __m256i pairs = _mm256_hadd_epi32(_mm256_hadd_epi32(sum0, sum1), _mm256_hadd_epi32(sum2, sum3));
    __m128i sums = _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
    _mm_storeu_si128((__m128i *)products, sums);
    if (column < dimension)
        add_tail(query, rows, column, dimension, products);
}

/// A mask of the first `count` of 64 byte lanes.
static inline __mmask64 first_lanes(size_t count)
{
    return count >= 64 ? ~(__mmask64)0 : ((__mmask64)1 << count) - 1;
}

// As AVX2, with registers twice as wide and the tail masked: absent columns are zeroes.
__attribute__((target("avx512f,avx512bw,avx512vl")))
static void dot_four_avx512bw(
    const int8_t *query, const int8_t *const rows[LANES], size_t dimension, int32_t products[LANES])
{
    const int8_t *row0 = rows[0], *row1 = rows[1], *row2 = rows[2], *row3 = rows[3];
    __m512i sum0 = _mm512_setzero_si512(), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    for (size_t column = 0; column < dimension; column += 32) {
        __mmask32 present = (__mmask32)first_lanes(dimension - column);
#define WIDENED(bytes) _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(present, (bytes) + column))
        __m512i q = WIDENED(query);
        sum0 = _mm512_add_epi32(sum0, _mm512_madd_epi16(q, WIDENED(row0)));
        sum1 = _mm512_add_epi32(sum1, _mm512_madd_epi16(q, WIDENED(row1)));
        sum2 = _mm512_add_epi32(sum2, _mm512_madd_epi16(q, WIDENED(row2)));
        sum3 = _mm512_add_epi32(sum3, _mm512_madd_epi16(q, WIDENED(row3)));
#undef WIDENED
    }
    products[0] = _mm512_reduce_add_epi32(sum0);
    products[1] = _mm512_reduce_add_epi32(sum1);
    products[2] = _mm512_reduce_add_epi32(sum2);
    products[3] = _mm512_reduce_add_epi32(sum3);
}

// VNNI multiplies unsigned by signed bytes. A row is made unsigned by adding 128 (flipping the sign bit), which adds
// 128 times the sum of the query to every product; that excess is summed alongside, once for four rows, and taken off.
// The sums may wrap on the way: the difference is right modulo 2^32, and the true result fits.
__attribute__((target("avx512f,avx512bw,avx512vnni")))
static void dot_four_avx512vnni(
    const int8_t *query, const int8_t *const rows[LANES], size_t dimension, int32_t products[LANES])
{
    const int8_t *row0 = rows[0], *row1 = rows[1], *row2 = rows[2], *row3 = rows[3];
    const __m512i bias = _mm512_set1_epi8((char)0x80);
    __m512i sum0 = _mm512_setzero_si512(), sum1 = sum0, sum2 = sum0, sum3 = sum0, excess = sum0;
    for (size_t column = 0; column < dimension; column += 64) {
        __mmask64 present = first_lanes(dimension - column);
#define BIASED(bytes) _mm512_xor_si512(bias, _mm512_maskz_loadu_epi8(present, (bytes) + column))
        __m512i q = _mm512_maskz_loadu_epi8(present, query + column);
        excess = _mm512_dpbusd_epi32(excess, bias, q);
        sum0 = _mm512_dpbusd_epi32(sum0, BIASED(row0), q);
        sum1 = _mm512_dpbusd_epi32(sum1, BIASED(row1), q);
        sum2 = _mm512_dpbusd_epi32(sum2, BIASED(row2), q);
        sum3 = _mm512_dpbusd_epi32(sum3, BIASED(row3), q);
#undef BIASED
    }
    products[0] = _mm512_reduce_add_epi32(_mm512_sub_epi32(sum0, excess));
    products[1] = _mm512_reduce_add_epi32(_mm512_sub_epi32(sum1, excess));
    products[2] = _mm512_reduce_add_epi32(_mm512_sub_epi32(sum2, excess));
    products[3] = _mm512_reduce_add_epi32(_mm512_sub_epi32(sum3, excess));
}

#elif defined(__aarch64__)

/// Adds the products of sixteen bytes to four partial sums.
static inline int32x4_t add_products(int32x4_t sum, int8x16_t a, int8x16_t b)
{
#if defined(__ARM_FEATURE_DOTPROD)
    return vdotq_s32(sum, a, b);
#else
    sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(a), vget_low_s8(b)));
    return vpadalq_s16(sum, vmull_high_s8(a, b));
#endif
}

static void dot_four_neon(
    const int8_t *query, const int8_t *const rows[LANES], size_t dimension, int32_t products[LANES])
{
    const int8_t *row0 = rows[0], *row1 = rows[1], *row2 = rows[2], *row3 = rows[3];
    int32x4_t sum0 = vdupq_n_s32(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    size_t column = 0;
    for (; column + 16 <= dimension; column += 16) {
        int8x16_t q = vld1q_s8(query + column);
        sum0 = add_products(sum0, q, vld1q_s8(row0 + column));
        sum1 = add_products(sum1, q, vld1q_s8(row1 + column));
        sum2 = add_products(sum2, q, vld1q_s8(row2 + column));
        sum3 = add_products(sum3, q, vld1q_s8(row3 + column));
    }
    vst1q_s32(products, vpaddq_s32(vpaddq_s32(sum0, sum1), vpaddq_s32(sum2, sum3)));
    if (column < dimension)
        add_tail(query, rows, column, dimension, products);
}

#endif

// Dispatch

bool hearth_can_run(hearth_instructions instructions)
{
    switch (instructions) {
    case HEARTH_PORTABLE:
        return true;
#if defined(__x86_64__)
    case HEARTH_AVX2:
        return __builtin_cpu_supports("avx2");
    case HEARTH_AVX512_BW:
        return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    case HEARTH_AVX512_VNNI:
        return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni");
#elif defined(__aarch64__)
    case HEARTH_NEON:
        return true;
#endif
    default:
        return false;
    }
}

hearth_instructions hearth_widest_instructions(void)
{
    for (hearth_instructions widest = HEARTH_AVX512_VNNI; widest > HEARTH_PORTABLE; widest--)
        if (hearth_can_run(widest))
            return widest;
    return HEARTH_PORTABLE;
}

static dot_four *kernel_for(hearth_instructions instructions)
{
    switch (instructions) {
#if defined(__x86_64__)
    case HEARTH_AVX2:
        return dot_four_avx2;
    case HEARTH_AVX512_BW:
        return dot_four_avx512bw;
    case HEARTH_AVX512_VNNI:
        return dot_four_avx512vnni;
#elif defined(__aarch64__)
    case HEARTH_NEON:
        return dot_four_neon;
#endif
    default:
        return dot_four_portable;
    }
}

/// The kernel of this processor. Threads that race here store the same pointer.
static dot_four *widest_kernel(void)
{
    static _Atomic(dot_four *) chosen;
    dot_four *kernel = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (kernel == NULL) {
        kernel = kernel_for(hearth_widest_instructions());
        atomic_store_explicit(&chosen, kernel, memory_order_relaxed);
    }
    return kernel;
}

// Scans

/// Runs a kernel over `count` rows: those of `indices`, or without them the first ones in order.
static void scan(
    dot_four *kernel, const int8_t *query, const int8_t *rows, const uint32_t *indices, size_t count,
    size_t dimension, int32_t *products)
{
    const int8_t *four[LANES];
    for (size_t first = 0; first < count; first += LANES) {
        size_t present = count - first < LANES ? count - first : LANES;
        for (size_t lane = 0; lane < LANES; lane++) {
            size_t position = first + (lane < present ? lane : 0); // lanes without a row repeat the first
            four[lane] = rows + (indices ? indices[position] : position) * dimension;
        }
        if (present == LANES) {
            kernel(query, four, dimension, products + first);
        } else {
            int32_t last[LANES];
            kernel(query, four, dimension, last);
            for (size_t lane = 0; lane < present; lane++)
                products[first + lane] = last[lane];
        }
    }
}

int32_t hearth_dot_i8(const int8_t *a, const int8_t *b, size_t dimension)
{
    int32_t product;
    scan(widest_kernel(), a, b, NULL, 1, dimension, &product);
    return product;
}

void hearth_dot_i8_rows(const int8_t *query, const int8_t *rows, size_t count, size_t dimension, int32_t *products)
{
    scan(widest_kernel(), query, rows, NULL, count, dimension, products);
}

void hearth_dot_i8_selected(
    const int8_t *query, const int8_t *rows, const uint32_t *indices, size_t count, size_t dimension,
    int32_t *products)
{
    scan(widest_kernel(), query, rows, indices, count, dimension, products);
}

void hearth_dot_i8_rows_using(
    hearth_instructions instructions, const int8_t *query, const int8_t *rows, size_t count, size_t dimension,
    int32_t *products)
{
    scan(kernel_for(instructions), query, rows, NULL, count, dimension, products);
}

void hearth_add_scaled_i8(float *sum, const int8_t *row, float scale, size_t dimension)
{
#pragma clang fp contract(off)
    for (size_t column = 0; column < dimension; column++)
        sum[column] += scale * (float)row[column];
}

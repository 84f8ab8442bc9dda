#include <math.h>

#include "CKernels.h"
#include "Mathematics.h"

// Scaled dot-product attention (Vaswani et al. 2017, equation 1) along one axis of [outer, tokens, inner], a head of one
// sequence at a time. All that it needs lies in a few arrays that stay in cache, and the scores are never written out;
// the backward pass makes them again (Dao et al., "FlashAttention", NeurIPS 2022, section 3, for sequences that fit).

// Queries at a time, those of them whose sums stay in registers, and the numbers that fill a vector or two.
enum { QUERIES = 8, ROWS = 4, LANES = 16 };

INLINE size_t padded(size_t tokens) { return (tokens + LANES - 1) / LANES * LANES; }

size_t kernel_attention_scratch(size_t tokens, size_t size) {
  size = padded(size);
  return 8 * (tokens + QUERIES) * size + 2 * size * padded(tokens) + 2 * QUERIES * padded(tokens);
}

// One head's rows of a sequence, with zeros up to whole vectors: [tokens, padded(size)].
INLINE void gather(kernel_numbers x, size_t first, size_t stride, float *restrict y, size_t tokens, size_t size) {
  for (size_t t = 0; t < tokens; t++) {
    size_t at = first + t * stride;
    float *restrict out = y + t * padded(size);
    if (x.full) {
      for (size_t d = 0; d < size; d++) out[d] = x.full[at + d];
    } else {
      for (size_t d = 0; d < size; d++) out[d] = from_bfloat16(x.half[at + d]);
    }
    for (size_t d = size; d < padded(size); d++) out[d] = 0.0f;
  }
}

INLINE void scatter(const float *restrict x, kernel_numbers y, size_t first, size_t stride, size_t tokens, size_t size,
                    int accumulate) {
  for (size_t t = 0; t < tokens; t++) {
    size_t at = first + t * stride;
    const float *restrict in = x + t * padded(size);
    if (y.full) {
      for (size_t d = 0; d < size; d++) y.full[at + d] = (accumulate ? y.full[at + d] : 0.0f) + in[d];
    } else {
      for (size_t d = 0; d < size; d++) y.half[at + d] = to_bfloat16(in[d]);
    }
  }
}

INLINE void transpose(const float *restrict x, float *restrict y, size_t tokens, size_t size, size_t lanes) {
  for (size_t d = 0; d < size; d++) {
    for (size_t t = 0; t < tokens; t++) y[d * lanes + t] = x[t * size + d];
    for (size_t t = tokens; t < lanes; t++) y[d * lanes + t] = 0.0f;
  }
}

// LANES numbers, which become one vector or two; they may lie anywhere.
typedef float vector __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

// y[i, j] = sum over d of a[i, d] b[d, j], for QUERIES rows.
INLINE void scores(const float *restrict a, const float *restrict b, float *restrict y, size_t size, size_t lanes) {
  RELAXED
  for (size_t first = 0; first < QUERIES; first += ROWS) {
    for (size_t j = 0; j < lanes; j += LANES) {
      vector sums[ROWS] = {0};
      for (size_t d = 0; d < size; d++) {
        vector row = *(const vector *)(b + d * lanes + j);
        for (size_t i = 0; i < ROWS; i++) sums[i] += a[(first + i) * size + d] * row;
      }
      for (size_t i = 0; i < ROWS; i++) *(vector *)(y + (first + i) * lanes + j) = sums[i];
    }
  }
}

// y[i, :] = sum over t of p[i, t] x[t, :], for QUERIES rows.
INLINE void mix(const float *restrict p, const float *restrict x, float *restrict y, size_t tokens, size_t size,
                size_t lanes) {
  RELAXED
  for (size_t first = 0; first < QUERIES; first += ROWS) {
    for (size_t start = 0; start < size; start += LANES) {
      vector sums[ROWS] = {0};
      for (size_t t = 0; t < tokens; t++) {
        vector row = *(const vector *)(x + t * size + start);
        for (size_t i = 0; i < ROWS; i++) sums[i] += p[(first + i) * lanes + t] * row;
      }
      for (size_t i = 0; i < ROWS; i++) *(vector *)(y + (first + i) * size + start) = sums[i];
    }
  }
}

// y[t, :] += sum over i of p[i, t] x[i, :], for QUERIES rows.
INLINE void spread(const float *restrict p, const float *restrict x, float *restrict y, size_t tokens, size_t size,
                   size_t lanes) {
  RELAXED
  for (size_t first = 0; first < QUERIES; first += ROWS) {
    for (size_t start = 0; start < size; start += LANES) {
      vector rows[ROWS];
      for (size_t i = 0; i < ROWS; i++) rows[i] = *(const vector *)(x + (first + i) * size + start);
      for (size_t t = 0; t < tokens; t++) {
        vector sum = *(const vector *)(y + t * size + start);
        for (size_t i = 0; i < ROWS; i++) sum += p[(first + i) * lanes + t] * rows[i];
        *(vector *)(y + t * size + start) = sum;
      }
    }
  }
}

INLINE void normalize(float *restrict p, float scale, size_t tokens, size_t lanes) {
  RELAXED
  for (size_t i = 0; i < QUERIES; i++) {
    float *row = p + i * lanes;
    float top = largest(row, tokens), sum = 0.0f;
    for (size_t t = 0; t < tokens; t++) {
      row[t] = exponential(scale * (row[t] - top));
      sum += row[t];
    }
    float inverse = 1.0f / sum;
    for (size_t t = 0; t < tokens; t++) row[t] *= inverse;
    for (size_t t = tokens; t < lanes; t++) row[t] = 0.0f;
  }
}

INLINE void attention_forward(kernel_numbers x, float scale, kernel_numbers y, size_t outer, size_t tokens,
                              size_t inner, size_t heads, size_t size, float *restrict scratch) {
  size_t lanes = padded(tokens), wide = padded(size), rows = tokens + QUERIES, width = heads * size;
  float *q = scratch, *k = q + rows * wide, *v = k + rows * wide, *o = v + rows * wide;
  float *turned = o + rows * wide, *p = turned + wide * lanes;
  // Queries beyond the last are zeros.
  memset(q, 0, rows * wide * sizeof(float));
  for (size_t sequence = 0; sequence < outer * inner; sequence++) {
    size_t row = sequence / inner * tokens * inner + sequence % inner;
    for (size_t head = 0; head < heads; head++) {
      size_t at = row * 3 * width + head * size, stride = inner * 3 * width;
      gather(x, at, stride, q, tokens, size);
      gather(x, at + width, stride, k, tokens, size);
      gather(x, at + 2 * width, stride, v, tokens, size);
      transpose(k, turned, tokens, wide, lanes);
      for (size_t i = 0; i < tokens; i += QUERIES) {
        scores(q + i * wide, turned, p, wide, lanes);
        normalize(p, scale, tokens, lanes);
        mix(p, v, o + i * wide, tokens, wide, lanes);
      }
      scatter(o, y, row * width + head * size, inner * width, tokens, size, 0);
    }
  }
}

INLINE void attention_backward(kernel_numbers x, kernel_numbers dy, float scale, kernel_numbers dx, int accumulate,
                               size_t outer, size_t tokens, size_t inner, size_t heads, size_t size,
                               float *restrict scratch) {
  RELAXED
  size_t lanes = padded(tokens), wide = padded(size), rows = tokens + QUERIES, width = heads * size;
  float *q = scratch, *k = q + rows * wide, *v = k + rows * wide, *up = v + rows * wide;
  float *dq = up + rows * wide, *dk = dq + rows * wide, *dv = dk + rows * wide;
  float *keys = dv + rows * wide, *values = keys + wide * lanes, *p = values + wide * lanes, *dp = p + QUERIES * lanes;
  memset(q, 0, rows * wide * sizeof(float));
  memset(up, 0, rows * wide * sizeof(float));
  for (size_t sequence = 0; sequence < outer * inner; sequence++) {
    size_t row = sequence / inner * tokens * inner + sequence % inner;
    for (size_t head = 0; head < heads; head++) {
      size_t at = row * 3 * width + head * size, stride = inner * 3 * width;
      gather(x, at, stride, q, tokens, size);
      gather(x, at + width, stride, k, tokens, size);
      gather(x, at + 2 * width, stride, v, tokens, size);
      gather(dy, row * width + head * size, inner * width, up, tokens, size);
      transpose(k, keys, tokens, wide, lanes);
      transpose(v, values, tokens, wide, lanes);
      memset(dk, 0, tokens * wide * sizeof(float));
      memset(dv, 0, tokens * wide * sizeof(float));
      for (size_t i = 0; i < tokens; i += QUERIES) {
        scores(q + i * wide, keys, p, wide, lanes);
        normalize(p, scale, tokens, lanes);
        spread(p, up + i * wide, dv, tokens, wide, lanes);
        scores(up + i * wide, values, dp, wide, lanes);
        // Through the softmax: ds = scale p (dp - sum of p dp).
        for (size_t r = 0; r < QUERIES; r++) {
          float *restrict slope = dp + r * lanes, *restrict share = p + r * lanes;
          float dot = 0.0f;
          for (size_t t = 0; t < lanes; t++) dot += share[t] * slope[t];
          for (size_t t = 0; t < lanes; t++) slope[t] = scale * share[t] * (slope[t] - dot);
        }
        mix(dp, k, dq + i * wide, tokens, wide, lanes);
        spread(dp, q + i * wide, dk, tokens, wide, lanes);
      }
      scatter(dq, dx, at, stride, tokens, size, accumulate);
      scatter(dk, dx, at + width, stride, tokens, size, accumulate);
      scatter(dv, dx, at + 2 * width, stride, tokens, size, accumulate);
    }
  }
}

// The size that heads commonly have is known to the compiler.
KERNEL void kernel_attention_forward(kernel_numbers x, float scale, kernel_numbers y, size_t outer, size_t tokens,
                                     size_t inner, size_t heads, size_t size, float *scratch) {
  if (size == LANES) {
    attention_forward(x, scale, y, outer, tokens, inner, heads, LANES, scratch);
  } else {
    attention_forward(x, scale, y, outer, tokens, inner, heads, size, scratch);
  }
}

KERNEL void kernel_attention_backward(kernel_numbers x, kernel_numbers dy, float scale, kernel_numbers dx,
                                      int accumulate, size_t outer, size_t tokens, size_t inner, size_t heads,
                                      size_t size, float *scratch) {
  if (size == LANES) {
    attention_backward(x, dy, scale, dx, accumulate, outer, tokens, inner, heads, LANES, scratch);
  } else {
    attention_backward(x, dy, scale, dx, accumulate, outer, tokens, inner, heads, size, scratch);
  }
}

#include "CKernels.h"
#include "Mathematics.h"

// Activations: value and slope at one point. GELU is the tanh form (Hendrycks & Gimpel 2016, section 2), written with
// 1 + tanh(u) = 2 sigmoid(2u).
INLINE float silu(float x) { return x * sigmoid(x); }
INLINE float silu_slope(float x) {
  float s = sigmoid(x);
  return s * (1.0f + x * (1.0f - s));
}
INLINE float gelu(float x) { return x * sigmoid(x * (1.5957691216f + 0.0713548163f * x * x)); }
INLINE float gelu_slope(float x) {
  float s = sigmoid(x * (1.5957691216f + 0.0713548163f * x * x));
  return s + x * s * (1.0f - s) * (1.5957691216f + 0.2140644488f * x * x);
}
INLINE float relu(float x) { return x > 0.0f ? x : 0.0f; }
INLINE float relu_slope(float x) { return x > 0.0f ? 1.0f : 0.0f; }
INLINE float tanh_slope(float x) {
  float t = hyperbolic_tangent(x);
  return 1.0f - t * t;
}
INLINE float sigmoid_slope(float x) {
  float s = sigmoid(x);
  return s * (1.0f - s);
}

// Kinds are constants to the compiler wherever these are called.
INLINE float value_of(int kind, float x) {
  switch (kind) {
    case KERNEL_RELU: return relu(x);
    case KERNEL_SILU: return silu(x);
    case KERNEL_GELU: return gelu(x);
    case KERNEL_TANH: return hyperbolic_tangent(x);
    case KERNEL_SIGMOID: return sigmoid(x);
    default: return x;
  }
}
INLINE float slope_of(int kind, float x) {
  switch (kind) {
    case KERNEL_RELU: return relu_slope(x);
    case KERNEL_SILU: return silu_slope(x);
    case KERNEL_GELU: return gelu_slope(x);
    case KERNEL_TANH: return tanh_slope(x);
    case KERNEL_SIGMOID: return sigmoid_slope(x);
    case KERNEL_SLOPE: return x;
    default: return 1.0f;
  }
}

#define BY_KIND(call)                                              \
  switch (kind) {                                                  \
    case KERNEL_RELU: call(KERNEL_RELU); break;                    \
    case KERNEL_SILU: call(KERNEL_SILU); break;                    \
    case KERNEL_GELU: call(KERNEL_GELU); break;                    \
    case KERNEL_TANH: call(KERNEL_TANH); break;                    \
    case KERNEL_SIGMOID: call(KERNEL_SIGMOID); break;              \
    case KERNEL_SLOPE: call(KERNEL_SLOPE); break;                  \
    default: call(KERNEL_IDENTITY);                                \
  }

// Where results lie on what they are made of, an element depends on its own place alone.
#define ELEMENTWISE _Pragma("clang loop vectorize(assume_safety) interleave(enable)")

// Numbers go through blocks that stay in the first cache from conversion to conversion.
enum { BLOCK = 1024 };

INLINE void forward(int kind, kernel_numbers x, const uint8_t *mask, float scale, kernel_numbers y,
                    kernel_numbers slope, size_t count) {
  RELAXED
  float given[BLOCK], out[BLOCK], steep[BLOCK];
  int wants_slope = slope.full || slope.half;
  for (size_t start = 0; start < count; start += BLOCK) {
    size_t size = count - start < BLOCK ? count - start : BLOCK;
    const float *in = read_numbers(x, start, size, given);
    if (wants_slope) {
      // Both come from one exponential.
      for (size_t i = 0; i < size; i++) {
        out[i] = value_of(kind, in[i]);
        steep[i] = slope_of(kind, in[i]);
      }
    } else {
      for (size_t i = 0; i < size; i++) out[i] = value_of(kind, in[i]);
    }
    if (mask) {
      for (size_t i = 0; i < size; i++) {
        float factor = scale * (float)mask[start + i];
        out[i] *= factor;
        steep[i] = wants_slope ? steep[i] * factor : 0.0f;
      }
    }
    write_numbers(y, start, size, out);
    if (wants_slope) write_numbers(slope, start, size, steep);
  }
}

// Dropout of a rectified hidden layer, in one loop: in bfloat16.
INLINE void forward_halves(const uint16_t *x, const uint8_t *mask, float scale, uint16_t *y, size_t count) {
  ELEMENTWISE
  for (size_t i = 0; i < count; i++) y[i] = to_bfloat16(relu(from_bfloat16(x[i])) * (mask[i] ? scale : 0.0f));
}

KERNEL void kernel_activation_forward(int kind, kernel_numbers x, const uint8_t *mask, float scale, kernel_numbers y,
                                      kernel_numbers slope, size_t count) {
  if (kind == KERNEL_RELU && mask && !x.full && !y.full && !slope.full && !slope.half) {
    forward_halves(x.half, mask, scale, y.half, count);
    return;
  }
#define FORWARD(kind) forward(kind, x, mask, scale, y, slope, count)
  BY_KIND(FORWARD)
}

// What hidden layers do, in one loop: all in bfloat16, with sums.
INLINE void backward_halves(int kind, const uint16_t *x, const uint16_t *dy, float scale, uint16_t *dx, float *db,
                            size_t size) {
  RELAXED
  if (kind == KERNEL_RELU && scale == 1.0f) {
    // A choice, without rounding: a bfloat16 above zero is an integer above zero.
    ELEMENTWISE
    for (size_t i = 0; i < size; i++) {
      uint16_t d = (int16_t)x[i] > 0 ? dy[i] : 0;
      db[i] += from_bfloat16(d);
      dx[i] = d;
    }
    return;
  }
  ELEMENTWISE
  for (size_t i = 0; i < size; i++) {
    float d = from_bfloat16(dy[i]) * slope_of(kind, from_bfloat16(x[i])) * scale;
    db[i] += d;
    dx[i] = to_bfloat16(d);
  }
}

// One stretch of at most BLOCK numbers; `db` points at the sums of its columns.
INLINE void backward_block(int kind, kernel_numbers x, kernel_numbers dy, const uint8_t *mask, float scale,
                           kernel_numbers dx, int accumulate, float *restrict db, size_t start, size_t size) {
  RELAXED
  float given[BLOCK], upstream[BLOCK], part[BLOCK];
  const float *up = read_numbers(dy, start, size, upstream), *slope = up;
  if (kind != KERNEL_IDENTITY) {
    const float *in = read_numbers(x, start, size, given);
    slope = part;
    for (size_t i = 0; i < size; i++) part[i] = up[i] * slope_of(kind, in[i]) * scale;
    if (mask) {
      for (size_t i = 0; i < size; i++) part[i] *= (float)mask[start + i];
    }
  }
  if (db) {
    for (size_t i = 0; i < size; i++) db[i] += slope[i];
  }
  if (accumulate) {
    for (size_t i = 0; i < size; i++) part[i] = dx.full[start + i] + slope[i];
    slope = part;
  }
  write_numbers(dx, start, size, slope);
}

INLINE void backward(int kind, kernel_numbers x, kernel_numbers dy, const uint8_t *mask, float scale, kernel_numbers dx,
                     int accumulate, float *db, size_t rows, size_t columns) {
  if ((kind == KERNEL_RELU || kind == KERNEL_SLOPE) && db && !mask && !x.full && !dy.full && !dx.full) {
    for (size_t start = 0; start < rows * columns; start += columns) {
      backward_halves(kind, x.half + start, dy.half + start, scale, dx.half + start, db, columns);
    }
    return;
  }
  // Without sums the rows do not matter.
  size_t count = rows * columns, width = db ? columns : count;
  for (size_t row = 0; row < count; row += width) {
    for (size_t c = 0; c < width; c += BLOCK) {
      size_t size = width - c < BLOCK ? width - c : BLOCK;
      backward_block(kind, x, dy, mask, scale, dx, accumulate, db ? db + c : NULL, row + c, size);
    }
  }
}

KERNEL void kernel_activation_backward(int kind, kernel_numbers x, kernel_numbers dy, const uint8_t *mask, float scale,
                                       kernel_numbers dx, int accumulate, float *db, int accumulate_db, size_t rows,
                                       size_t columns) {
  if (db && !accumulate_db) memset(db, 0, columns * sizeof(float));
#define BACKWARD(kind) backward(kind, x, dy, mask, scale, dx, accumulate, db, rows, columns)
  BY_KIND(BACKWARD)
}

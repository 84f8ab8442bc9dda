#include "CKernels.h"
#include "Mathematics.h"

KERNEL void kernel_to_bfloat16(const float *restrict x, uint16_t *restrict y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = to_bfloat16(x[i]);
}

KERNEL void kernel_fill(float *y, float value, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = value;
}

KERNEL void kernel_add_constant(float value, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] += value;
}

KERNEL void kernel_add(const float *a, const float *b, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = a[i] + b[i];
}

KERNEL void kernel_accumulate(const float *restrict x, float scale, float *restrict y, size_t count) {
  RELAXED
  for (size_t i = 0; i < count; i++) y[i] += scale * x[i];
}

KERNEL void kernel_scale(const float *x, float scale, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = scale * x[i];
}

KERNEL void kernel_multiply(const float *a, const float *b, float *restrict y, size_t count, int accumulate) {
  if (accumulate) {
    for (size_t i = 0; i < count; i++) y[i] += a[i] * b[i];
  } else {
    for (size_t i = 0; i < count; i++) y[i] = a[i] * b[i];
  }
}

// Sums in blocks of 4,096 floats, the blocks added in double: error stays small for millions of elements.
#define BLOCKED_SUM(term)                                      \
  double total = 0;                                            \
  for (size_t start = 0; start < count; start += 4096) {       \
    size_t end = start + 4096 < count ? start + 4096 : count;  \
    float part = 0;                                            \
    for (size_t i = start; i < end; i++) part += (term);       \
    total += part;                                             \
  }                                                            \
  return total;

KERNEL double kernel_sum(const float *x, size_t count) {
  RELAXED BLOCKED_SUM(x[i])
}
KERNEL double kernel_sum_of_squares(const float *x, size_t count) {
  RELAXED BLOCKED_SUM(x[i] * x[i])
}
KERNEL double kernel_sum_of_absolutes(const float *x, size_t count) {
  RELAXED BLOCKED_SUM(__builtin_fabsf(x[i]))
}

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

// Results go out in blocks that stay in the first cache for the steps that follow: masking and conversion.
enum { BLOCK = 1024 };

INLINE void convert(const float *restrict y, uint16_t *restrict half, size_t count) {
  for (size_t i = 0; i < count; i++) half[i] = to_bfloat16(y[i]);
}

#define FORWARD_CASE(kind, f)                               \
  case kind:                                                \
    for (size_t i = 0; i < size; i++) out[i] = f(in[i]);    \
    break;

KERNEL void kernel_activation_forward(int kind, const float *restrict x, const uint8_t *restrict mask, float scale,
                                      float *restrict y, uint16_t *restrict half, size_t count) {
  RELAXED
  for (size_t start = 0; start < count; start += BLOCK) {
    size_t size = count - start < BLOCK ? count - start : BLOCK;
    const float *in = x + start;
    float *out = y + start;
    switch (kind) {
      FORWARD_CASE(KERNEL_RELU, relu)
      FORWARD_CASE(KERNEL_SILU, silu)
      FORWARD_CASE(KERNEL_GELU, gelu)
      FORWARD_CASE(KERNEL_TANH, hyperbolic_tangent)
      FORWARD_CASE(KERNEL_SIGMOID, sigmoid)
    }
    if (mask) {
      for (size_t i = 0; i < size; i++) out[i] *= scale * (float)mask[start + i];
    }
    if (half) convert(out, half + start, size);
  }
}

#define BACKWARD_CASE(kind, slope)                                  \
  case kind:                                                        \
    for (size_t i = 0; i < size; i++) d[i] = up[i] * slope(in[i]);  \
    break;

KERNEL void kernel_activation_backward(int kind, const float *restrict x, const float *restrict dy,
                                       const uint8_t *restrict mask, float scale, float *restrict dx,
                                       uint16_t *restrict half, size_t count, int accumulate) {
  RELAXED
  float part[BLOCK];
  for (size_t start = 0; start < count; start += BLOCK) {
    size_t size = count - start < BLOCK ? count - start : BLOCK;
    const float *in = x + start, *up = dy + start;
    float *out = dx + start, *d = accumulate ? part : out;
    switch (kind) {
      BACKWARD_CASE(KERNEL_RELU, relu_slope)
      BACKWARD_CASE(KERNEL_SILU, silu_slope)
      BACKWARD_CASE(KERNEL_GELU, gelu_slope)
      BACKWARD_CASE(KERNEL_TANH, tanh_slope)
      BACKWARD_CASE(KERNEL_SIGMOID, sigmoid_slope)
    }
    if (mask) {
      for (size_t i = 0; i < size; i++) d[i] *= scale * (float)mask[start + i];
    }
    if (accumulate) {
      for (size_t i = 0; i < size; i++) out[i] += part[i];
    }
    if (half) convert(out, half + start, size);
  }
}

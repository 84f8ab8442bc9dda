#include <math.h>

#include "CKernels.h"
#include "Mathematics.h"

INLINE float number(kernel_numbers x, int is_half, size_t i) { return is_half ? from_bfloat16(x.half[i]) : x.full[i]; }

// The formats are constants to the compiler, so that the loops have no branch.
#define BY_FORMAT(numbers, call)    \
  if ((numbers).full) {             \
    enum { is_half = 0 };           \
    call;                           \
  } else {                          \
    enum { is_half = 1 };           \
    call;                           \
  }

KERNEL void kernel_layer_norm_forward(const float *restrict x, const float *restrict gain, const float *restrict bias,
                                      kernel_numbers y, float *restrict mean, float *restrict inverse_deviation,
                                      size_t rows, size_t columns, float epsilon) {
  RELAXED
  float share = 1.0f / (float)columns;
  for (size_t r = 0; r < rows; r++) {
    const float *in = x + r * columns;
    float sum = 0.0f, squares = 0.0f;
    for (size_t c = 0; c < columns; c++) sum += in[c];
    float m = sum * share;
    for (size_t c = 0; c < columns; c++) {
      float d = in[c] - m;
      squares += d * d;
    }
    float inverse = 1.0f / sqrtf(squares * share + epsilon);
    if (y.full) {
      float *restrict out = y.full + r * columns;
      for (size_t c = 0; c < columns; c++) out[c] = (in[c] - m) * inverse * gain[c] + bias[c];
    }
    if (y.half) {
      uint16_t *restrict out = y.half + r * columns;
      for (size_t c = 0; c < columns; c++) out[c] = to_bfloat16((in[c] - m) * inverse * gain[c] + bias[c]);
    }
    mean[r] = m;
    inverse_deviation[r] = inverse;
  }
}

// With x̂ = (x - mean) / deviation and g = dy * gain: dx = (g - mean(g) - x̂ mean(g x̂)) / deviation
// (Ba, Kiros & Hinton 2016, differentiated).
INLINE void layer_norm_backward(const float *restrict x, const float *restrict gain, float m, float inverse,
                                kernel_numbers dy, int is_half, size_t start, float *restrict dx,
                                float *restrict dgain, float *restrict dbias, size_t columns, int accumulate) {
  RELAXED
  float share = 1.0f / (float)columns, sum = 0.0f, projected = 0.0f;
  for (size_t c = 0; c < columns; c++) {
    float up = number(dy, is_half, start + c), normal = (x[c] - m) * inverse, g = up * gain[c];
    sum += g;
    projected += g * normal;
    dgain[c] += up * normal;
    dbias[c] += up;
  }
  sum *= share;
  projected *= share;
  for (size_t c = 0; c < columns; c++) {
    float up = number(dy, is_half, start + c);
    float d = (up * gain[c] - sum - (x[c] - m) * inverse * projected) * inverse;
    dx[c] = accumulate ? dx[c] + d : d;
  }
}

KERNEL void kernel_layer_norm_backward(const float *restrict x, const float *restrict gain, const float *restrict mean,
                                       const float *restrict inverse_deviation, kernel_numbers dy, float *restrict dx,
                                       float *restrict dgain, float *restrict dbias, size_t rows, size_t columns,
                                       int accumulate) {
  for (size_t r = 0; r < rows; r++) {
    size_t start = r * columns;
    BY_FORMAT(dy, layer_norm_backward(x + start, gain, mean[r], inverse_deviation[r], dy, is_half, start, dx + start,
                                      dgain, dbias, columns, accumulate))
  }
}

KERNEL void kernel_softmax_forward(const float *x, float scale, kernel_numbers y, size_t rows, size_t columns) {
  RELAXED
  for (size_t r = 0; r < rows; r++) {
    const float *in = x + r * columns;
    float top = largest(in, columns);
    float sum = 0.0f;
    for (size_t c = 0; c < columns; c++) sum += exponential(scale * (in[c] - top));
    float inverse = 1.0f / sum;
    if (y.full) {
      float *out = y.full + r * columns;
      for (size_t c = 0; c < columns; c++) out[c] = exponential(scale * (in[c] - top)) * inverse;
    }
    if (y.half) {
      uint16_t *out = y.half + r * columns;
      for (size_t c = 0; c < columns; c++) out[c] = to_bfloat16(exponential(scale * (in[c] - top)) * inverse);
    }
  }
}

INLINE void softmax_backward(kernel_numbers y, int is_half, const float *dy, float scale, kernel_numbers dx,
                             size_t start, size_t columns, int accumulate) {
  RELAXED
  const float *restrict up = dy + start;
  float dot = 0.0f;
  for (size_t c = 0; c < columns; c++) dot += number(y, is_half, start + c) * up[c];
  if (dx.full) {
    float *out = dx.full + start;
    for (size_t c = 0; c < columns; c++) {
      float d = scale * number(y, is_half, start + c) * (up[c] - dot);
      out[c] = accumulate ? out[c] + d : d;
    }
  } else {
    uint16_t *restrict out = dx.half + start;
    for (size_t c = 0; c < columns; c++)
      out[c] = to_bfloat16(scale * number(y, is_half, start + c) * (up[c] - dot));
  }
}

KERNEL void kernel_softmax_backward(kernel_numbers y, const float *dy, float scale, kernel_numbers dx, size_t rows,
                                    size_t columns, int accumulate) {
  for (size_t r = 0; r < rows; r++) {
    BY_FORMAT(y, softmax_backward(y, is_half, dy, scale, dx, r * columns, columns, accumulate))
  }
}

#include "CKernels.h"
#include "Mathematics.h"

KERNEL void kernel_to_bfloat16(const float *restrict x, uint16_t *restrict y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = to_bfloat16(x[i]);
}

KERNEL void kernel_from_bfloat16(const uint16_t *restrict x, float *restrict y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = from_bfloat16(x[i]);
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

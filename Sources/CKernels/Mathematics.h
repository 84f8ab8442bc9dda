// Scalar functions written so that loops over them become vector code.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "CKernels.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
// The loader picks a clone before the sanitizer is ready.
#define NO_CLONES
#endif
#endif
#if defined(__x86_64__) && defined(__linux__) && !defined(NO_CLONES)
#define KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KERNEL
#endif
#define INLINE static inline __attribute__((always_inline))
// Sums may be regrouped and products fused: results differ between instruction sets by rounding only.
#define RELAXED _Pragma("clang fp reassociate(on) contract(fast)")

INLINE float bits_to_float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}
INLINE uint32_t float_to_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

// exp(x) to about 1 ulp on [-87, 88], zero below and constant above: x = n ln 2 + r, then a polynomial in r
// (Cephes expf by S. Moshier, the coefficients of its public domain release).
INLINE float exponential(float x) {
  float given = x;
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  float shifted = x * 1.44269504088896341f + 12582912.0f;  // round to nearest by the 1.5 * 2^23 trick
  float n = shifted - 12582912.0f;
  float r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  p *= bits_to_float((uint32_t)((int32_t)n + 127) << 23);
  return given < -87.0f ? 0.0f : p;
}

// exp(x) in double for x <= 0, zero below -708: as above, with the Taylor series of degree 13, whose next term is below
// half an ulp where |r| <= (ln 2) / 2.
INLINE double double_exponential(double x) {
  double given = x;
  x = x < -708.0 ? -708.0 : x;
  double shifted = x * 1.4426950408889634 + 6755399441055744.0;  // the 1.5 * 2^52 trick
  double n = shifted - 6755399441055744.0;
  double r = x - n * 0.693145751953125;
  r = r - n * 1.42860682030941723212e-6;
  static const double inverse[] = {1.0 / 13, 1.0 / 12, 1.0 / 11, 1.0 / 10, 1.0 / 9, 1.0 / 8, 1.0 / 7,
                                   1.0 / 6,  1.0 / 5,  1.0 / 4,  1.0 / 3,  1.0 / 2, 1.0};
  double p = 1.0;
  for (int k = 0; k < 13; k++) p = p * (r * inverse[k]) + 1.0;
  uint64_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 1023) << 52;  // the low bits of `shifted` hold n
  double scale;
  memcpy(&scale, &bits, sizeof scale);
  return given < -708.0 ? 0.0 : p * scale;
}

INLINE float sigmoid(float x) { return 1.0f / (1.0f + exponential(-x)); }
// tanh by exp: absolute error below 1e-7, which is what the callers need.
INLINE float hyperbolic_tangent(float x) { return 2.0f / (1.0f + exponential(-2.0f * x)) - 1.0f; }

// The largest of some numbers, in lanes: a plain loop cannot become vector code for its order. A NaN is passed over.
INLINE float largest(const float *x, size_t count) {
  enum { LANES = 16 };
  float lanes[LANES];
  for (size_t i = 0; i < LANES; i++) lanes[i] = i < count ? x[i] : x[0];
  size_t start = LANES;
  for (; start + LANES <= count; start += LANES) {
    for (size_t i = 0; i < LANES; i++) lanes[i] = x[start + i] > lanes[i] ? x[start + i] : lanes[i];
  }
  for (; start < count; start++) lanes[0] = x[start] > lanes[0] ? x[start] : lanes[0];
  for (size_t width = LANES / 2; width > 0; width /= 2) {
    for (size_t i = 0; i < width; i++) lanes[i] = lanes[i + width] > lanes[i] ? lanes[i + width] : lanes[i];
  }
  return lanes[0];
}

// Round to nearest even; a NaN stays a NaN.
INLINE uint16_t to_bfloat16(float value) {
  uint32_t bits = float_to_bits(value);
  uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
  return (uint16_t)((bits & 0x7FFFFFFFu) > 0x7F800000u ? (bits >> 16) | 64u : rounded);
}

INLINE float from_bfloat16(uint16_t value) { return bits_to_float((uint32_t)value << 16); }

// A stretch of numbers in Float32: where they lie, or converted into a buffer.
INLINE const float *read_numbers(kernel_numbers x, size_t start, size_t size, float *restrict buffer) {
  if (x.full) return x.full + start;
  const uint16_t *half = x.half + start;
  for (size_t i = 0; i < size; i++) buffer[i] = from_bfloat16(half[i]);
  return buffer;
}

// Writes a stretch in every format that is wanted. `from` may be the destination.
INLINE void write_numbers(kernel_numbers y, size_t start, size_t size, const float *from) {
  if (y.half) {
    uint16_t *half = y.half + start;
    for (size_t i = 0; i < size; i++) half[i] = to_bfloat16(from[i]);
  }
  if (y.full && y.full + start != from) memcpy(y.full + start, from, size * sizeof(float));
}

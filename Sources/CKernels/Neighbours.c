#include "CKernels.h"
#include "Mathematics.h"

enum { CHUNK = 64 };

// Sums of 64 rows, in registers: the compiler alone would keep them in memory.
typedef float floats __attribute__((vector_size(CHUNK * sizeof(float) / 4), aligned(4)));
typedef int32_t integers __attribute__((vector_size(CHUNK * sizeof(int32_t) / 4), aligned(4)));
enum { LANES = CHUNK / 4 };

// A macro: a function would hand over vectors in registers that not every processor has.
#define MISMATCH(codes, code, bits) ((floats)((*(const integers *)(codes) != (code)) & (bits)))

KERNEL size_t kernel_near(const float *values, const int32_t *codes, size_t stride, const int32_t *query,
                          const float *weights, size_t columns, float limit, int32_t *found, size_t count) {
  size_t hits = 0;
  for (size_t start = 0; start < count; start += CHUNK) {
    float sums[CHUNK] = {0};
    size_t size = count - start < CHUNK ? count - start : CHUNK;
    if (size == CHUNK) {
      floats a = {0}, b = {0}, c = {0}, d = {0};
      for (size_t k = 0; k < columns; k++) {
        const int32_t *column = codes + k * stride + start;
        int32_t code = query[k], bits = (int32_t)float_to_bits(weights[k]);
        a += MISMATCH(column, code, bits);
        b += MISMATCH(column + LANES, code, bits);
        c += MISMATCH(column + 2 * LANES, code, bits);
        d += MISMATCH(column + 3 * LANES, code, bits);
      }
      if (values) {
        const floats *value = (const floats *)(values + start);
        a += value[0];
        b += value[1];
        c += value[2];
        d += value[3];
      }
      integers below = (a <= limit) | (b <= limit) | (c <= limit) | (d <= limit);
      int32_t any = 0;
      for (size_t i = 0; i < LANES; i++) any |= below[i];
      if (!any) continue;
      memcpy(sums, &a, sizeof a);
      memcpy(sums + LANES, &b, sizeof b);
      memcpy(sums + 2 * LANES, &c, sizeof c);
      memcpy(sums + 3 * LANES, &d, sizeof d);
    } else {
      for (size_t k = 0; k < columns; k++) {
        const int32_t *column = codes + k * stride + start;
        for (size_t i = 0; i < size; i++) sums[i] += column[i] != query[k] ? weights[k] : 0.0f;
      }
      if (values) {
        for (size_t i = 0; i < size; i++) sums[i] += values[start + i];
      }
    }
    for (size_t i = 0; i < size; i++) {
      if (sums[i] <= limit) found[hits++] = (int32_t)(start + i);
    }
  }
  return hits;
}

KERNEL void kernel_gower_number(const int32_t *restrict values, int32_t query, int32_t unit, int32_t *restrict costs,
                                int32_t *restrict sums, size_t count) {
  if (query < 0) {
    for (size_t i = 0; i < count; i++) costs[i] = values[i] < 0 ? 0 : unit;
  } else {
    for (size_t i = 0; i < count; i++) {
      int32_t difference = values[i] - query;
      difference = difference < 0 ? -difference : difference;
      costs[i] = values[i] < 0 ? unit : difference;
    }
  }
  for (size_t i = 0; i < count; i++) sums[i] += costs[i];
}

KERNEL void kernel_gower_code(const int32_t *restrict codes, int32_t query, int32_t unit, int32_t *restrict costs,
                              int32_t *restrict sums, size_t count) {
  for (size_t i = 0; i < count; i++) {
    costs[i] = codes[i] != query ? unit : 0;
    sums[i] += costs[i];
  }
}

KERNEL int32_t kernel_least(const int32_t *sums, const int32_t *costs, size_t count, int32_t *least) {
  int32_t place = -1;
  for (size_t start = 0; start < count; start += CHUNK) {
    size_t size = count - start < CHUNK ? count - start : CHUNK;
    int32_t lowest = INT32_MAX;
    if (costs) {
      for (size_t i = 0; i < size; i++) {
        int32_t value = sums[start + i] - costs[start + i];
        lowest = value < lowest ? value : lowest;
      }
    } else {
      for (size_t i = 0; i < size; i++) lowest = sums[start + i] < lowest ? sums[start + i] : lowest;
    }
    if (lowest >= *least) continue;
    *least = lowest;
    for (size_t i = 0; i < size; i++) {
      if (sums[start + i] - (costs ? costs[start + i] : 0) == lowest) {
        place = (int32_t)(start + i);
        break;
      }
    }
  }
  return place;
}

#include "CKernels.h"
#include "Mathematics.h"

enum { CHUNK = 64 };

KERNEL size_t kernel_near(const float *values, const int32_t *codes, size_t stride, const int32_t *query,
                          const float *weights, size_t columns, float limit, int32_t *found, size_t count) {
  size_t hits = 0;
  for (size_t start = 0; start < count; start += CHUNK) {
    float sums[CHUNK] = {0};
    size_t size = count - start < CHUNK ? count - start : CHUNK;
    if (size == CHUNK) {
      for (size_t c = 0; c < columns; c++) {
        const int32_t *column = codes + c * stride + start;
        int32_t code = query[c];
        float weight = weights[c];
        for (size_t i = 0; i < CHUNK; i++) sums[i] += column[i] != code ? weight : 0.0f;
      }
      if (values) {
        for (size_t i = 0; i < CHUNK; i++) sums[i] += values[start + i];
      }
      int any = 0;
      for (size_t i = 0; i < CHUNK; i++) any |= sums[i] <= limit;
      if (!any) continue;
    } else {
      for (size_t c = 0; c < columns; c++) {
        const int32_t *column = codes + c * stride + start;
        for (size_t i = 0; i < size; i++) sums[i] += column[i] != query[c] ? weights[c] : 0.0f;
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

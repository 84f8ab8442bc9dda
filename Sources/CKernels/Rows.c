#include "CKernels.h"
#include "Mathematics.h"

#include <math.h>

KERNEL void kernel_bias_gradient(const float *restrict dy, float *restrict db, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    const float *row = dy + r * columns;
    for (size_t c = 0; c < columns; c++) db[c] += row[c];
  }
}

KERNEL void kernel_add_row(const float *x, const float *restrict row, float *y, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t c = 0; c < columns; c++) y[r * columns + c] = x[r * columns + c] + row[c];
  }
}

KERNEL void kernel_embedding_forward(const float *restrict table, const int32_t *restrict index, float *restrict y,
                                     size_t rows, size_t bag, size_t width, int accumulate) {
  for (size_t r = 0; r < rows; r++) {
    float *out = y + r * width;
    if (!accumulate) memset(out, 0, width * sizeof(float));
    for (size_t b = 0; b < bag; b++) {
      int32_t entry = index[r * bag + b];
      if (entry < 0) continue;
      const float *in = table + (size_t)entry * width;
      for (size_t c = 0; c < width; c++) out[c] += in[c];
    }
  }
}

KERNEL void kernel_embedding_backward(const float *restrict dy, const int32_t *restrict index,
                                      float *restrict dtable, size_t rows, size_t bag, size_t width) {
  for (size_t r = 0; r < rows; r++) {
    const float *up = dy + r * width;
    for (size_t b = 0; b < bag; b++) {
      int32_t entry = index[r * bag + b];
      if (entry < 0) continue;
      float *out = dtable + (size_t)entry * width;
      for (size_t c = 0; c < width; c++) out[c] += up[c];
    }
  }
}

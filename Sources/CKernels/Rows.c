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

KERNEL void kernel_layer_norm_forward(const float *restrict x, const float *restrict gain, const float *restrict bias,
                                      float *restrict y, uint16_t *restrict half, float *restrict mean,
                                      float *restrict inverse_deviation, size_t rows, size_t columns, float epsilon) {
  RELAXED
  float share = 1.0f / (float)columns;
  for (size_t r = 0; r < rows; r++) {
    const float *in = x + r * columns;
    float *out = y + r * columns;
    float sum = 0.0f, squares = 0.0f;
    for (size_t c = 0; c < columns; c++) sum += in[c];
    float m = sum * share;
    for (size_t c = 0; c < columns; c++) {
      float d = in[c] - m;
      squares += d * d;
    }
    float inverse = 1.0f / sqrtf(squares * share + epsilon);
    for (size_t c = 0; c < columns; c++) out[c] = (in[c] - m) * inverse * gain[c] + bias[c];
    if (half) {
      for (size_t c = 0; c < columns; c++) half[r * columns + c] = to_bfloat16(out[c]);
    }
    mean[r] = m;
    inverse_deviation[r] = inverse;
  }
}

// With x̂ = (x - mean) / deviation and g = dy * gain: dx = (g - mean(g) - x̂ mean(g x̂)) / deviation
// (Ba, Kiros & Hinton 2016, differentiated).
KERNEL void kernel_layer_norm_backward(const float *restrict x, const float *restrict gain, const float *restrict mean,
                                       const float *restrict inverse_deviation, const float *restrict dy,
                                       float *restrict dx, float *restrict dgain, float *restrict dbias, size_t rows,
                                       size_t columns, int accumulate) {
  RELAXED
  float share = 1.0f / (float)columns;
  for (size_t r = 0; r < rows; r++) {
    const float *in = x + r * columns, *up = dy + r * columns;
    float *out = dx + r * columns;
    float m = mean[r], inverse = inverse_deviation[r], sum = 0.0f, projected = 0.0f;
    for (size_t c = 0; c < columns; c++) {
      float normal = (in[c] - m) * inverse, g = up[c] * gain[c];
      sum += g;
      projected += g * normal;
      dgain[c] += up[c] * normal;
      dbias[c] += up[c];
    }
    sum *= share;
    projected *= share;
    if (accumulate) {
      for (size_t c = 0; c < columns; c++)
        out[c] += (up[c] * gain[c] - sum - (in[c] - m) * inverse * projected) * inverse;
    } else {
      for (size_t c = 0; c < columns; c++)
        out[c] = (up[c] * gain[c] - sum - (in[c] - m) * inverse * projected) * inverse;
    }
  }
}

KERNEL void kernel_softmax_forward(const float *x, float scale, float *y, uint16_t *restrict half, size_t rows,
                                   size_t columns) {
  RELAXED
  for (size_t r = 0; r < rows; r++) {
    const float *in = x + r * columns;
    float *out = y + r * columns;
    float top = largest(in, columns);
    float sum = 0.0f;
    for (size_t c = 0; c < columns; c++) {
      float e = exponential(scale * (in[c] - top));
      out[c] = e;
      sum += e;
    }
    float inverse = 1.0f / sum;
    for (size_t c = 0; c < columns; c++) out[c] *= inverse;
    if (half) {
      for (size_t c = 0; c < columns; c++) half[r * columns + c] = to_bfloat16(out[c]);
    }
  }
}

KERNEL void kernel_softmax_backward(const float *restrict y, const float *restrict dy, float scale,
                                    float *restrict dx, size_t rows, size_t columns, int accumulate) {
  RELAXED
  for (size_t r = 0; r < rows; r++) {
    const float *p = y + r * columns, *up = dy + r * columns;
    float *out = dx + r * columns;
    float dot = 0.0f;
    for (size_t c = 0; c < columns; c++) dot += p[c] * up[c];
    if (accumulate) {
      for (size_t c = 0; c < columns; c++) out[c] += scale * p[c] * (up[c] - dot);
    } else {
      for (size_t c = 0; c < columns; c++) out[c] = scale * p[c] * (up[c] - dot);
    }
  }
}

INLINE void swap_axes(const float *restrict x, float *restrict y, uint16_t *restrict half, size_t outer, size_t first,
                      size_t second, size_t width, int accumulate) {
  for (size_t o = 0; o < outer; o++) {
    for (size_t a = 0; a < first; a++) {
      for (size_t b = 0; b < second; b++) {
        size_t place = ((o * second + b) * first + a) * width;
        const float *in = x + ((o * first + a) * second + b) * width;
        float *out = y + place;
        if (accumulate) {
          for (size_t i = 0; i < width; i++) out[i] += in[i];
        } else {
          for (size_t i = 0; i < width; i++) out[i] = in[i];
        }
        if (half) {
          for (size_t i = 0; i < width; i++) half[place + i] = to_bfloat16(out[i]);
        }
      }
    }
  }
}

// The widths that attention heads commonly have are known to the compiler.
KERNEL void kernel_swap_axes(const float *restrict x, float *restrict y, uint16_t *restrict half, size_t outer,
                             size_t first, size_t second, size_t width, int accumulate) {
  switch (width) {
    case 16: swap_axes(x, y, half, outer, first, second, 16, accumulate); break;
    case 32: swap_axes(x, y, half, outer, first, second, 32, accumulate); break;
    case 64: swap_axes(x, y, half, outer, first, second, 64, accumulate); break;
    default: swap_axes(x, y, half, outer, first, second, width, accumulate);
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

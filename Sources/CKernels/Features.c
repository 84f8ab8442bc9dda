#include "CKernels.h"
#include "Mathematics.h"

#include <math.h>

KERNEL void kernel_quantile_features(const float *restrict z, const uint8_t *restrict known, float *restrict y,
                                     size_t count) {
  for (size_t cell = 0; cell < count; cell++, y += KERNEL_QUANTILE_FEATURES) {
    if (!known[cell]) {
      memset(y, 0, KERNEL_QUANTILE_FEATURES * sizeof(float));
      continue;
    }
    float score = z[cell];
    float share = sigmoid(score * (1.5957691f + 0.07135482f * score * score));
    float s = sinf(3.14159265f * share), c = cosf(3.14159265f * share);
    y[0] = 1.0f;
    y[1] = score;
    for (int i = 0; i < 6; i++) {
      y[2 + 2 * i] = s;
      y[3 + 2 * i] = c;
      float doubled = 2.0f * s * c;  // the double-angle formulas
      c = 1.0f - 2.0f * s * s;
      s = doubled;
    }
  }
}

#include "CKernels.h"
#include "Mathematics.h"

#include <math.h>

KERNEL float kernel_cross_entropy(const float *restrict x, int32_t target, size_t size, float weight,
                                  float *restrict dx) {
  RELAXED
  float top = largest(x, size);
  float sum = 0.0f;
  if (dx) {
    for (size_t i = 0; i < size; i++) {
      float e = exponential(x[i] - top);
      dx[i] = e;
      sum += e;
    }
    float factor = weight / sum;
    for (size_t i = 0; i < size; i++) dx[i] *= factor;
    dx[target] -= weight;
  } else {
    for (size_t i = 0; i < size; i++) sum += exponential(x[i] - top);
  }
  return logf(sum) + top - x[target];
}

KERNEL double kernel_squared_error(const float *restrict x, const float *restrict target, const float *restrict weights,
                                   float *restrict dx, size_t count) {
  RELAXED
  double total = 0;
  for (size_t start = 0; start < count; start += 4096) {
    size_t end = start + 4096 < count ? start + 4096 : count;
    float part = 0.0f;
    if (dx) {
      for (size_t i = start; i < end; i++) {
        float d = x[i] - target[i], weighted = weights[i] * d;
        dx[i] = 2.0f * weighted;
        part += weighted * d;
      }
    } else {
      for (size_t i = start; i < end; i++) part += weights[i] * (x[i] - target[i]) * (x[i] - target[i]);
    }
    total += part;
  }
  return total;
}

KERNEL float kernel_mixture_density(const float *restrict x, const float *restrict anchors, size_t anchored, float z,
                                    size_t size, float weight, float *restrict dx) {
  RELAXED
  const float *logits = x, *given = x + 2 * size;
  float joint[KERNEL_MOST_COMPONENTS], scales[KERNEL_MOST_COMPONENTS], inverses[KERNEL_MOST_COMPONENTS];
  float distances[KERNEL_MOST_COMPONENTS];
  for (size_t i = 0; i < size; i++) {
    float s = given[i] < KERNEL_LOG_DEVIATION_LOW ? KERNEL_LOG_DEVIATION_LOW : given[i];
    scales[i] = s > KERNEL_LOG_DEVIATION_HIGH ? KERNEL_LOG_DEVIATION_HIGH : s;
    inverses[i] = exponential(-scales[i]);
  }
  size_t alone = size - anchored;
  for (size_t i = 0; i < alone; i++) distances[i] = (z - x[size + i]) * inverses[i];
  for (size_t i = alone; i < size; i++) distances[i] = (z - anchors[i - alone]) * inverses[i] - x[size + i];
  float top_logit = largest(logits, size);
  float prior = 0.0f;
  for (size_t i = 0; i < size; i++) prior += exponential(logits[i] - top_logit);
  for (size_t i = 0; i < size; i++) {
    joint[i] = logits[i] - 0.5f * distances[i] * distances[i] - scales[i];
  }
  float top = largest(joint, size);
  float sum = 0.0f;
  for (size_t i = 0; i < size; i++) sum += exponential(joint[i] - top);
  if (dx) {
    for (size_t i = 0; i < size; i++) {
      float d = distances[i], isAlone = i < alone;
      float posterior = exponential(joint[i] - top) / sum;
      dx[i] = weight * (exponential(logits[i] - top_logit) / prior - posterior);
      dx[i + size] = -weight * posterior * d * (isAlone ? inverses[i] : 1.0f);
      float slope = weight * posterior * (1.0f - d * (isAlone ? d : d + x[size + i]));
      int runs_away = (given[i] < scales[i] && slope > 0.0f) || (given[i] > scales[i] && slope < 0.0f);
      dx[i + 2 * size] = runs_away ? 0.0f : slope;
    }
  }
  return logf(prior) + top_logit - logf(sum) - top + 0.918938533f;
}

KERNEL double kernel_logistic_loss(double *restrict z, const double *restrict y, const double *restrict weights,
                                   size_t count) {
  RELAXED
  double total = 0;
  for (size_t i = 0; i < count; i++) {
    double x = z[i];
    double magnitude = x < 0 ? -x : x;
    double decay = double_exponential(-magnitude);
    // log(1 + d) = 2 artanh(t) for t = d / (2 + d), at most 1/3: fifteen terms of the series are exact.
    double t = decay / (2.0 + decay);
    double square = t * t;
    double series = 0.0;
    for (int power = 29; power > 0; power -= 2) series = series * square + 1.0 / power;
    double sigmoid = (x < 0 ? decay : 1.0) / (1.0 + decay);
    total += weights[i] * ((x > 0 ? x : 0.0) - x * y[i] + 2.0 * t * series);
    z[i] = weights[i] * (sigmoid - y[i]);
  }
  return total;
}

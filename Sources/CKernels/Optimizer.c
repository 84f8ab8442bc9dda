#include "CKernels.h"
#include "Mathematics.h"

enum { BLOCK = 1024 };

// The gradient of a block: the buffers' sum, scaled and regularised.
INLINE void gather(const kernel_adam_settings *s, const float *const *gradients, size_t buffers, size_t start, size_t size,
                   const float *w, float *g) {
  for (size_t b = 0; b < buffers; b++) {
    const float *from = gradients[b] + start;
    if (b == 0) {
      for (size_t i = 0; i < size; i++) g[i] = from[i];
    } else {
      for (size_t i = 0; i < size; i++) g[i] += from[i];
    }
  }
  for (size_t i = 0; i < size; i++)
    g[i] = g[i] * s->scale + s->l2 * w[i] + s->l1 * (float)((w[i] > 0.0f) - (w[i] < 0.0f));
}

INLINE void follow(const kernel_adam_settings *s, const float *w, float *average, uint16_t *half, size_t start,
                   size_t size) {
  if (average) {
    float *a = average + start;
    for (size_t i = 0; i < size; i++) a[i] += (1.0f - s->average_decay) * (w[i] - a[i]);
  }
  if (half) {
    for (size_t i = 0; i < size; i++) half[start + i] = to_bfloat16(w[i]);
  }
}

// Adam: Kingma & Ba 2015, algorithm 1; decoupled weight decay: Loshchilov & Hutter 2019, algorithm 2.
KERNEL void kernel_adam(const kernel_adam_settings *settings, const float *const *gradients, size_t buffers,
                        float *restrict value, float *restrict first, float *restrict second, float *restrict average,
                        uint16_t *restrict half, size_t count) {
  RELAXED
  const kernel_adam_settings s = *settings;
  float g[BLOCK];
  for (size_t start = 0; start < count; start += BLOCK) {
    size_t size = count - start < BLOCK ? count - start : BLOCK;
    float *w = value + start, *m = first + start, *v = second + start;
    gather(&s, gradients, buffers, start, size, w, g);
    for (size_t i = 0; i < size; i++) {
      m[i] = s.beta1 * m[i] + (1.0f - s.beta1) * g[i];
      v[i] = s.beta2 * v[i] + (1.0f - s.beta2) * g[i] * g[i];
      float step = m[i] * s.correction1 / (__builtin_elementwise_sqrt(v[i] * s.correction2) + s.epsilon);
      w[i] -= s.rate * (step + s.decay * w[i]);
    }
    follow(&s, w, average, half, start, size);
  }
}

// Momentum: Polyak 1964, in the form v = beta1 v + g, w -= rate v.
KERNEL void kernel_momentum(const kernel_adam_settings *settings, const float *const *gradients, size_t buffers,
                            float *restrict value, float *restrict velocity, float *restrict average,
                            uint16_t *restrict half, size_t count) {
  RELAXED
  const kernel_adam_settings s = *settings;
  float g[BLOCK];
  for (size_t start = 0; start < count; start += BLOCK) {
    size_t size = count - start < BLOCK ? count - start : BLOCK;
    float *w = value + start, *v = velocity + start;
    gather(&s, gradients, buffers, start, size, w, g);
    for (size_t i = 0; i < size; i++) {
      v[i] = s.beta1 * v[i] + g[i];
      w[i] -= s.rate * v[i];
    }
    follow(&s, w, average, half, start, size);
  }
}

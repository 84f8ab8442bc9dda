#include "CKernels.h"
#include "Mathematics.h"

INLINE float same(float x) { return x; }
INLINE uint16_t same_half(uint16_t x) { return x; }

// One pair of formats: `convert` turns what is read into what is written.
#define SWAP(name, from, to, convert)                                                                         \
  INLINE void name(const from *restrict x, to *restrict y, size_t outer, size_t first, size_t second,         \
                   size_t width, int accumulate) {                                                            \
    for (size_t o = 0; o < outer; o++) {                                                                      \
      for (size_t a = 0; a < first; a++) {                                                                    \
        for (size_t b = 0; b < second; b++) {                                                                 \
          const from *in = x + ((o * first + a) * second + b) * width;                                        \
          to *out = y + ((o * second + b) * first + a) * width;                                               \
          if (accumulate) {                                                                                   \
            for (size_t i = 0; i < width; i++) out[i] += convert(in[i]);                                      \
          } else {                                                                                            \
            for (size_t i = 0; i < width; i++) out[i] = convert(in[i]);                                       \
          }                                                                                                   \
        }                                                                                                     \
      }                                                                                                       \
    }                                                                                                         \
  }
SWAP(swap_full, float, float, same)
SWAP(swap_half, uint16_t, uint16_t, same_half)
SWAP(swap_widening, uint16_t, float, from_bfloat16)
SWAP(swap_narrowing, float, uint16_t, to_bfloat16)

INLINE void swap_axes(kernel_numbers x, kernel_numbers y, size_t outer, size_t first, size_t second, size_t width,
                      int accumulate) {
  if (y.full) {
    if (x.full) {
      swap_full(x.full, y.full, outer, first, second, width, accumulate);
    } else {
      swap_widening(x.half, y.full, outer, first, second, width, accumulate);
    }
  }
  if (y.half) {
    if (x.full) {
      swap_narrowing(x.full, y.half, outer, first, second, width, 0);
    } else {
      swap_half(x.half, y.half, outer, first, second, width, 0);
    }
  }
}

// The widths that attention heads commonly have are known to the compiler.
KERNEL void kernel_swap_axes(kernel_numbers x, kernel_numbers y, size_t outer, size_t first, size_t second,
                             size_t width, int accumulate) {
  switch (width) {
    case 16: swap_axes(x, y, outer, first, second, 16, accumulate); break;
    case 32: swap_axes(x, y, outer, first, second, 32, accumulate); break;
    case 64: swap_axes(x, y, outer, first, second, 64, accumulate); break;
    default: swap_axes(x, y, outer, first, second, width, accumulate);
  }
}

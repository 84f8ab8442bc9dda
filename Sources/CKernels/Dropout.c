#include "CKernels.h"
#include "Mathematics.h"

// Blocks of Philox made side by side, so that the ten rounds become vector code.
enum { LANES = 32 };

// The words lie in the low halves of 64 bits, where products of 32 bits find and leave them; what is above is garbage.
INLINE void philox_blocks(uint64_t key, uint64_t stream, uint64_t counter, uint64_t words[4][LANES]) {
  const uint64_t low = 0xFFFFFFFFu;
  uint64_t *c0 = words[0], *c1 = words[1], *c2 = words[2], *c3 = words[3];
  for (int i = 0; i < LANES; i++) {
    c0[i] = counter + (uint64_t)i;
    c1[i] = (counter + (uint64_t)i) >> 32;
    c2[i] = stream;
    c3[i] = stream >> 32;
  }
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++) {
    for (int i = 0; i < LANES; i++) {
      uint64_t a = (c0[i] & low) * 0xD2511F53u, b = (c2[i] & low) * 0xCD9E8D57u;
      c0[i] = (b >> 32) ^ c1[i] ^ k0;
      c1[i] = b;
      c2[i] = (a >> 32) ^ c3[i] ^ k1;
      c3[i] = a;
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

KERNEL void kernel_dropout_mask(uint64_t key, uint64_t stream, uint64_t counter, float keep, uint8_t *restrict mask,
                                size_t count) {
  uint32_t threshold = (uint32_t)(keep * 65536.0f + 0.5f);
  uint64_t words[4][LANES];
  enum { CHUNK = LANES * 8 };
  for (size_t start = 0; start < count; start += CHUNK, counter += LANES) {
    philox_blocks(key, stream, counter, words);
    const uint64_t *flat = &words[0][0];
    uint8_t part[CHUNK];
    for (int i = 0; i < CHUNK / 2; i++) {
      part[i] = (flat[i] & 0xFFFFu) < threshold;
      part[i + CHUNK / 2] = (flat[i] >> 16 & 0xFFFFu) < threshold;
    }
    size_t left = count - start;
    memcpy(mask + start, part, left < CHUNK ? left : CHUNK);
  }
}

KERNEL void kernel_dropout_apply(const float *x, const uint8_t *restrict mask, float scale, float *y, size_t count,
                                 int accumulate) {
  if (accumulate) {
    for (size_t i = 0; i < count; i++) y[i] += x[i] * scale * (float)mask[i];
  } else {
    for (size_t i = 0; i < count; i++) y[i] = x[i] * scale * (float)mask[i];
  }
}

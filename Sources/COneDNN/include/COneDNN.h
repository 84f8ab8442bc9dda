// Matrix products through oneDNN, versions 2.6 and 3.x behind one face.
//
// A product computes C = op(A) · op(B) (+ bias) (+ C), or what a rectifier leaves of it, batched over `batch` equal
// problems laid out one after another. It is bound to one thread at a time: a caller that works on several threads makes one product a thread.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { LANGEVIN_FLOAT32 = 0, LANGEVIN_BFLOAT16 = 1 };

typedef struct {
  int64_t batch, rows, columns, inner;  // C is [batch, rows, columns]; the sum runs over `inner`
  int32_t transpose_a, transpose_b;     // A is stored [inner, rows], B is stored [columns, inner]
  int32_t input, output;                // LANGEVIN_FLOAT32 or _BFLOAT16: of A and B, and of C
  int32_t accumulate, bias, relu;       // add to C; add a Float32 row vector; then max(., 0)
} langevin_product_shape;

typedef struct langevin_product langevin_product;

/// Makes a product. Returns NULL where oneDNN has no implementation or memory is short.
langevin_product *langevin_product_create(const langevin_product_shape *shape);
void langevin_product_destroy(langevin_product *product);
/// Runs on the calling thread and those that `langevin_set_threads` allows it. Returns 0, or oneDNN's status.
int langevin_product_execute(langevin_product *product, const void *a, const void *b, const float *bias, void *c);

/// How many threads a product may use when it is called from the calling thread.
void langevin_set_threads(int threads);
/// 1 if this processor multiplies bfloat16 natively.
int langevin_has_bfloat16(void);
/// The version of oneDNN that runs, such as "2.6.3".
const char *langevin_onednn_version(void);

// Small loops that matter, in C so that the compiler emits one version per instruction set and the loader picks
// the best at start-up (target_clones). All matrices are row-major and dense. Every function runs on the calling
// thread alone. `accumulate` says whether a result is added to what the destination holds, or replaces it.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "Gang.h"

// Numbers in Float32 (`full`), in bfloat16 (`half`), or in both. Read in Float32 where that is there; written in every
// format that is there.
typedef struct {
  float *full;
  uint16_t *half;
} kernel_numbers;

// Conversions.
void kernel_to_bfloat16(const float *x, uint16_t *y, size_t count);
void kernel_from_bfloat16(const uint16_t *x, float *y, size_t count);

// Elementwise.
void kernel_fill(float *y, float value, size_t count);
void kernel_add(const float *a, const float *b, float *y, size_t count);
void kernel_add_constant(float value, float *y, size_t count);
void kernel_accumulate(const float *x, float scale, float *y, size_t count);  // y += scale x
void kernel_scale(const float *x, float scale, float *y, size_t count);
void kernel_multiply(const float *a, const float *b, float *y, size_t count, int accumulate);
double kernel_sum(const float *x, size_t count);
double kernel_sum_of_squares(const float *x, size_t count);
double kernel_sum_of_absolutes(const float *x, size_t count);

// Activations, with dropout where there is a mask: y = f(x) * mask * scale. Where `slope` is given, it gets f'(x) * mask
// * scale; y or the slope may lie where x does. Backward takes the forward input x, or a rectifier's output, or for
// KERNEL_SLOPE the slope, and adds or writes dx = dy * mask * scale * f'(x); dx may lie where dy does and may be missing.
// Where db is given, it gets the columns' sums of dx, added or written.
enum {
  KERNEL_IDENTITY = -1,
  KERNEL_RELU = 0,
  KERNEL_SILU = 1,
  KERNEL_GELU = 2,
  KERNEL_TANH = 3,
  KERNEL_SIGMOID = 4,
  KERNEL_SLOPE = 5
};
void kernel_activation_forward(int kind, kernel_numbers x, const uint8_t *mask, float scale, kernel_numbers y,
                               kernel_numbers slope, size_t count);
void kernel_activation_backward(int kind, kernel_numbers x, kernel_numbers dy, const uint8_t *mask, float scale,
                                kernel_numbers dx, int accumulate, float *db, int accumulate_db, size_t rows,
                                size_t columns);

// Dropout: mask[i] = 1 with the probability `keep`, drawn from Philox4x32-10 (key, stream) from block `counter` on,
// 16 bits a decision; y = x * mask / keep.
void kernel_dropout_mask(uint64_t key, uint64_t stream, uint64_t counter, float keep, uint8_t *mask, size_t count);
void kernel_dropout_apply(const float *x, const uint8_t *mask, float scale, float *y, size_t count, int accumulate);

// [outer, first, second, width] to [outer, second, first, width].
void kernel_swap_axes(kernel_numbers x, kernel_numbers y, size_t outer, size_t first, size_t second, size_t width,
                      int accumulate);

// Rows of a matrix.
void kernel_bias_gradient(const float *dy, float *db, size_t rows, size_t columns);  // db += sum over rows
void kernel_add_row(const float *x, const float *row, float *y, size_t rows, size_t columns);
void kernel_layer_norm_forward(const float *x, const float *gain, const float *bias, kernel_numbers y, float *mean,
                               float *inverse_deviation, size_t rows, size_t columns, float epsilon);
void kernel_layer_norm_backward(const float *x, const float *gain, const float *mean, const float *inverse_deviation,
                                kernel_numbers dy, float *dx, float *dgain, float *dbias, size_t rows, size_t columns,
                                int accumulate);
void kernel_softmax_forward(const float *x, float scale, kernel_numbers y, size_t rows, size_t columns);
void kernel_softmax_backward(kernel_numbers y, const float *dy, float scale, kernel_numbers dx, size_t rows,
                             size_t columns, int accumulate);

// Attention along the middle axis of rows [outer, tokens, inner]. A row of x holds queries, keys and values, each of
// heads * size numbers; a row of y the heads' results. y is written in the one format that it has, dx added to or
// written (added to in Float32 alone). The scratch holds as many floats as the first function says.
size_t kernel_attention_scratch(size_t tokens, size_t size);
void kernel_attention_forward(kernel_numbers x, float scale, kernel_numbers y, size_t outer, size_t tokens,
                              size_t inner, size_t heads, size_t size, float *scratch);
void kernel_attention_backward(kernel_numbers x, kernel_numbers dy, float scale, kernel_numbers dx, int accumulate,
                               size_t outer, size_t tokens, size_t inner, size_t heads, size_t size, float *scratch);

// Embedding bags: y[r] = sum over b of table[index[r * bag + b]]; an index below zero adds nothing.
void kernel_embedding_forward(const float *table, const int32_t *index, float *y, size_t rows, size_t bag,
                              size_t width, int accumulate);
void kernel_embedding_backward(const float *dy, const int32_t *index, float *dtable, size_t rows, size_t bag,
                               size_t width);

// Cross-entropy over one group of columns [start, start + size) of a row: returns the loss -log softmax(x)[target]
// and writes weight * (softmax - onehot) into dx (which may be NULL).
float kernel_cross_entropy(const float *x, int32_t target, size_t size, float weight, float *dx);

// The sum of w (x - t)^2; writes the gradient 2 w (x - t) into dx (which may be NULL).
double kernel_squared_error(const float *x, const float *target, const float *weights, float *dx, size_t count);

// The sum of w (log(1 + exp(z)) - y z), the loss of log-odds z for an outcome y of 0 or 1; writes the derivative
// w (sigmoid(z) - y) in the place of z. Exact to some ulps of double.
double kernel_logistic_loss(double *z, const double *y, const double *weights, size_t count);

// Negative log density of z under a mixture of Gaussians with `size` components (at most KERNEL_MOST_COMPONENTS),
// parameters laid out as [logits | means | log deviations]. The last `anchored` components have their means at an
// anchor each, plus a multiple of their own deviation: there the mean's parameter is that multiple. Log deviations are clamped to the range below. Gradient as
// above; that of a log deviation outside the range is zero unless a descent along it leads back inside, so that a
// deviation can neither run away nor stick.
#define KERNEL_LOG_DEVIATION_LOW (-9.0f)
#define KERNEL_LOG_DEVIATION_HIGH 4.0f
enum { KERNEL_MOST_COMPONENTS = 64 };
float kernel_mixture_density(const float *x, const float *anchors, size_t anchored, float z, size_t size,
                             float weight, float *dx);

// Optimisers. One fused pass over parameters: g = scale * sum of gradient buffers + l2 w + l1 sign(w), then the rule, the exponential moving average (average may be NULL) and the bfloat16 copy (may be NULL).
typedef struct {
  float rate, beta1, beta2, epsilon, decay, l1, l2, scale, correction1, correction2, average_decay;
} kernel_adam_settings;
void kernel_adam(const kernel_adam_settings *settings, const float *const *gradients, size_t buffers, float *value,
                 float *first, float *second, float *average, uint16_t *half, size_t count);
void kernel_momentum(const kernel_adam_settings *settings, const float *const *gradients, size_t buffers, float *value,
                     float *velocity, float *average, uint16_t *half, size_t count);

// Smooth features of a standard normal score, 14 a cell: 1, z, then sin and cos of π 2^i s for i < 6 with s a sigmoid
// close to Φ(z). A cell that is not known gets zeros.
enum { KERNEL_QUANTILE_FEATURES = 14 };
void kernel_quantile_features(const float *z, const uint8_t *known, float *y, size_t count);

// Nearest neighbours. Finds the places i in 0 ..< count where values[i] (0 where NULL), plus weights[c] for every
// column c in which codes[c * stride + i] differs from query[c], is at most `limit`; writes them in order into `found`
// and returns how many there are.
size_t kernel_near(const float *values, const int32_t *codes, size_t stride, const int32_t *query,
                   const float *weights, size_t columns, float limit, int32_t *found, size_t count);

// Gower's distance in whole units of 1 / unit, so that sums are exact: writes what one column costs, and adds it to
// the sums. Numbers lie in 0 ... unit, a missing one is -1: missing and missing cost nothing, missing and known one unit.
void kernel_gower_number(const int32_t *values, int32_t query, int32_t unit, int32_t *costs, int32_t *sums,
                         size_t count);
void kernel_gower_code(const int32_t *codes, int32_t query, int32_t unit, int32_t *costs, int32_t *sums,
                       size_t count);
// Where sums - costs (costs may be NULL) is first at its least, if that is below *least, which it then becomes; else -1.
int32_t kernel_least(const int32_t *sums, const int32_t *costs, size_t count, int32_t *least);

// Extremely randomised trees.
enum { KERNEL_TREE_CUT = 0, KERNEL_TREE_ONE = 1, KERNEL_TREE_SET = 2 };
// A node: of a leaf the feature is below 0 and `next` the leaf's number; of a split `next` is the left child, the right
// one follows it. A row goes left where its value is at most `cut` (CUT), equal to it (ONE), or in the set of categories
// that the bits of `cut` name (SET).
typedef struct {
  int32_t feature, kind;
  float cut;
  int32_t next;
} kernel_tree_node;
// Cells `[columns, rows]`, none missing; categories as codes. The features are the columns at `places`. Targets
// `[rows, outputs]`, or labels in 0 ..< outputs.
typedef struct {
  const float *cells;
  const uint8_t *is_category;
  const int32_t *places;
  const float *targets;
  const int32_t *labels;
  size_t rows, features, outputs;
} kernel_tree_data;
// Grows a tree on `count` rows, whose order it changes; `tried` features are looked at for a split, and a leaf holds
// `leaf` rows or more. Nodes must have room for 2 * count / leaf + 1, values `[leaves, outputs]` for count / leaf + 1 leaves.
// Leaves are numbered as their rows lie in the end, and `ends` is where each one's rows end.
// Returns the number of nodes; 0 where memory ran out.
size_t kernel_grow_tree(const kernel_tree_data *data, int32_t *rows, size_t count, size_t tried, size_t leaf,
                        uint64_t seed, kernel_tree_node *nodes, float *values, int32_t *ends);
// Adds a tree's values for some rows of cells `[columns, stride]` to sums `[count, outputs]`.
void kernel_tree_predict(const kernel_tree_node *nodes, const float *values, size_t outputs, const float *cells,
                         size_t stride, const int32_t *rows, size_t count, float *sums);
// The numbers of the leaves that rows come to.
void kernel_tree_leaves(const kernel_tree_node *nodes, const float *cells, size_t stride, const int32_t *rows,
                        size_t count, int32_t *leaves);

// Boosted trees of several outputs, grown by another library.
//
// A node: its split is twice the column, and one more where missing cells go left; -1 marks a leaf. What is less than the
// cut goes to the node `next` places after the tree's first, all else to the one behind it. A leaf's cut is its value.
typedef struct {
  int32_t split;
  float cut;
  int32_t next;
} kernel_boosted_node;
// Adds the values of trees, each to its own output and one after another, to sums `[rows, outputs]`. Cells are
// `[rows, columns]`, NaN where missing.
void kernel_boosted_predict(const kernel_boosted_node *nodes, const int32_t *roots, const int32_t *output_of, size_t trees,
                            const float *cells, size_t columns, size_t rows, size_t outputs, float *sums);

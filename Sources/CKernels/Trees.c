#include <float.h>
#include <stdlib.h>

#include "CKernels.h"
#include "Mathematics.h"

// Extremely randomised trees (P. Geurts, D. Ernst, L. Wehenkel, "Extremely randomized trees", Machine Learning 63, 2006,
// table 1): each split draws some features, for each one a cut point, and keeps the cut that lowers the outputs' variance
// most. Scalar code: what costs is fetching rows, not arithmetic.

// The generator of S. Vigna's xoshiro family that needs one word, splitmix64 (G. Steele et al., OOPSLA 2014).
INLINE uint64_t next_word(uint64_t *state) {
  uint64_t z = (*state += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}
INLINE float next_uniform(uint64_t *state) { return (float)(next_word(state) >> 40) * 0x1p-24f; }
INLINE uint32_t next_below(uint64_t *state, uint32_t bound) {
  return (uint32_t)(((next_word(state) >> 32) * (uint64_t)bound) >> 32);
}

// A set of categories by a hash of the code: half of them, at random.
INLINE int in_set(float code, uint32_t seed) {
  uint32_t x = (uint32_t)(int32_t)code * 0x9E3779B1u ^ seed;
  x ^= x >> 16;
  x *= 0x85EBCA6Bu;
  x ^= x >> 13;
  return (int)((x * 0xC2B2AE35u) >> 31);
}

INLINE int goes_left(kernel_tree_node node, float value) {
  switch (node.kind) {
    case KERNEL_TREE_CUT: return value <= node.cut;
    case KERNEL_TREE_ONE: return value == node.cut;
    default: return in_set(value, float_to_bits(node.cut));
  }
}

enum { MOST_STACK = 1024 };

typedef struct {
  int32_t node, start, count;
} pending;

// Sums of the outputs of the rows that go left, and their number.
typedef struct {
  const kernel_tree_data *data;
  double *total, *left;
} sums;

static int32_t add_left(const sums *s, const int32_t *rows, int32_t count, const float *feature, kernel_tree_node node) {
  const kernel_tree_data *d = s->data;
  size_t outputs = d->outputs;
  int32_t lefts = 0;
  for (size_t k = 0; k < outputs; k++) s->left[k] = 0;
  if (d->labels) {
    for (int32_t i = 0; i < count; i++) {
      if (!goes_left(node, feature[rows[i]])) continue;
      s->left[d->labels[rows[i]]] += 1;
      lefts++;
    }
  } else if (outputs == 1) {
    double sum = 0;
    for (int32_t i = 0; i < count; i++) {
      int goes = goes_left(node, feature[rows[i]]);
      sum += goes ? d->targets[rows[i]] : 0.0f;
      lefts += goes;
    }
    s->left[0] = sum;
  } else {
    for (int32_t i = 0; i < count; i++) {
      if (!goes_left(node, feature[rows[i]])) continue;
      const float *own = d->targets + (size_t)rows[i] * outputs;
      for (size_t k = 0; k < outputs; k++) s->left[k] += own[k];
      lefts++;
    }
  }
  return lefts;
}

static void add_all(const sums *s, const int32_t *rows, int32_t count) {
  const kernel_tree_data *d = s->data;
  for (size_t k = 0; k < d->outputs; k++) s->total[k] = 0;
  for (int32_t i = 0; i < count; i++) {
    if (d->labels) {
      s->total[d->labels[rows[i]]] += 1;
    } else {
      const float *own = d->targets + (size_t)rows[i] * d->outputs;
      for (size_t k = 0; k < d->outputs; k++) s->total[k] += own[k];
    }
  }
}

size_t kernel_grow_tree(const kernel_tree_data *data, int32_t *rows, size_t count, size_t tried, size_t leaf,
                        uint64_t seed, kernel_tree_node *nodes, float *values, int32_t *ends) {
  uint64_t state = seed;
  size_t features = data->features, outputs = data->outputs;
  double *memory = malloc(2 * outputs * sizeof(double));
  int32_t *order = malloc(features * sizeof(int32_t));
  if (!memory || !order) {
    free(memory);
    free(order);
    return 0;
  }
  sums s = {data, memory, memory + outputs};
  for (size_t k = 0; k < features; k++) order[k] = (int32_t)k;
  pending stack[MOST_STACK];
  size_t depth = 0, made = 1, leaves = 0;
  stack[depth++] = (pending){0, 0, (int32_t)count};
  while (depth > 0) {
    pending now = stack[--depth];
    int32_t *own = rows + now.start;
    add_all(&s, own, now.count);
    double before = 0;
    for (size_t k = 0; k < outputs; k++) before += s.total[k] * s.total[k];
    before /= now.count;
    kernel_tree_node best = {-1, KERNEL_TREE_CUT, 0, 0};
    double gain = 1e-9 * now.count;
    // A stack that is nearly full, which no tree of sane data reaches, ends in a leaf.
    if ((size_t)now.count >= 2 * leaf && depth + 2 < MOST_STACK) {
      size_t looked = 0;
      for (size_t place = 0; place < features && looked < tried; place++) {
        size_t other = place + next_below(&state, (uint32_t)(features - place));
        int32_t feature = order[other];
        order[other] = order[place];
        order[place] = feature;
        int32_t place_of = data->places[feature];
        const float *column = data->cells + (size_t)place_of * data->rows;
        float low = column[own[0]], high = low;
        for (int32_t i = 1; i < now.count; i++) {
          float value = column[own[i]];
          low = value < low ? value : low;
          high = value > high ? value : high;
        }
        if (!(low < high)) continue;
        looked++;
        kernel_tree_node node = {place_of, KERNEL_TREE_CUT, 0, 0};
        if (data->is_category[place_of]) {
          if (next_word(&state) >> 63) {
            node.kind = KERNEL_TREE_ONE;
            node.cut = column[own[next_below(&state, (uint32_t)now.count)]];
          } else {
            node.kind = KERNEL_TREE_SET;
            // A pattern of bits that no sum or comparison ever sees as a number.
            node.cut = bits_to_float((uint32_t)(next_word(&state) >> 34));
          }
        } else {
          node.cut = low + next_uniform(&state) * (high - low);
          if (!(node.cut < high)) node.cut = low;
        }
        int32_t lefts = add_left(&s, own, now.count, column, node);
        if ((size_t)lefts < leaf || (size_t)(now.count - lefts) < leaf) continue;
        double a = 0, b = 0;
        for (size_t k = 0; k < outputs; k++) {
          double right = s.total[k] - s.left[k];
          a += s.left[k] * s.left[k];
          b += right * right;
        }
        double found = a / lefts + b / (now.count - lefts) - before;
        if (found > gain) {
          gain = found;
          best = node;
        }
      }
    }
    if (best.feature < 0) {
      for (size_t k = 0; k < outputs; k++) values[leaves * outputs + k] = (float)(s.total[k] / now.count);
      ends[leaves] = now.start + now.count;
      nodes[now.node] = (kernel_tree_node){-1, 0, 0, (int32_t)leaves++};
      continue;
    }
    const float *column = data->cells + (size_t)best.feature * data->rows;
    int32_t left = 0, right = now.count - 1;
    while (left <= right) {
      if (goes_left(best, column[own[left]])) {
        left++;
      } else {
        int32_t row = own[left];
        own[left] = own[right];
        own[right--] = row;
      }
    }
    best.next = (int32_t)made;
    nodes[now.node] = best;
    stack[depth++] = (pending){(int32_t)made + 1, now.start + left, now.count - left};
    stack[depth++] = (pending){(int32_t)made, now.start, left};
    made += 2;
  }
  free(memory);
  free(order);
  return made;
}

INLINE int32_t find_leaf(const kernel_tree_node *nodes, const float *cells, size_t stride, int32_t row) {
  const kernel_tree_node *node = nodes;
  while (node->feature >= 0) {
    float value = cells[(size_t)node->feature * stride + row];
    node = nodes + node->next + (goes_left(*node, value) ? 0 : 1);
  }
  return node->next;
}

void kernel_tree_leaves(const kernel_tree_node *nodes, const float *cells, size_t stride, const int32_t *rows,
                        size_t count, int32_t *leaves) {
  for (size_t row = 0; row < count; row++) leaves[row] = find_leaf(nodes, cells, stride, rows[row]);
}

void kernel_tree_predict(const kernel_tree_node *nodes, const float *values, size_t outputs, const float *cells,
                         size_t stride, const int32_t *rows, size_t count, float *sums) {
  for (size_t row = 0; row < count; row++) {
    const float *leaf = values + (size_t)find_leaf(nodes, cells, stride, rows[row]) * outputs;
    for (size_t k = 0; k < outputs; k++) sums[row * outputs + k] += leaf[k];
  }
}

INLINE const kernel_boosted_node *step_down(const kernel_boosted_node *tree, const kernel_boosted_node *node,
                                            const float *row) {
  float value = row[node->split >> 1];
  // Of a missing value no comparison holds: it would go right.
  int right = !(value < node->cut) & !(value != value && (node->split & 1));
  return tree + node->next + right;
}

void kernel_boosted_predict(const kernel_boosted_node *nodes, const int32_t *roots, const int32_t *output_of, size_t trees,
                            const float *cells, size_t columns, size_t rows, size_t outputs, float *sums) {
  // Rows that stay in cache while all trees pass, and rows that walk side by side: what costs is waiting for a node.
  enum { BLOCK = 64, LANES = 8 };
  for (size_t first = 0; first < rows; first += BLOCK) {
    size_t count = rows - first < BLOCK ? rows - first : BLOCK;
    const float *block = cells + first * columns;
    float *own = sums + first * outputs;
    for (size_t t = 0; t < trees; t++) {
      const kernel_boosted_node *tree = nodes + roots[t];
      float *target = own + output_of[t];
      size_t row = 0;
      for (; row + LANES <= count; row += LANES) {
        const kernel_boosted_node *at[LANES];
        for (size_t i = 0; i < LANES; i++) at[i] = tree;
        for (int walks = 1; walks;) {
          walks = 0;
          for (size_t i = 0; i < LANES; i++) {
            if (at[i]->split < 0) continue;
            at[i] = step_down(tree, at[i], block + (row + i) * columns);
            walks = 1;
          }
        }
        for (size_t i = 0; i < LANES; i++) target[(row + i) * outputs] += at[i]->cut;
      }
      for (; row < count; row++) {
        const kernel_boosted_node *at = tree;
        while (at->split >= 0) at = step_down(tree, at, block + row * columns);
        target[row * outputs] += at->cut;
      }
    }
  }
}

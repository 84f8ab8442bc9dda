/*
 * A Gaussian copula: every column keeps its own distribution, and normal scores of the columns keep their correlations.
 * Xue-Kun Song, Multivariate dispersion models generated from Gaussian copula, Scandinavian Journal of Statistics 27, 2000.
 *
 * A column of numbers is kept as quantiles, a column of levels as their shares, which cut a latent normal variable into
 * intervals. Cells are missing at their natural rate, independently of the others.
 */
#include <stdio.h>

#include "langevin_arrow.h"

enum { MOST_KNOTS = 257 };

/* One column. Levels: knots[i] is the share of the levels up to i. Numbers: quantiles, evenly spaced from 0 to 1. */
typedef struct {
  char *name;
  int32_t is_levels;
  int32_t count;    /* of knots */
  double missing;   /* share of the cells */
  double variance;  /* of the scores: less than 1 for levels, whose scores are means of intervals */
  double *knots;
} column_model;

typedef struct {
  int64_t columns;
  column_model *column;
  double *factor; /* lower triangular, [columns, columns]: factor · factorᵀ is the correlation */
} copula;

/* ---- Numbers ----------------------------------------------------------------------------------------------------- */

static double normal_density(double z) { return exp(-0.5 * z * z) / sqrt(2 * M_PI); }

static double normal_share(double z) { return 0.5 * erfc(-z / M_SQRT2); }

/* The inverse: bisection is exact to the last digits, and fast enough for a fit and 257 knots. */
static double normal_quantile(double share) {
  if (share <= 0) return -38;
  if (share >= 1) return 38;
  double low = -38, high = 38;
  for (int i = 0; i < 64; i++) {
    double middle = 0.5 * (low + high);
    if (normal_share(middle) < share) low = middle; else high = middle;
  }
  return 0.5 * (low + high);
}

/* splitmix64: Steele, Lea and Flood, Fast splittable pseudorandom number generators, OOPSLA 2014. */
static uint64_t next_word(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static double uniform(uint64_t *state) { return ((double)(next_word(state) >> 11) + 0.5) * 0x1p-53; }

/* Box and Muller, A note on the generation of random normal deviates, Annals of Mathematical Statistics 29, 1958. */
static double normal(uint64_t *state) {
  double radius = sqrt(-2 * log(uniform(state)));
  return radius * cos(2 * M_PI * uniform(state));
}

/* ---- Models ------------------------------------------------------------------------------------------------------ */

static void destroy(void *model) {
  copula *it = model;
  if (it == NULL) return;
  for (int64_t j = 0; it->column != NULL && j < it->columns; j++) {
    free(it->column[j].name);
    free(it->column[j].knots);
  }
  free(it->column);
  free(it->factor);
  free(it);
}

static copula *new_copula(int64_t columns) {
  copula *it = calloc(1, sizeof *it);
  if (it == NULL) return NULL;
  it->columns = columns;
  it->column = calloc((size_t)columns + 1, sizeof *it->column);
  it->factor = calloc((size_t)(columns * columns) + 1, sizeof(double));
  if (it->column != NULL && it->factor != NULL) return it;
  destroy(it);
  return NULL;
}

static int32_t failed(const langevin_call *call, int32_t status, const char *message) {
  call->fail(call, message);
  return status;
}

static int32_t no_memory(const langevin_call *call) {
  return failed(call, LANGEVIN_INTERNAL_ERROR, "memory is short; learn fewer rows");
}

/* ---- Fitting ----------------------------------------------------------------------------------------------------- */

typedef struct {
  double value;
  int64_t row;
} cell;

static int by_value(const void *a, const void *b) {
  double left = ((const cell *)a)->value, right = ((const cell *)b)->value;
  return (left > right) - (left < right);
}

/* Quantiles of the numbers, and the normal score of each by its rank, ties having their mean one. */
static int fit_numbers(
  column_model *it, const struct ArrowSchema *schema, const struct ArrowArray *cells, double *scores) {
  cell *known = malloc(sizeof(cell) * (size_t)(cells->length + 1));
  if (known == NULL) return 0;
  int64_t count = 0;
  for (int64_t row = 0; row < cells->length; row++) {
    double value = langevin_number(schema, cells, row);
    scores[row] = NAN;
    if (!isnan(value)) known[count++] = (cell){value, row};
  }
  qsort(known, (size_t)count, sizeof(cell), by_value);
  it->count = count < MOST_KNOTS ? (int32_t)count : MOST_KNOTS;
  it->knots = malloc(sizeof(double) * (size_t)(it->count + 1));
  for (int32_t k = 0; it->knots != NULL && k < it->count; k++) {
    double place = it->count == 1 ? 0 : (double)k / (it->count - 1) * (double)(count - 1);
    int64_t below = (int64_t)place, above = below + 1 < count ? below + 1 : below;
    double part = place - (double)below;
    it->knots[k] = known[below].value + part * (known[above].value - known[below].value);
  }
  double sum = 0;
  for (int64_t first = 0, last; first < count; first = last) {
    for (last = first + 1; last < count && known[last].value == known[first].value;) last++;
    double score = normal_quantile(0.5 * (double)(first + last) / (double)count);
    for (int64_t i = first; i < last; i++) scores[known[i].row] = score;
    sum += (double)(last - first) * score * score;
  }
  it->variance = count > 0 ? sum / (double)count : 1;
  it->missing = 1 - (double)count / (double)cells->length;
  free(known);
  return it->knots != NULL;
}

/* Shares of the levels, and for each the mean of a standard normal variable in its interval. */
static int fit_levels(column_model *it, const struct ArrowArray *cells, double *scores) {
  int64_t levels = langevin_level_count(cells), known = 0;
  it->is_levels = 1;
  it->count = (int32_t)levels;
  it->knots = calloc((size_t)levels + 1, sizeof(double));
  double *means = calloc((size_t)levels + 1, sizeof(double));
  if (it->knots == NULL || means == NULL) {
    free(means);
    return 0;
  }
  for (int64_t row = 0; row < cells->length; row++) {
    int32_t level = langevin_level(cells, row);
    if (level < 0) continue;
    it->knots[level] += 1;
    known++;
  }
  double before = 0;
  it->variance = 0;
  for (int64_t i = 0; i < levels; i++) {
    double share = it->knots[i] / (double)(known > 0 ? known : 1), after = before + share;
    if (share > 0) {
      double low = normal_density(normal_quantile(before)), high = normal_density(normal_quantile(after));
      means[i] = (low - high) / share;
      it->variance += share * means[i] * means[i];
    }
    it->knots[i] = before = after;
  }
  for (int64_t row = 0; row < cells->length; row++) {
    int32_t level = langevin_level(cells, row);
    scores[row] = level < 0 ? NAN : means[level];
  }
  it->missing = 1 - (double)known / (double)cells->length;
  free(means);
  return 1;
}

/* The correlation of two latent variables, from the rows where both are known. Scores vary less than the variables that
   they stand for, by which their covariance is divided. */
static double correlation(const double *a, const double *b, int64_t rows, double variances) {
  double sum_a = 0, sum_b = 0, sum = 0;
  int64_t count = 0;
  for (int64_t row = 0; row < rows; row++) {
    if (isnan(a[row]) || isnan(b[row])) continue;
    sum_a += a[row];
    sum_b += b[row];
    sum += a[row] * b[row];
    count++;
  }
  if (count < 3 || variances < 1e-6) return 0;
  double covariance = (sum - sum_a * sum_b / (double)count) / (double)count;
  return fmax(-0.99, fmin(0.99, covariance / variances));
}

/* Cholesky's factor of a symmetric matrix, in place below the diagonal; 0 where it is not positive definite. */
static int factorise(double *matrix, int64_t size) {
  for (int64_t i = 0; i < size; i++) {
    for (int64_t j = 0; j <= i; j++) {
      double sum = matrix[i * size + j];
      for (int64_t k = 0; k < j; k++) sum -= matrix[i * size + k] * matrix[j * size + k];
      if (i > j) {
        matrix[i * size + j] = sum / matrix[j * size + j];
      } else {
        if (sum < 1e-9) return 0;
        matrix[i * size + i] = sqrt(sum);
      }
    }
    for (int64_t j = i + 1; j < size; j++) matrix[i * size + j] = 0;
  }
  return 1;
}

static int32_t fit(const langevin_call *call, struct ArrowSchema *schema, struct ArrowArray *table, void **model) {
  int64_t columns = table->n_children, rows = table->length;
  copula *it = new_copula(columns);
  double *scores = malloc(sizeof(double) * (size_t)(rows * columns + 1));
  double *matrix = malloc(sizeof(double) * (size_t)(columns * columns + 1));
  int32_t status = LANGEVIN_OK;
  if (it == NULL || scores == NULL || matrix == NULL) status = no_memory(call);

  for (int64_t j = 0; status == LANGEVIN_OK && j < columns; j++) {
    column_model *column = &it->column[j];
    const struct ArrowArray *cells = table->children[j];
    column->name = strdup(schema->children[j]->name);
    int is_fit = cells->dictionary != NULL ? fit_levels(column, cells, scores + j * rows)
                                           : fit_numbers(column, schema->children[j], cells, scores + j * rows);
    if (column->name == NULL || !is_fit) status = no_memory(call);
    else if (!call->progress(call, (double)(j + 1) / (double)columns, 0, 0)) status = LANGEVIN_CANCELLED;
  }
  if (status == LANGEVIN_OK) {
    for (int64_t i = 0; i < columns; i++)
      for (int64_t j = 0; j <= i; j++)
        matrix[i * columns + j] =
          i == j ? 1
                 : correlation(scores + i * rows, scores + j * rows, rows,
                               it->column[i].variance * it->column[j].variance);
    /* Pairs were measured by themselves; towards no correlation the matrix becomes positive definite. */
    double wanted = atof(call->option(call, "shrinkage")), shrinkage = wanted;
    for (int is_done = 0; !is_done; shrinkage = fmin(1, shrinkage + 0.01)) {
      for (int64_t i = 0; i < columns; i++)
        for (int64_t j = 0; j <= i; j++)
          it->factor[i * columns + j] = matrix[i * columns + j] * (i == j ? 1 : 1 - shrinkage);
      is_done = factorise(it->factor, columns);
      if (is_done && shrinkage > wanted) {
        char text[32];
        snprintf(text, sizeof text, "%.3g", shrinkage);
        call->announce(call, "shrinkage", text, "less gives correlations that cannot be together");
      }
    }
  }
  free(scores);
  free(matrix);
  if (status == LANGEVIN_OK) *model = it; else destroy(it);
  return status;
}

/* ---- Sampling ---------------------------------------------------------------------------------------------------- */

static double number_at(const column_model *it, double share) {
  double place = share * (it->count - 1);
  int32_t below = (int32_t)place, above = below + 1 < it->count ? below + 1 : below;
  return it->knots[below] + (place - below) * (it->knots[above] - it->knots[below]);
}

static int32_t level_at(const column_model *it, double share) {
  int32_t low = 0, high = it->count - 1;
  while (low < high) {
    int32_t middle = (low + high) / 2;
    if (it->knots[middle] > share) high = middle; else low = middle + 1;
  }
  return low;
}

static int32_t sample(
  const langevin_call *call, const void *model, struct ArrowSchema *schema, struct ArrowArray *table) {
  const copula *it = model;
  int64_t rows = (int64_t)call->rows, columns = it->columns;
  double **numbers = calloc((size_t)columns + 1, sizeof *numbers);
  int32_t **levels = calloc((size_t)columns + 1, sizeof *levels);
  double *latent = malloc(sizeof(double) * (size_t)(columns + 1));
  int is_whole = numbers != NULL && levels != NULL && latent != NULL && langevin_table_begin(schema, table, rows, columns);
  for (int64_t j = 0; is_whole && j < columns; j++) {
    if (it->column[j].is_levels) levels[j] = langevin_add_levels(schema, table, it->column[j].name);
    else numbers[j] = langevin_add_numbers(schema, table, it->column[j].name);
    is_whole = levels[j] != NULL || numbers[j] != NULL;
  }
  uint64_t state = call->seed;
  for (int64_t row = 0; is_whole && row < rows; row++) {
    for (int64_t j = 0; j < columns; j++) latent[j] = normal(&state);
    for (int64_t i = columns - 1; i >= 0; i--) {
      double sum = 0;
      for (int64_t j = 0; j <= i; j++) sum += it->factor[i * columns + j] * latent[j];
      latent[i] = sum;
    }
    for (int64_t j = 0; j < columns; j++) {
      double share = normal_share(latent[j]);
      int is_missing = uniform(&state) < it->column[j].missing && !(call->flags & LANGEVIN_COMPLETE_ROWS);
      if (numbers[j] != NULL) numbers[j][row] = is_missing ? NAN : number_at(&it->column[j], share);
      else levels[j][row] = is_missing ? -1 : level_at(&it->column[j], share);
    }
  }
  free(numbers);
  free(levels);
  free(latent);
  if (is_whole) return LANGEVIN_OK;
  langevin_table_drop(schema, table);
  return no_memory(call);
}

/* ---- Files ------------------------------------------------------------------------------------------------------- */

static const char magic[8] = "copula 1";

static int32_t save(const langevin_call *call, const void *model) {
  const copula *it = model;
  call->write(call, magic, sizeof magic);
  call->write(call, &it->columns, sizeof it->columns);
  for (int64_t j = 0; j < it->columns; j++) {
    const column_model *column = &it->column[j];
    int32_t length = (int32_t)strlen(column->name);
    call->write(call, &length, sizeof length);
    call->write(call, column->name, (size_t)length);
    call->write(call, &column->is_levels, sizeof column->is_levels);
    call->write(call, &column->count, sizeof column->count);
    call->write(call, &column->missing, sizeof column->missing);
    call->write(call, column->knots, sizeof(double) * (size_t)column->count);
  }
  call->write(call, it->factor, sizeof(double) * (size_t)(it->columns * it->columns));
  return LANGEVIN_OK;
}

typedef struct {
  const char *at;
  size_t left;
} reader;

static int take(reader *from, void *to, size_t count) {
  if (from->left < count) return 0;
  memcpy(to, from->at, count);
  from->at += count;
  from->left -= count;
  return 1;
}

static int take_column(reader *from, column_model *column) {
  int32_t length;
  if (!take(from, &length, sizeof length) || length < 0 || (size_t)length > from->left) return 0;
  column->name = calloc((size_t)length + 1, 1);
  if (column->name == NULL || !take(from, column->name, (size_t)length)) return 0;
  if (!take(from, &column->is_levels, sizeof column->is_levels) || !take(from, &column->count, sizeof column->count) ||
      !take(from, &column->missing, sizeof column->missing))
    return 0;
  if (column->count < 1 || (size_t)column->count > from->left / sizeof(double)) return 0;
  column->knots = malloc(sizeof(double) * (size_t)column->count);
  return column->knots != NULL && take(from, column->knots, sizeof(double) * (size_t)column->count);
}

static int32_t load(const langevin_call *call, const void *bytes, size_t count, void **model) {
  reader from = {bytes, count};
  char found[sizeof magic];
  int64_t columns;
  if (!take(&from, found, sizeof found) || memcmp(found, magic, sizeof magic) != 0 ||
      !take(&from, &columns, sizeof columns) || columns < 0 || columns > 1 << 20)
    return failed(call, LANGEVIN_DATA_ERROR, "the model is of another version; learn the table again");
  copula *it = new_copula(columns);
  if (it == NULL) return no_memory(call);
  int is_whole = 1;
  for (int64_t j = 0; is_whole && j < columns; j++) is_whole = take_column(&from, &it->column[j]);
  is_whole = is_whole && take(&from, it->factor, sizeof(double) * (size_t)(columns * columns)) && from.left == 0;
  if (is_whole) {
    *model = it;
    return LANGEVIN_OK;
  }
  destroy(it);
  return failed(call, LANGEVIN_DATA_ERROR, "the model is damaged; learn the table again");
}

/* ---- The plugin -------------------------------------------------------------------------------------------------- */

static int32_t describe(const langevin_call *call) {
  static const char text[] =
    "{ \"id\": \"gaussian-copula\", \"version\": \"1.0.0\", \"summary\": \"A Gaussian copula, in plain C.\","
    "  \"methods\": [ { \"id\": \"gaussian-copula\", \"aliases\": [\"copula\"], \"tasks\": [\"synthesize\"],"
    "    \"summary\": \"Each column's own distribution, joined by the correlations of normal scores.\","
    "    \"rationale\": \"A baseline in milliseconds. It keeps columns and how they rise and fall in pairs; not what three"
    " columns do together, nor levels that have no order.\","
    "    \"citation\": \"Song, Multivariate dispersion models generated from Gaussian copula, Scand. J. Statist. 27, 2000\","
    "    \"options\": [ { \"name\": \"shrinkage\", \"kind\": \"number\", \"minimum\": 0, \"maximum\": 1, \"default\": 0,"
    "      \"trials\": [0.1, 0.3],"
    "      \"help\": \"How far correlations are drawn towards none, from 0 to 1: more for few rows.\" } ],"
    "    \"examples\": [\"synth people.csv -o synthetic.csv --method gaussian-copula\"] } ] }";
  call->write(call, text, strlen(text));
  return LANGEVIN_OK;
}

const langevin_plugin *langevin_plugin_v1(void) {
  static const langevin_plugin table = {
    .abi_version = LANGEVIN_PLUGIN_ABI_VERSION, .size = sizeof(langevin_plugin), .describe = describe, .fit = fit,
    .save = save, .load = load, .sample = sample, .destroy = destroy};
  return &table;
}

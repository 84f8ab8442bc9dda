/*
 * template-method: draws each column by itself, numbers from their quantiles, levels by their shares. A beginning: put your
 * method in the place of `marginal`. langevin_plugin.h says what every function is for.
 */
#include "langevin_arrow.h"

/* The distribution of one column: quantiles of numbers, or the shares of the levels up to each. */
typedef struct {
  char name[256];
  int64_t levels; /* 0 for numbers */
  int64_t count;  /* of steps */
  double missing; /* share of the cells */
  double *steps;
} marginal;

typedef struct {
  int64_t columns;
  marginal *column;
} model;

static void destroy(void *it) {
  model *m = it;
  if (m == NULL) return;
  for (int64_t j = 0; j < m->columns; j++) free(m->column[j].steps);
  free(m->column);
  free(m);
}

static model *new_model(int64_t columns) {
  model *m = calloc(1, sizeof *m);
  if (m == NULL) return NULL;
  m->column = calloc((size_t)columns + 1, sizeof *m->column);
  m->columns = m->column == NULL ? 0 : columns;
  return m;
}

static int32_t no_memory(const langevin_call *call) {
  call->fail(call, "memory is short");
  return LANGEVIN_INTERNAL_ERROR;
}

/* ---- Fitting ----------------------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static int learn(marginal *it, const struct ArrowSchema *schema, const struct ArrowArray *cells, int64_t quantiles) {
  int64_t rows = cells->length, known = 0;
  strncpy(it->name, schema->name, sizeof it->name - 1);
  it->levels = langevin_level_count(cells);
  it->count = it->levels > 0 ? it->levels : quantiles;
  it->steps = calloc((size_t)it->count, sizeof(double));
  double *values = malloc(sizeof(double) * (size_t)(rows + 1));
  if (it->steps == NULL || values == NULL) {
    free(values);
    return 0;
  }
  for (int64_t row = 0; row < rows; row++) {
    if (langevin_is_missing(cells, row)) continue;
    if (it->levels > 0) it->steps[langevin_level(cells, row)] += 1;
    else values[known] = langevin_number(schema, cells, row);
    known++;
  }
  if (it->levels > 0) {
    double sum = 0;
    for (int64_t i = 0; i < it->levels; i++) it->steps[i] = sum += it->steps[i] / (double)known;
  } else {
    qsort(values, (size_t)known, sizeof(double), by_value);
    for (int64_t i = 0; i < quantiles; i++) it->steps[i] = values[i * (known - 1) / (quantiles - 1)];
  }
  it->missing = 1 - (double)known / (double)rows;
  free(values);
  return 1;
}

static int32_t fit(const langevin_call *call, struct ArrowSchema *schema, struct ArrowArray *table, void **result) {
  int64_t quantiles = atoll(call->option(call, "quantiles"));
  model *m = new_model(table->n_children);
  if (m == NULL || m->columns < table->n_children) {
    destroy(m);
    return no_memory(call);
  }
  for (int64_t j = 0; j < m->columns; j++) {
    if (!learn(&m->column[j], schema->children[j], table->children[j], quantiles)) {
      destroy(m);
      return no_memory(call);
    }
    if (!call->progress(call, (double)(j + 1) / (double)m->columns, 0, 0)) {
      destroy(m);
      return LANGEVIN_CANCELLED;
    }
  }
  *result = m;
  return LANGEVIN_OK;
}

/* ---- Sampling ---------------------------------------------------------------------------------------------------- */

/* splitmix64: Steele, Lea and Flood, OOPSLA 2014. */
static double uniform(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static int32_t sample(
  const langevin_call *call, const void *it, struct ArrowSchema *schema, struct ArrowArray *table) {
  const model *m = it;
  int64_t rows = (int64_t)call->rows;
  int is_whole = langevin_table_begin(schema, table, rows, m->columns);
  uint64_t state = call->seed; /* all randomness comes from here */
  for (int64_t j = 0; is_whole && j < m->columns; j++) {
    const marginal *column = &m->column[j];
    double missing = call->flags & LANGEVIN_COMPLETE_ROWS ? 0 : column->missing;
    if (column->levels > 0) {
      int32_t *cells = langevin_add_levels(schema, table, column->name);
      is_whole = cells != NULL;
      for (int64_t row = 0; is_whole && row < rows; row++) {
        double turn = uniform(&state);
        int32_t level = 0;
        while (level < column->levels - 1 && column->steps[level] <= turn) level++;
        cells[row] = uniform(&state) < missing ? -1 : level;
      }
    } else {
      double *cells = langevin_add_numbers(schema, table, column->name);
      is_whole = cells != NULL;
      for (int64_t row = 0; is_whole && row < rows; row++) {
        double value = column->steps[(int64_t)(uniform(&state) * (double)column->count)];
        cells[row] = uniform(&state) < missing ? NAN : value;
      }
    }
  }
  if (is_whole) return LANGEVIN_OK;
  langevin_table_drop(schema, table);
  return no_memory(call);
}

/* ---- Files ------------------------------------------------------------------------------------------------------- */

static int32_t save(const langevin_call *call, const void *it) {
  const model *m = it;
  call->write(call, &m->columns, sizeof m->columns);
  for (int64_t j = 0; j < m->columns; j++) {
    call->write(call, &m->column[j], sizeof(marginal));
    call->write(call, m->column[j].steps, sizeof(double) * (size_t)m->column[j].count);
  }
  return LANGEVIN_OK;
}

static int take(const char **from, size_t *left, void *to, size_t count) {
  if (*left < count) return 0;
  memcpy(to, *from, count);
  *from += count;
  *left -= count;
  return 1;
}

/* Whether a distribution that was read can be one: a file may be damaged, or made to do harm. */
static int is_sound(const marginal *it) {
  if (memchr(it->name, 0, sizeof it->name) == NULL) return 0;
  if (it->levels != 0 && it->levels != it->count) return 0;
  if (!(it->missing >= 0 && it->missing <= 1)) return 0;
  for (int64_t i = 0; i < it->count; i++)
    if (!isfinite(it->steps[i]) || (i > 0 && it->steps[i] < it->steps[i - 1])) return 0;
  return 1;
}

static int32_t load(const langevin_call *call, const void *bytes, size_t left, void **result) {
  const char *from = bytes;
  int64_t columns = 0;
  int is_whole = take(&from, &left, &columns, sizeof columns) && columns >= 0 && (size_t)columns <= left / sizeof(marginal);
  model *m = new_model(is_whole ? columns : 0);
  is_whole = is_whole && m != NULL && m->columns == columns;
  for (int64_t j = 0; is_whole && j < columns; j++) {
    marginal *column = &m->column[j];
    is_whole = take(&from, &left, column, sizeof *column);
    column->steps = NULL;
    is_whole = is_whole && column->count > 0 && (size_t)column->count <= left / sizeof(double);
    if (is_whole) column->steps = malloc(sizeof(double) * (size_t)column->count);
    is_whole = is_whole && column->steps != NULL && take(&from, &left, column->steps, sizeof(double) * (size_t)column->count);
    is_whole = is_whole && is_sound(column);
  }
  if (is_whole && left == 0) {
    *result = m;
    return LANGEVIN_OK;
  }
  destroy(m);
  call->fail(call, "the model is damaged; learn the table again");
  return LANGEVIN_DATA_ERROR;
}

/* ---- The plugin -------------------------------------------------------------------------------------------------- */

static int32_t describe(const langevin_call *call) {
  static const char text[] =
    "{ \"id\": \"template-method\", \"version\": \"0.1.0\", \"summary\": \"Draws each column by itself.\","
    "  \"methods\": [ { \"id\": \"template-method\", \"tasks\": [\"synthesize\"],"
    "    \"summary\": \"Draws each column by itself.\", \"rationale\": \"It keeps no relation between columns.\","
    "    \"citation\": \"\","
    "    \"options\": [ { \"name\": \"quantiles\", \"kind\": \"integer\", \"minimum\": 2, \"maximum\": 10000,"
    "      \"default\": 100, \"help\": \"How many are kept of a column of numbers.\" } ],"
    "    \"examples\": [\"synth people.csv -o synthetic.csv --method template-method\"] } ] }";
  call->write(call, text, strlen(text));
  return LANGEVIN_OK;
}

const langevin_plugin *langevin_plugin_v1(void) {
  static const langevin_plugin table = {
    .abi_version = LANGEVIN_PLUGIN_ABI_VERSION, .size = sizeof(langevin_plugin), .describe = describe, .fit = fit,
    .save = save, .load = load, .sample = sample, .destroy = destroy};
  return &table;
}

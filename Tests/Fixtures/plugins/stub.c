/*
 * A plugin that can be broken in every way, by macros. Whole, it makes rows of its own numbering: numbers count up from a
 * start that the seed gives, levels go round.
 *
 *   cc -shared -fPIC -I Sources/CPluginABI/include -DSTUB_ID='"stub"' Tests/Fixtures/plugins/stub.c -o stub.so
 */
#include <unistd.h>

#include "langevin_arrow.h"

#ifndef STUB_ID
#define STUB_ID "stub"
#endif
#ifndef STUB_ABI
#define STUB_ABI LANGEVIN_PLUGIN_ABI_VERSION
#endif
#ifndef STUB_SIZE
#define STUB_SIZE sizeof(langevin_plugin)
#endif
#ifndef STUB_ENTRY
#define STUB_ENTRY langevin_plugin_v1
#endif
#ifndef STUB_OPTION
#define STUB_OPTION "{ \"name\": \"step\", \"kind\": \"integer\", \"minimum\": 1, \"default\": 1, \"trials\": [2, 5], \"help\": \"How far numbers go.\" }"
#endif
#ifndef STUB_JSON
#define STUB_JSON                                                                                            \
  "{ \"id\": \"" STUB_ID "\", \"version\": \"1.2.3\", \"summary\": \"A plugin of tests.\", \"methods\": [ {"  \
  "\"id\": \"" STUB_ID "\", \"summary\": \"Counts up from a seed.\", \"citation\": \"Tests\","               \
  "\"options\": [ " STUB_OPTION " ] } ] }"
#endif

typedef struct {
  int64_t columns;
  char names[16][32];
  int64_t levels[16];
} stub;

static int32_t describe(const langevin_call *call) {
#ifdef STUB_CRASHES
  *(volatile int *)8 = 1;
#endif
#ifdef STUB_EXITS
  _exit(0);
#endif
#ifdef STUB_HANGS
  sleep(60);
#endif
#ifdef STUB_SPINS
  for (volatile int turn = 0;; turn++) {
  }
#endif
#ifdef STUB_WRITES_WITHOUT_END
  for (;;) call->write(call, STUB_JSON, strlen(STUB_JSON));
#endif
#ifdef STUB_WRITES_SIZE
  call->write(call, STUB_JSON, (size_t)STUB_WRITES_SIZE);
#endif
#ifdef STUB_WRITES_NOWHERE
  call->write(call, (const void *)8, 100);
#endif
#ifdef STUB_FAILS_NOWHERE
  call->fail(call, (const char *)8);
  return LANGEVIN_USAGE_ERROR;
#endif
#ifdef STUB_TAKES_MEMORY
  for (;;) {
    char *block = malloc(1 << 24);
    if (block == NULL) {
      call->fail(call, "memory is short");
      return LANGEVIN_INTERNAL_ERROR;
    }
    memset(block, 1, 1 << 24);
  }
#endif
#ifdef STUB_REFUSES
  call->fail(call, "out of paper; bring some");
  return LANGEVIN_USAGE_ERROR;
#endif
  size_t half = strlen(STUB_JSON) / 2;
  call->write(call, STUB_JSON, half);
  call->write(call, STUB_JSON + half, strlen(STUB_JSON) - half);
  return LANGEVIN_OK;
}

static int32_t fit(const langevin_call *call, struct ArrowSchema *schema, struct ArrowArray *table, void **model) {
#ifdef STUB_FIT_FAILS
  call->fail(call, "the first column is too blue; paint it");
  return STUB_FIT_FAILS;
#endif
#ifdef STUB_FIT_IS_EMPTY
  return LANGEVIN_OK;
#endif
  stub *it = calloc(1, sizeof *it);
  it->columns = table->n_children;
  for (int64_t j = 0; j < it->columns; j++) {
    strncpy(it->names[j], schema->children[j]->name, 31);
    it->levels[j] = langevin_level_count(table->children[j]);
  }
  for (int step = 1; step <= 10; step++)
    if (!call->progress(call, step / 10.0, (uint64_t)step, 1.0 / step)) {
      free(it);
      return LANGEVIN_CANCELLED;
    }
  call->announce(call, "columns", "all", "there is no reason");
#ifdef STUB_ANNOUNCES
  for (int turn = 0; turn < 100000; turn++) call->announce(call, "turn", "another", (const char *)8);
  for (int turn = 0; turn < 100; turn++) call->progress(call, 1e-300 * turn, UINT64_MAX, INFINITY);
#endif
  /* Moved, as Arrow allows, and released here. */
  struct ArrowArray mine = *table;
  table->release = NULL;
  mine.release(&mine);
  *model = it;
  return LANGEVIN_OK;
}

static int32_t save(const langevin_call *call, const void *model) {
  call->write(call, model, sizeof(stub));
  return LANGEVIN_OK;
}

static int32_t load(const langevin_call *call, const void *bytes, size_t count, void **model) {
  if (count != sizeof(stub)) {
    call->fail(call, "the model is damaged");
    return LANGEVIN_DATA_ERROR;
  }
  *model = memcpy(malloc(count), bytes, count);
  return LANGEVIN_OK;
}

static int32_t sample(
  const langevin_call *call, const void *model, struct ArrowSchema *schema, struct ArrowArray *table) {
  const stub *it = model;
  int64_t rows = (int64_t)call->rows;
#ifdef STUB_SAMPLES_FEW
  rows--;
#endif
  double step = atof(call->option(call, "step"));
  langevin_table_begin(schema, table, rows, it->columns);
  for (int64_t j = 0; j < it->columns; j++) {
    if (it->levels[j] > 0) {
      int32_t *cells = langevin_add_levels(schema, table, it->names[j]);
      for (int64_t row = 0; row < rows; row++) cells[row] = (int32_t)((call->seed + (uint64_t)row) % (uint64_t)it->levels[j]);
#ifdef STUB_SAMPLES_LEVELS
      cells[0] = (int32_t)it->levels[j];
#endif
    } else {
      double *cells = langevin_add_numbers(schema, table, it->names[j]);
      for (int64_t row = 0; row < rows; row++) cells[row] = (double)(call->seed % 1000) + step * (double)row;
#ifdef STUB_SAMPLES_INFINITY
      cells[0] = INFINITY;
#endif
    }
  }
#ifdef STUB_SAMPLES_FIELD
  table->STUB_SAMPLES_FIELD;
#endif
#ifdef STUB_SAMPLES_CELLS
  table->children[0]->STUB_SAMPLES_CELLS;
#endif
#ifdef STUB_SAMPLES_NAME
  strcpy((char *)schema->children[0]->name, "x");
#endif
  return LANGEVIN_OK;
}

static void destroy(void *model) { free(model); }

#ifdef STUB_DIES_WHEN_OPENED
__attribute__((constructor)) static void die(void) { *(volatile int *)8 = 1; }
#endif

const langevin_plugin *STUB_ENTRY(void) {
  static const langevin_plugin table = {
    .abi_version = STUB_ABI, .size = STUB_SIZE, .describe = describe, .fit = fit, .save = save, .load = load,
#ifndef STUB_LACKS_SAMPLE
    .sample = sample,
#endif
    .destroy = destroy};
  (void)sample;
  return &table;
}

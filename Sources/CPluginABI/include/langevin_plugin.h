/*
 * langevin_plugin.h: what a method that is loaded at run time exports. ABI version 1.
 *
 * A plugin is a shared library with one exported function, langevin_plugin_v1(), which returns a table of functions. It
 * may be written in any language that speaks C. `langevin plugins new NAME --language c` makes one that works.
 *
 *     langevin --plugin ./libmine.so synth people.csv -o synthetic.csv --method mine
 *
 * Rules
 *   - Tables cross by the Arrow C data interface (https://arrow.apache.org/docs/format/CDataInterface.html), as a struct
 *     array with a child for each column. langevin_arrow.h has functions for reading and making them; it is optional.
 *   - Texts are UTF-8. Text and bytes that a plugin gives are copied at once; what it is given lives as long as the call.
 *   - Functions return LANGEVIN_OK, or another status after having said why with langevin_call.fail.
 *   - The callbacks of langevin_call are for the thread that made the call. No exception leaves a function, and no function
 *     ends the process.
 *   - The same model, seed and number of rows give the same rows: randomness comes from langevin_call.seed alone.
 *   - Nothing is printed: standard output may be the table. A library is never unloaded.
 */
#ifndef LANGEVIN_PLUGIN_H
#define LANGEVIN_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. It is also in the name of the entry function: another version is another function. */
#define LANGEVIN_PLUGIN_ABI_VERSION 1

#if defined(__GNUC__) || defined(__clang__)
#define LANGEVIN_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define LANGEVIN_PLUGIN_EXPORT
#endif

/* ---- Arrow C data interface, as its specification gives it ------------------------------------------------------- */

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

/* ---- Status ------------------------------------------------------------------------------------------------------ */

enum {
  LANGEVIN_OK = 0,
  LANGEVIN_USAGE_ERROR = 1,    /* what was asked cannot be done: an option, a condition. The command ends with status 2. */
  LANGEVIN_DATA_ERROR = 2,     /* the table or the model is unfit. The command ends with status 65. */
  LANGEVIN_INTERNAL_ERROR = 3, /* the plugin's own fault, memory included. The command ends with status 70. */
  LANGEVIN_CANCELLED = 4       /* langevin_call.progress said to stop. */
};

/* Bits of langevin_call.flags. */
enum { LANGEVIN_COMPLETE_ROWS = 1 };

/* ---- A call: what is asked, and the way to answer ---------------------------------------------------------------- */

/*
 * Every function gets one. Later versions may add fields at the end: `size` tells how many there are.
 *
 * request is a JSON object with all that is asked:
 *   "method"      the id of the method
 *   "options"     the values of its options by name: numbers, true and false, texts, seconds, null for automatic
 *   "columns"     fit, sample: the columns of the table in order, each with
 *                 "name", "kind" (integer, decimal, boolean, category, date, dateTime), "missingCount" (in the training
 *                 data), and where they apply "digits" (after the decimal mark), "minimum", "maximum", "levels"
 *   "seed", "rows", "threads", "budget" (seconds), "steps": as in the fields below
 *   "conditions"  sample: what must hold in every row, a list of { "column", and "levels": [...], or "minimum" and
 *                 "maximum" (either may be absent), or "missing": true }
 *
 * Conditions and flags may be ignored: rows that do not meet them are thrown away, and more are asked for. A method
 * that heeds them is faster where they are rare.
 */
typedef struct langevin_call {
  uint32_t abi_version; /* LANGEVIN_PLUGIN_ABI_VERSION of the program */
  uint32_t size;        /* sizeof(langevin_call) of the program */
  const char *method;   /* the method's id; NULL in describe */
  const char *request;  /* JSON, see above; NULL in describe */
  uint64_t seed;        /* of all randomness in this call */
  uint64_t rows;        /* fit: of the table; sample: how many are wanted */
  uint64_t steps;       /* fit: the number of training steps that the user fixed, or 0 */
  double budget;        /* fit: the seconds that the user gave, or 0 */
  uint32_t threads;     /* threads that may work, 1 or more */
  uint32_t flags;       /* sample: LANGEVIN_COMPLETE_ROWS where no cell may be missing */
  void *host;           /* the program's own */

  /* The value of an option as a user would write it ("0.5", "yes", "90", "auto"), or NULL where there is no such option.
     Durations are in seconds. The text lives as long as the call. */
  const char *(*option)(const struct langevin_call *call, const char *name);

  /* Gives bytes: the JSON in describe, the model in save. It may be called many times; the pieces are put together. */
  void (*write)(const struct langevin_call *call, const void *bytes, size_t count);

  /* Tells how far fit is: share from 0 to 1, steps so far and the loss, 0 where there is none. Returns 0 where the user
     wants to stop: clean up and return LANGEVIN_CANCELLED. Cheap: call it after every step. */
  int (*progress)(const struct langevin_call *call, double share, uint64_t step, double loss);

  /* Tells what was chosen for the user and why: announce(call, "bins", "32", "there are 1,000 rows"). */
  void (*announce)(const struct langevin_call *call, const char *name, const char *value, const char *reason);

  /* Says what is wrong and what to do about it, in one sentence. The function then returns a status. */
  void (*fail)(const struct langevin_call *call, const char *message);
} langevin_call;

/* ---- The plugin -------------------------------------------------------------------------------------------------- */

/*
 * The table of functions. Every one must be there.
 *
 * Columns that nobody can learn never reach a plugin: identifiers are made anew, constants repeated and free text left
 * empty by the program. What fit gets, by the kind of column:
 *
 *   kind               Arrow format                         value
 *   integer            l     int64
 *   decimal            g     float64
 *   date               tdD   date32                         days since 1970-01-01
 *   dateTime           tsu:  timestamp, microseconds        since 1970-01-01 00:00 by the local clock as written
 *   boolean, category  i     int32, dictionary u (utf8)     the levels in the order of "levels"
 *
 * Missing cells are null. What sample gives back may be of these formats and of others that hold the same: any integer
 * (cCsSiIlL) or float (f g) for numbers; tdm and tss: tsm: tsu: tsn: for dates and times, or a number of days (dates) or
 * seconds (date-times); for levels a dictionary of u or U with any integer index, the texts themselves (u U), bare
 * integers that count "levels" from 0 (below 0: missing), or b for booleans. Null and NaN are missing. Numbers are rounded to
 * the column's digits by the program.
 */
typedef struct langevin_plugin {
  uint32_t abi_version; /* LANGEVIN_PLUGIN_ABI_VERSION */
  uint32_t size;        /* sizeof(langevin_plugin) */

  /*
   * Writes what the plugin is, as one JSON object. It is first called in a process of its own, within 10 seconds, and
   * must need nothing: no file, no network, no other call.
   *
   *   { "id": "mine", "version": "1.0.0", "summary": "One sentence.", "citation": "The paper, or empty.",
   *     "methods": [
   *       { "id": "mine", "tasks": ["synthesize"], "summary": "One sentence.", "rationale": "When to take it.",
   *         "citation": "...", "aliases": [], "examples": ["synth people.csv -o out.csv --method mine"],
   *         "options": [
   *           { "name": "bins", "kind": "integer", "minimum": 2, "maximum": 256, "default": 32, "help": "..." },
   *           { "name": "shrink", "kind": "number", "minimum": 0, "automatic": "From the rows.", "help": "..." } ] } ] }
   *
   * Required: id, version, summary and methods; of a method id, summary and citation; of an option name, kind, help and
   * one of default and automatic (how it is chosen, as a sentence). Names are kebab-case. The kinds of options are
   * integer and number (minimum and maximum may be absent), flag (true or false), choice (with "choices"), text, and
   * duration (in seconds). Tasks: synthesize is the only one of version 1, and the default.
   */
  int32_t (*describe)(const langevin_call *call);

  /*
   * Learns a table and sets *model. The table is the program's, which releases it after the call; to keep it, move it as
   * Arrow says: copy the structs and set their release to NULL.
   */
  int32_t (*fit)(const langevin_call *call, struct ArrowSchema *schema, struct ArrowArray *table, void **model);

  /* Writes the model as bytes, which load reads again, perhaps on another machine and by a later version. */
  int32_t (*save)(const langevin_call *call, const void *model);

  /* Reads a model that save wrote and sets *model. Bytes may be damaged or foreign: check them. */
  int32_t (*load)(const langevin_call *call, const void *bytes, size_t count, void **model);

  /*
   * Makes call->rows rows with the columns that fit was given, in their order, and sets *schema and *table, whose release
   * functions the program calls. Long tables are asked for in pieces, each with a seed of its own. Calls for one model
   * come one after another, not at once.
   */
  int32_t (*sample)(const langevin_call *call, const void *model, struct ArrowSchema *schema, struct ArrowArray *table);

  /* Frees a model. */
  void (*destroy)(void *model);
} langevin_plugin;

/* The entry: the one function that a plugin exports. The table it returns stays valid. */
typedef const langevin_plugin *(*langevin_plugin_entry_v1)(void);

LANGEVIN_PLUGIN_EXPORT const langevin_plugin *langevin_plugin_v1(void);

#ifdef __cplusplus
}
#endif

#endif /* LANGEVIN_PLUGIN_H */

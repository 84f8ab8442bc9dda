#include "COneDNN.h"

#if __has_include(<oneapi/dnnl/dnnl.h>)
#include <oneapi/dnnl/dnnl.h>
#else
#error "oneDNN is missing: install it with `apt-get install libdnnl-dev`"
#endif

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#if DNNL_VERSION_MAJOR < 2
#error "oneDNN 2.6 or newer is needed"
#endif

struct langevin_product {
  dnnl_primitive_t primitive;
  dnnl_stream_t stream;
  dnnl_memory_t a, b, bias, c, scratch;
};

static dnnl_engine_t engine;
static pthread_once_t engine_once = PTHREAD_ONCE_INIT;
static void create_engine(void) {
  if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) engine = NULL;
}

// Layouts: [batch, rows, columns], with the last two exchanged in memory for a transposed operand.
typedef struct {
  dnnl_dims_t dims, strides;
  dnnl_data_type_t type;
} layout;

static layout make_layout(int64_t batch, int64_t rows, int64_t columns, int transposed, dnnl_data_type_t type) {
  layout l = {.dims = {batch, rows, columns}, .type = type};
  l.strides[0] = rows * columns;
  l.strides[1] = transposed ? 1 : columns;
  l.strides[2] = transposed ? rows : 1;
  return l;
}

// The two generations of the C API differ in what a memory descriptor is and in how a product is described.
#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t descriptor;
typedef const_dnnl_memory_desc_t descriptor_view;
static dnnl_status_t describe(descriptor *d, const layout *l, int axes, int skip) {
  return dnnl_memory_desc_create_with_strides(d, axes, l->dims + skip, l->type, l->strides + skip);
}
static void release(descriptor d) {
  if (d) dnnl_memory_desc_destroy(d);
}
static descriptor_view view(const descriptor *d) { return *d; }
static dnnl_status_t make_primitive_descriptor(dnnl_primitive_desc_t *pd, descriptor_view a, descriptor_view b,
                                               descriptor_view bias, descriptor_view c, dnnl_primitive_attr_t attr) {
  return dnnl_matmul_primitive_desc_create(pd, engine, a, b, bias, c, attr);
}
static dnnl_status_t append_sum(dnnl_post_ops_t ops) {
  return dnnl_post_ops_append_sum(ops, 1.0f, 0, dnnl_data_type_undef);
}
static dnnl_status_t append_relu(dnnl_post_ops_t ops) {
  return dnnl_post_ops_append_eltwise(ops, dnnl_eltwise_relu, 0.0f, 0.0f);
}
#else
typedef dnnl_memory_desc_t descriptor;
typedef const dnnl_memory_desc_t *descriptor_view;
static dnnl_status_t describe(descriptor *d, const layout *l, int axes, int skip) {
  return dnnl_memory_desc_init_by_strides(d, axes, l->dims + skip, l->type, l->strides + skip);
}
static void release(descriptor d) { (void)d; }
static descriptor_view view(const descriptor *d) { return d; }
static dnnl_status_t make_primitive_descriptor(dnnl_primitive_desc_t *pd, descriptor_view a, descriptor_view b,
                                               descriptor_view bias, descriptor_view c, dnnl_primitive_attr_t attr) {
  dnnl_matmul_desc_t description;
  dnnl_status_t status = dnnl_matmul_desc_init(&description, a, b, bias, c);
  return status != dnnl_success ? status : dnnl_primitive_desc_create(pd, &description, attr, engine, NULL);
}
static dnnl_status_t append_sum(dnnl_post_ops_t ops) { return dnnl_post_ops_append_sum(ops, 1.0f); }
static dnnl_status_t append_relu(dnnl_post_ops_t ops) {
  return dnnl_post_ops_append_eltwise(ops, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f);
}
#endif

#define TRY(call) \
  if ((call) != dnnl_success) goto fail

langevin_product *langevin_product_create(const langevin_product_shape *s) {
  pthread_once(&engine_once, create_engine);
  if (!engine) return NULL;
  langevin_product *product = calloc(1, sizeof *product);
  if (!product) return NULL;

  dnnl_data_type_t input = s->input == LANGEVIN_BFLOAT16 ? dnnl_bf16 : dnnl_f32;
  int axes = s->batch > 1 ? 3 : 2, skip = 3 - axes;
  dnnl_data_type_t output = s->output == LANGEVIN_BFLOAT16 ? dnnl_bf16 : dnnl_f32;
  layout la = make_layout(s->batch, s->rows, s->inner, s->transpose_a, input);
  layout lb = make_layout(s->batch, s->inner, s->columns, s->transpose_b, input);
  layout lbias = make_layout(1, 1, s->columns, 0, dnnl_f32);
  layout lc = make_layout(s->batch, s->rows, s->columns, 0, output);

  descriptor a = {0}, b = {0}, bias = {0}, c = {0};
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_post_ops_t after = NULL;
  dnnl_primitive_desc_t pd = NULL;
  TRY(describe(&a, &la, axes, skip));
  TRY(describe(&b, &lb, axes, skip));
  TRY(describe(&bias, &lbias, axes, skip));
  TRY(describe(&c, &lc, axes, skip));
  TRY(dnnl_primitive_attr_create(&attributes));
  // Scratch memory of our own: the library's is shared between primitives of a thread.
  TRY(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user));
  if (s->accumulate || s->relu) {
    TRY(dnnl_post_ops_create(&after));
    if (s->accumulate) TRY(append_sum(after));
    if (s->relu) TRY(append_relu(after));
    TRY(dnnl_primitive_attr_set_post_ops(attributes, after));
  }
  TRY(make_primitive_descriptor(&pd, view(&a), view(&b), s->bias ? view(&bias) : NULL, view(&c), attributes));
  TRY(dnnl_primitive_create(&product->primitive, pd));
  TRY(dnnl_stream_create(&product->stream, engine, dnnl_stream_default_flags));
  TRY(dnnl_memory_create(&product->a, view(&a), engine, DNNL_MEMORY_NONE));
  TRY(dnnl_memory_create(&product->b, view(&b), engine, DNNL_MEMORY_NONE));
  if (s->bias) TRY(dnnl_memory_create(&product->bias, view(&bias), engine, DNNL_MEMORY_NONE));
  TRY(dnnl_memory_create(&product->c, view(&c), engine, DNNL_MEMORY_NONE));
  TRY(dnnl_memory_create(&product->scratch, dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0), engine,
                         DNNL_MEMORY_ALLOCATE));
  goto done;
fail:
  langevin_product_destroy(product);
  product = NULL;
done:
  if (pd) dnnl_primitive_desc_destroy(pd);
  if (after) dnnl_post_ops_destroy(after);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  release(a);
  release(b);
  release(bias);
  release(c);
  return product;
}

void langevin_product_destroy(langevin_product *p) {
  if (!p) return;
  dnnl_memory_t memories[] = {p->a, p->b, p->bias, p->c, p->scratch};
  for (size_t i = 0; i < sizeof memories / sizeof memories[0]; i++) {
    if (memories[i]) dnnl_memory_destroy(memories[i]);
  }
  if (p->stream) dnnl_stream_destroy(p->stream);
  if (p->primitive) dnnl_primitive_destroy(p->primitive);
  free(p);
}

int langevin_product_execute(langevin_product *p, const void *a, const void *b, const float *bias, void *c) {
  dnnl_memory_set_data_handle(p->a, (void *)a);
  dnnl_memory_set_data_handle(p->b, (void *)b);
  dnnl_memory_set_data_handle(p->c, c);
  dnnl_exec_arg_t arguments[5] = {
      {DNNL_ARG_SRC, p->a}, {DNNL_ARG_WEIGHTS, p->b}, {DNNL_ARG_DST, p->c}, {DNNL_ARG_SCRATCHPAD, p->scratch}};
  int count = 4;
  if (p->bias) {
    dnnl_memory_set_data_handle(p->bias, (void *)bias);
    arguments[count++] = (dnnl_exec_arg_t){DNNL_ARG_BIAS, p->bias};
  }
  dnnl_status_t status = dnnl_primitive_execute(p->primitive, p->stream, count, arguments);
  return status != dnnl_success ? (int)status : (int)dnnl_stream_wait(p->stream);
}

// oneDNN as Debian builds it runs on OpenMP, whose thread count is a setting of each calling thread.
// The symbol is weak so that a oneDNN built on another runtime works as well.
extern void omp_set_num_threads(int) __attribute__((weak));
void langevin_set_threads(int threads) {
  if (omp_set_num_threads) omp_set_num_threads(threads);
}

int langevin_has_bfloat16(void) {
  // Not an ordered scale throughout, but every value from avx512_core_bf16 up within the AVX-512 family has the bit.
  dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
  return (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
}

const char *langevin_onednn_version(void) {
  static char text[32];
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  const dnnl_version_t *v = dnnl_version();
  snprintf(text, sizeof text, "%d.%d.%d", v->major, v->minor, v->patch);
  pthread_mutex_unlock(&lock);
  return text;
}

#define _GNU_SOURCE
#include "Gang.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

// A thread that is out of work first asks again and again for a while, since the next work of a training step comes
// within microseconds and a sleeping thread takes tens of them to wake; then it sleeps.
enum { SPIN_NANOSECONDS = 100000, MOST_ITEMS = 64 };

struct langevin_gang {
  // Bits of items nobody has taken. Whoever clears a bit owns the item, and the work below stays what it is until all
  // owners are done.
  _Alignas(64) atomic_ullong open;
  _Alignas(64) atomic_int unfinished;
  _Alignas(64) atomic_int sleepers;
  atomic_int closing;
  void (*work)(void *, int);
  void *context;
  int count, threads, started, spins;
  pthread_mutex_t lock;
  pthread_cond_t begun, done;
  struct member {
    langevin_gang *gang;
    pthread_t thread;
    int number;
  } members[];
};

static inline void rest(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// The processors this process may run on.
static int processors(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

// Works on open items until there are none: the thread's own first, which it had last time and still has in cache.
static void take_part(langevin_gang *gang, int number) {
  unsigned long long open = atomic_load(&gang->open);
  while (open) {
    int item = number;
    while (item < MOST_ITEMS && !(open >> item & 1)) item += gang->threads;
    if (item >= MOST_ITEMS) item = __builtin_ctzll(open);
    if (!atomic_compare_exchange_weak(&gang->open, &open, open & ~(1ull << item))) continue;
    for (int i = item; i < gang->count; i += MOST_ITEMS) gang->work(gang->context, i);
    if (atomic_fetch_sub(&gang->unfinished, 1) == 1 && atomic_load(&gang->sleepers)) {
      pthread_mutex_lock(&gang->lock);
      pthread_cond_signal(&gang->done);
      pthread_mutex_unlock(&gang->lock);
    }
    open = atomic_load(&gang->open);
  }
}

static int has_work(langevin_gang *gang) { return atomic_load(&gang->open) || atomic_load(&gang->closing); }
static int is_done(langevin_gang *gang) { return atomic_load(&gang->unfinished) == 0; }

static void wait_until(langevin_gang *gang, int (*ready)(langevin_gang *), pthread_cond_t *condition) {
  if (gang->spins) {
    int64_t end = nanoseconds() + SPIN_NANOSECONDS;
    do {
      for (int i = 0; i < 32; i++) {
        if (ready(gang)) return;
        rest();
      }
    } while (nanoseconds() < end);
  }
  pthread_mutex_lock(&gang->lock);
  // Whoever makes it ready looks at `sleepers` after, so one of the two sees the other.
  atomic_fetch_add(&gang->sleepers, 1);
  while (!ready(gang)) pthread_cond_wait(condition, &gang->lock);
  atomic_fetch_sub(&gang->sleepers, 1);
  pthread_mutex_unlock(&gang->lock);
}

static void *live(void *argument) {
  struct member *member = argument;
  while (!atomic_load(&member->gang->closing)) {
    take_part(member->gang, member->number);
    wait_until(member->gang, has_work, &member->gang->begun);
  }
  return NULL;
}

static void wake(langevin_gang *gang) {
  if (!atomic_load(&gang->sleepers)) return;
  pthread_mutex_lock(&gang->lock);
  pthread_cond_broadcast(&gang->begun);
  pthread_mutex_unlock(&gang->lock);
}

langevin_gang *langevin_gang_create(int threads) {
  if (threads < 1) threads = 1;
  size_t size = sizeof(langevin_gang) + (size_t)(threads - 1) * sizeof(struct member);
  langevin_gang *gang = aligned_alloc(64, (size + 63) & ~(size_t)63);
  if (!gang) abort();
  atomic_init(&gang->open, 0);
  atomic_init(&gang->unfinished, 0);
  atomic_init(&gang->sleepers, 0);
  atomic_init(&gang->closing, 0);
  gang->spins = processors() >= threads;
  pthread_mutex_init(&gang->lock, NULL);
  pthread_cond_init(&gang->begun, NULL);
  pthread_cond_init(&gang->done, NULL);
  // Members read it from their start.
  gang->threads = threads;
  for (gang->started = 1; gang->started < threads; gang->started++) {
    struct member *member = &gang->members[gang->started - 1];
    *member = (struct member){.gang = gang, .number = gang->started};
    if (pthread_create(&member->thread, NULL, live, member) != 0) break;
  }
  return gang;
}

void langevin_gang_destroy(langevin_gang *gang) {
  atomic_store(&gang->closing, 1);
  wake(gang);
  for (int i = 0; i + 1 < gang->started; i++) pthread_join(gang->members[i].thread, NULL);
  pthread_cond_destroy(&gang->done);
  pthread_cond_destroy(&gang->begun);
  pthread_mutex_destroy(&gang->lock);
  free(gang);
}

void langevin_gang_run(langevin_gang *gang, int count, void (*work)(void *context, int item), void *context) {
  if (count <= 0) return;
  if (count == 1 || gang->threads == 1) {
    for (int i = 0; i < count; i++) work(context, i);
    return;
  }
  int items = count < MOST_ITEMS ? count : MOST_ITEMS;
  gang->work = work;
  gang->context = context;
  gang->count = count;
  atomic_store(&gang->unfinished, items);
  atomic_store(&gang->open, items == 64 ? ~0ull : (1ull << items) - 1);
  wake(gang);
  take_part(gang, 0);
  wait_until(gang, is_done, &gang->done);
}

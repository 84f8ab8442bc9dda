#define _GNU_SOURCE
#include "CPluginProbe.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

// Pages of memory for data that this process holds, as Linux counts them; 0 elsewhere.
static rlim_t data_pages(void) {
  unsigned long size, resident, shared, text, library, data = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL) return 0;
  if (fscanf(file, "%lu %lu %lu %lu %lu %lu", &size, &resident, &shared, &text, &library, &data) != 6) data = 0;
  fclose(file);
  return data;
}

static void lower(int resource, rlim_t most) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur <= most) return;
  limit.rlim_cur = most;
  setrlimit(resource, &limit);
}

pid_t langevin_probe_fork(unsigned seconds, unsigned megabytes) {
  rlim_t held = data_pages() * (rlim_t)sysconf(_SC_PAGESIZE);
  pid_t child = fork();
  if (child != 0) return child;
  static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGINT, SIGTERM, SIGPIPE, SIGXCPU};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) signal(numbers[i], SIG_DFL);
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  lower(RLIMIT_CPU, seconds + 1);
  if (held > 0) lower(RLIMIT_DATA, held + ((rlim_t)megabytes << 20));
  dup2(STDERR_FILENO, STDOUT_FILENO);
  return 0;
}

int langevin_probe_is_mapped(const void *start, uint64_t count) {
  uint64_t from = (uint64_t)(uintptr_t)start, end;
  if (from == 0) return 0;
  if (__builtin_add_overflow(from, count, &end)) return 0;
#ifdef __linux__
  // mincore fails where a page is not mapped. A few thousand pages at a time: a large count fails early.
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  unsigned char pages[4096];
  for (uint64_t place = from / page * page; place < end;) {
    uint64_t left = (end - place + page - 1) / page;
    uint64_t now = left < sizeof pages ? left : sizeof pages;
    if (mincore((void *)(uintptr_t)place, now * page, pages) != 0) return 0;
    place += now * page;
  }
#endif
  return 1;
}

int64_t langevin_probe_text_length(const char *text, uint64_t most) {
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), length = 0;
  while (length < most) {
    const char *start = text + length;
    uint64_t rest = page - (uint64_t)(uintptr_t)start % page;
    uint64_t now = rest < most - length ? rest : most - length;
    if (!langevin_probe_is_mapped(start, now)) return -1;
    const char *end = memchr(start, 0, now);
    if (end != NULL) return (int64_t)(end - text);
    length += now;
  }
  return -1;
}

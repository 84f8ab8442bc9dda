#define _GNU_SOURCE
#include "CPluginProbe.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>
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

#ifdef __linux__
// Whether every page of a range is mapped. Pages that are mapped but must not be read, such as those that malloc keeps for
// later, count as mapped.
static int is_mapped(uint64_t from, uint64_t end, uint64_t page) {
  // mincore fails where a page is not mapped. A few thousand pages at a time: a large count fails early.
  unsigned char pages[4096];
  for (uint64_t place = from / page * page; place < end;) {
    uint64_t left = (end - place + page - 1) / page;
    uint64_t now = left < sizeof pages ? left : sizeof pages;
    if (mincore((void *)(uintptr_t)place, now * page, pages) != 0) return 0;
    place += now * page;
  }
  return 1;
}

// Whether a byte of every page can be read: the kernel copies them into a pipe, and says where it cannot.
static int is_copied(uint64_t from, uint64_t end, uint64_t page) {
  enum { most = 512 };
  int ends[2], copied = 1;
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return 1;
  for (uint64_t place = from; place < end && copied;) {
    struct iovec bytes[most];
    int count = 0;
    for (; count < most && place < end; place = (place / page + 1) * page) {
      bytes[count++] = (struct iovec){(void *)(uintptr_t)place, 1};
    }
    char taken[most];
    copied = writev(ends[1], bytes, count) == count && read(ends[0], taken, sizeof taken) == count;
  }
  close(ends[0]);
  close(ends[1]);
  return copied;
}
#endif

int langevin_probe_is_readable(const void *start, uint64_t count) {
  uint64_t from = (uint64_t)(uintptr_t)start, end;
  if (from == 0) return 0;
  if (__builtin_add_overflow(from, count, &end)) return 0;
#ifdef __linux__
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  if (!is_mapped(from, end, page) || !is_copied(from, end, page)) return 0;
#endif
  return 1;
}

int64_t langevin_probe_text_length(const char *text, uint64_t most) {
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), length = 0;
  while (length < most) {
    const char *start = text + length;
    uint64_t rest = page - (uint64_t)(uintptr_t)start % page;
    uint64_t now = rest < most - length ? rest : most - length;
    if (!langevin_probe_is_readable(start, now)) return -1;
    const char *end = memchr(start, 0, now);
    if (end != NULL) return (int64_t)(end - text);
    length += now;
  }
  return -1;
}

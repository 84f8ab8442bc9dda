// A few threads that work on numbered items together and wait for each other.
#pragma once
#include <stddef.h>

typedef struct langevin_gang langevin_gang;

/// Starts `threads - 1` threads beside the caller's. Threads that cannot be started are done without.
langevin_gang *langevin_gang_create(int threads);
/// Ends the threads. No work may be under way.
void langevin_gang_destroy(langevin_gang *gang);
/// Calls work(context, i) once for every i in 0 ..< count and returns when all are done. One caller at a time.
void langevin_gang_run(langevin_gang *gang, int count, void (*work)(void *context, int item), void *context);

#ifndef C_PLUGIN_PROBE_H
#define C_PLUGIN_PROBE_H

#include <sys/types.h>

/// fork(), which Swift does not offer. In the child a crash is quiet: signals end it at once, without a core file, a
/// backtrace, or what the program does about Ctrl-C; and what it prints goes to standard error.
///
/// - Returns: as fork() does: 0 in the child, its process id in the parent, -1 where there is none.
pid_t langevin_probe_fork(void);

#endif

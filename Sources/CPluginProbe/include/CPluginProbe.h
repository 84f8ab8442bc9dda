#ifndef C_PLUGIN_PROBE_H
#define C_PLUGIN_PROBE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// fork(), which Swift does not offer. In the child a crash is quiet: signals end it at once, without a core file, a
/// backtrace, or what the program does about Ctrl-C; and what it prints goes to standard error.
///
/// - Parameters:
///   - seconds: of processor time that the child may take.
///   - megabytes: of memory that it may take beyond what this process holds.
/// - Returns: as fork() does: 0 in the child, its process id in the parent, -1 where there is none.
pid_t langevin_probe_fork(unsigned seconds, unsigned megabytes);

/// Whether so many bytes from an address on lie in memory that this process may read; where the system does not tell, they
/// are taken to.
int langevin_probe_is_readable(const void *start, uint64_t count);

/// The length of a text that ends with a zero byte within so many bytes; -1 where it does not end, or does not lie in
/// memory of this process.
int64_t langevin_probe_text_length(const char *text, uint64_t most);

#endif

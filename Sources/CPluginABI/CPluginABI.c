// The header is all there is: tables of functions that others fill in.
#include "langevin_plugin.h"

_Static_assert(offsetof(langevin_plugin, abi_version) == 0, "the version is the first field");
_Static_assert(offsetof(langevin_plugin, size) == 4, "the size is the second");
_Static_assert(sizeof(langevin_plugin) == 8 + 6 * sizeof(void *), "no field of version 1 may move");

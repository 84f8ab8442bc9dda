"""Reads a CSV file with pandas' C reader and prints seconds and peak memory; writes it back if a path is given."""

import resource
import sys
import time

import pandas


def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


before = megabytes()
start = time.perf_counter()
frame = pandas.read_csv(sys.argv[1], engine="c", keep_default_na=False, na_values=[""])
seconds = time.perf_counter() - start
peak = megabytes()
size = frame.memory_usage(deep=True).sum() / 1e6
print(f"pandas {pandas.__version__} read {seconds:.3f} s, peak {peak:.0f} MB (imports {before:.0f}), table {size:.0f} MB")
if len(sys.argv) > 2:
    start = time.perf_counter()
    frame.to_csv(sys.argv[2], index=False)
    print(f"pandas write {time.perf_counter() - start:.3f} s, {frame.size} cells")

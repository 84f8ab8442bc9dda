"""The time and the memory of `langevin balance` beside imbalanced-learn's, one after the other in one run."""

import argparse
import csv
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tables import folder

# What somebody would write: read, make rows, write. Prints the seconds of each fit, warm ones after the first.
SCRIPT = """
import resource, sys, time
import numpy as np, pandas as pd
from imblearn import over_sampling as o
path, out, method, repeats, limit = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
if limit: resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
table = pd.read_csv(path)
y, X = table["class"], table.drop(columns="class")
texts = [i for i, c in enumerate(X.columns) if X[c].dtype == object]
def sampler():
    return {"smote": lambda: o.SMOTE(random_state=3), "adasyn": lambda: o.ADASYN(random_state=3),
            "borderline-smote-1": lambda: o.BorderlineSMOTE(random_state=3),
            "smote-nc": lambda: o.SMOTENC(texts, random_state=3), "random": lambda: o.RandomOverSampler(random_state=3),
            "random-smoothed": lambda: o.RandomOverSampler(shrinkage=1, random_state=3)}[method]()
arrays = X if texts else X.to_numpy()
best = []
for _ in range(repeats):
    start = time.perf_counter()
    new_X, new_y = sampler().fit_resample(arrays, y)
    best.append(time.perf_counter() - start)
new = pd.DataFrame(new_X, columns=X.columns)
new["class"] = np.asarray(new_y)
new.to_csv(out, index=False)
print(min(best))
"""


def measured(command):
    """Seconds, peak memory in MB, and what was printed; None where it failed."""
    start = time.perf_counter()
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, errors = run.communicate()
    seconds = time.perf_counter() - start
    return seconds, out, errors if run.returncode else None


def peak(command):
    """The same with the peak memory of the child, which has a process of its own to wait for it."""
    code = ("import resource, subprocess, sys\nr = subprocess.run(sys.argv[1:])\n"
            "print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)\nsys.exit(r.returncode)")
    seconds, out, errors = measured([sys.executable, "-c", code, *command])
    return seconds, int(out.split("peak")[-1]), errors


def both(root, path, method, repeats, extra=(), limit=0):
    with tempfile.TemporaryDirectory() as scratch:
        out = f"{scratch}/out.csv"
        ours_alone = []
        command = [f"{root}/bin/langevin", "balance", str(path), "--target", "class", "-o", out, "--method", method,
                   "--seed", "3", "--kind", "class=category", *extra]
        for _ in range(repeats):
            seconds, text, errors = measured([*command, "--json", "--quiet"])
            if errors:
                sys.exit(errors)
            ours_alone.append((json.loads(text.splitlines()[-1])["samplingSeconds"], seconds))
        memory = peak([*command, "--quiet"])[1]
        theirs = [sys.executable, "-c", SCRIPT, str(path), out, method]
        whole, text, errors = measured([*theirs, "1", str(limit)])
        if errors:
            return min(ours_alone), memory, None, None, errors.strip().splitlines()[-1][:60]
        alone = float(measured([*theirs, str(repeats), str(limit)])[1])
        return min(ours_alone), memory, (alone, whole), peak([*theirs, "1", str(limit)])[1], None


def show(name, method, result):
    (alone, whole), memory, theirs, their_memory, error = result
    line = f"{name:14} {method:18} {alone * 1e3:9.1f} ms {whole:7.2f} s {memory:6} MB"
    if theirs is None:
        line += f"   {error}"
    else:
        line += (f" {theirs[0] * 1e3:9.1f} ms {theirs[1]:7.2f} s {their_memory:6} MB"
                 f" {theirs[0] / alone:6.1f} × {theirs[1] / whole:6.1f} ×")
    print(line, flush=True)


def made(path, rows, levels):
    """A table with a class of 2 %: numbers, and where levels are given three categories with that many."""
    import numpy as np
    import pandas as pd
    r = np.random.RandomState(1)
    rare = r.uniform(size=rows) < 0.02
    table = {f"x{i}": np.round(r.normal(size=rows) * (i + 1) + rare * 0.7, 3) for i in range(8)}
    for i in range(3 if levels else 0):
        table[f"c{i}"] = np.char.add("L", r.randint(0, levels, rows).astype(str))
    table["class"] = np.where(rare, "rare", "common")
    pd.DataFrame(table).to_csv(path, index=False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True)
    parser.add_argument("--small", action="store_true", help="mammography alone")
    options = parser.parse_args()
    print(f"{'':33} {'langevin':^30} {'imbalanced-learn':^30} {'faster':^17}")
    print(f"{'table':14} {'method':18} {'rows made':>12} {'whole':>9} {'peak':>9} {'rows made':>12} {'whole':>9} {'peak':>9}"
          f" {'rows':>8} {'whole':>8}")
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "mammography.csv"
        with gzip.open(folder(options.root) / "mammography.csv.gz") as source:
            path.write_bytes(source.read())
        for method in ["smote", "borderline-smote-1", "adasyn", "random", "random-smoothed"]:
            show("mammography", method, both(options.root, path, method, 7))
            if method in ("smote", "adasyn"):
                show("  compatible", method, both(options.root, path, method, 7, ["--compatible"]))
        if options.small:
            return
        path = Path(scratch) / "numbers.csv"
        made(path, 500_000, 0)
        for method in ["smote", "adasyn"]:
            show("500,000 rows", method, both(options.root, path, method, 1))
        path = Path(scratch) / "mixed.csv"
        made(path, 500_000, 2_000)
        # imbalanced-learn may take 14 GB of addresses.
        show("with levels", "smote-nc", both(options.root, path, "smote-nc", 1, limit=14 << 30))


if __name__ == "__main__":
    main()

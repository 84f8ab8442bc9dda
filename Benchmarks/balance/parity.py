"""Every sampler of `langevin balance --compatible` beside imbalanced-learn's, row by row."""

import argparse
import csv
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
from imblearn.over_sampling import ADASYN, SMOTE, SMOTEN, SMOTENC, BorderlineSMOTE, RandomOverSampler

from tables import TABLES, Table

SEEDS = [0, 1, 7, 42, 2**32 - 1]


def samplers(table, ratio, seed):
    keys = {"sampling_strategy": ratio, "random_state": seed}
    if len(table.categorical) == len(table.kinds):
        return {"smote-n": SMOTEN(**keys), "random": RandomOverSampler(**keys)}
    if table.categorical:
        return {
            "smote-nc": SMOTENC(categorical_features=table.categorical, **keys),
            "random": RandomOverSampler(**keys),
        }
    return {
        "smote": SMOTE(**keys),
        "borderline-smote-1": BorderlineSMOTE(kind="borderline-1", **keys),
        "borderline-smote-2": BorderlineSMOTE(kind="borderline-2", **keys),
        "adasyn": ADASYN(**keys),
        "random": RandomOverSampler(**keys),
        "random-smoothed": RandomOverSampler(shrinkage=1, **keys),
    }


def ours(root, path, table, method, ratio, seed, scratch):
    """The new rows, or the message of an error."""
    out = scratch / "new.csv"
    text = ratio if isinstance(ratio, str) else str(ratio) if isinstance(ratio, float) else ",".join(
        f"{k}={v}" for k, v in ratio.items())
    run = subprocess.run(
        [f"{root}/bin/langevin", "balance", path, "-o", out, "--method", method, "--ratio", text.replace(" ", "-"),
         "--seed", str(seed), "--compatible", "--only-new", "--quiet", *table.arguments()],
        capture_output=True, text=True)
    if run.returncode:
        return run.stderr.strip()
    with open(out, newline="") as file:
        rows = list(csv.reader(file))[1:]
    columns = list(zip(*rows)) if rows else [()] * (len(table.columns) + 1)
    made = []
    for values, kind in zip(columns, table.kinds.values()):
        made.append(np.array(values, float) if kind == "decimal" else np.array([v or None for v in values], object))
    return made, np.array(columns[-1])


def theirs(table, sampler):
    X = table.matrix()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            X_new, y_new = sampler.fit_resample(X, table.y)
    except (ValueError, RuntimeError) as error:
        return str(error)
    X_new, y_new = X_new[len(X):], y_new[len(X):]
    made = []
    for i, kind in enumerate(table.kinds.values()):
        column = X_new[:, i]
        made.append(column.astype(float) if kind == "decimal" else np.array(
            [None if v is None or v != v else v for v in column], object))
    return made, y_new


def compare(a, b):
    """How many rows differ, and by how much at most; None where one side alone refuses."""
    if isinstance(a, str) or isinstance(b, str):
        return (0, 0.0) if isinstance(a, str) and isinstance(b, str) else None
    (ours_x, ours_y), (theirs_x, theirs_y) = a, b
    if len(ours_y) != len(theirs_y):
        return None
    wrong, most = ours_y != theirs_y, 0.0
    for x, z in zip(ours_x, theirs_x):
        wrong |= x != z
        if x.dtype == float and len(x):
            most = max(most, float(np.abs(x - z).max()))
    return int(wrong.sum()), most


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("tables", nargs="*")
    options = parser.parse_args()
    failed = False
    print(f"{'table':12} {'method':20} {'runs':>5} {'new rows':>9} {'differ':>7} {'greatest':>9}")
    for name in options.tables or TABLES:
        totals = {}
        for binary in [True, False]:
            table = Table(options.root, name, binary)
            classes, counts = np.unique(table.y, return_counts=True)
            if not binary and len(classes) == 2:
                continue
            ratios = ["auto", "minority", "all"] + ([0.5, 0.3] if binary else [])
            if not binary:
                # Classes with too few rows for five neighbours stay as they are.
                ratios = [{str(c): int(min(counts.max(), n + 60)) for c, n in zip(classes, counts) if n > 6}]
            with tempfile.TemporaryDirectory() as folder:
                scratch = Path(folder)
                path = scratch / "table.csv"
                table.write(path)
                for ratio in ratios:
                    for seed in SEEDS:
                        for method, sampler in samplers(table, ratio, seed).items():
                            a = ours(options.root, path, table, method, ratio, seed, scratch)
                            b = theirs(table, sampler)
                            result = compare(a, b)
                            total = totals.setdefault(method, [0, 0, 0, 0.0])
                            total[0] += 1
                            if result is None:
                                failed = True
                                total[2] += 1
                                print("  ", name, method, ratio, seed, "ours:", a if isinstance(a, str) else len(a[1]),
                                      "theirs:", b if isinstance(b, str) else len(b[1]))
                                continue
                            total[1] += 0 if isinstance(b, str) else len(b[1])
                            total[2] += result[0]
                            total[3] = max(total[3], result[1])
                            if options.verbose and result[0]:
                                print("  ", name, method, ratio, seed, result)
        for method, (runs, rows, differ, most) in totals.items():
            failed |= differ > 0
            print(f"{name:12} {method:20} {runs:5} {rows:9,} {differ:7} {most:9.2g}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

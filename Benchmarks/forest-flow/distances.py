"""Wasserstein distances of made rows to training rows and to held-out rows; see `run` beside this file."""
import argparse, os, subprocess, sys, time
from pathlib import Path

import numpy as np
import ot
import pandas as pd

TABLES = ["iris", "wine", "penguins", "ecoli", "titanic", "yeast", "abalone", "credit_data"]
METHODS = ["forest-flow", "tabular-masked"]


def read(path):
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def table(name, data):
    if name != "wine":
        return read(data / f"{name}.csv.gz")
    from sklearn.datasets import load_wine

    wine = load_wine(as_frame=True).frame.rename(columns={"target": "class"})
    wine["class"] = "cultivar " + (wine["class"] + 1).astype(str)
    return wine


def split(whole, seed):
    """A fifth of the rows is held out, as in the paper."""
    order, cut = np.random.default_rng(seed).permutation(len(whole)), len(whole) // 5
    return whole.iloc[order[cut:]].reset_index(drop=True), whole.iloc[order[:cut]].reset_index(drop=True)


def cells(train, rows):
    """Numbers over the range of the training rows, and for each level 1/2 where it is: another level is at the distance 1.
    A missing number lies at the mean, and at the distance 1 from one that is not missing; a missing category is a level."""
    columns = []
    for name in train:
        if pd.api.types.is_numeric_dtype(train[name]) and not pd.api.types.is_bool_dtype(train[name]):
            least, most = train[name].min(), train[name].max()
            width = most - least if most > least else 1
            number = ((rows[name].astype(float) - least) / width).to_numpy()
            columns.append(np.where(np.isnan(number), (train[name].mean() - least) / width, number))
            if train[name].isna().any():
                columns.append(np.isnan(number).astype(float))
        else:
            text = lambda part: part[name].astype(object).where(part[name].notna(), "").astype(str)
            columns += [(text(rows) == level).to_numpy() / 2 for level in sorted(set(text(train)))]
    return np.stack(columns, 1)


def distance(a, b):
    cost = ot.dist(a, b, metric="cityblock")
    return ot.emd2(ot.unif(len(a)), ot.unif(len(b)), cost, numItermax=10**7)


def synthesise(binary, method, train, out, rows, seed, threads, extra):
    started = time.time()
    out.unlink(missing_ok=True)
    command = [binary, "synth", train, "-o", out, "--method", method, "--rows", rows, "--seed", seed, "--threads", threads]
    with open(out.with_suffix(".log"), "w") as log:
        subprocess.run(list(map(str, command + extra)), check=True, stderr=log)
    return time.time() - started


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", nargs="*", default=TABLES)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--methods", nargs="*", default=METHODS)
    parser.add_argument("--set", action="append", default=[], help="an option of forest-flow")
    arguments = parser.parse_args()
    data = Path(os.environ.get("LANGEVIN_DATA", arguments.root.parent / "shared/data"))
    binary = Path(os.environ.get("LANGEVIN_BINARY", arguments.root / "bin/langevin"))
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    print(f"{'table':12} {'rows':>6} {'columns':>7}  {'':16} {'W1 train':>9} {'W1 test':>9} {'seconds':>8}")
    for name in arguments.tables:
        found = {method: [] for method in ["real rows"] + arguments.methods}
        for seed in range(arguments.seeds):
            train, test = split(table(name, data), seed)
            known, unseen = cells(train, train), cells(train, test)
            # What the training rows themselves are worth: no distance to themselves, and this one to unseen rows.
            found["real rows"].append((0.0, distance(known, unseen), 0.0))
            path = results / f"{name}_train{seed}.csv"
            train.to_csv(path, index=False)
            for method in arguments.methods:
                extra = [part for option in arguments.set if method == "forest-flow" for part in ("--set", option)]
                out = results / f"{name}_{method}{seed}.csv"
                seconds = synthesise(binary, method, path, out, len(train), seed, arguments.threads, extra)
                made = cells(train, read(out))
                found[method].append((distance(made, known), distance(made, unseen), seconds))
        for method, figures in found.items():
            own, other, seconds = np.mean(figures, axis=0)
            head = f"{name:12} {len(train):6} {train.shape[1]:7}" if method == "real rows" else " " * 27
            print(f"{head}  {method:16} {own:9.3f} {other:9.3f} {seconds:8.1f}", flush=True)


main()

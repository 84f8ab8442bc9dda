#!/usr/bin/env python3
"""Hides cells of tables whose truth is known, has langevin fill them, and prints errors beside those of scikit-learn.

Of each table 70 % of the rows, with holes of their own, teach; the rest, with other holes, are filled with the finished model.
Errors are over hidden cells, numbers standardised with the mean and deviation of the cells that taught.

  Benchmarks/imputation/run tables                             all tables: the default method beside chained forests
  Benchmarks/imputation/run tables --sets california-mar --methods chained-diffusion chained-forests knn mean-mode
  Benchmarks/imputation/run tables --rivals                    scikit-learn's IterativeImputer beside them
  Benchmarks/imputation/run tables --tuning                    both parts from the training rows: what settings are chosen by
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd

SETS = ["california-mcar", "california-mar", "adult-mcar", "default-mcar", "magic-mcar"]
METHODS = ["chained-diffusion", "chained-forests"]
RATE = 0.3


def load(data, name):
    files = {"adult": ["adult_train", "adult_test"]}.get(name, [name])
    parts = [pd.read_csv(data / f"{f}.csv.gz", keep_default_na=False, na_values=[""]) for f in files]
    return pd.concat(parts).dropna().reset_index(drop=True)


def mcar(table, rng):
    """Every cell is missing with the same probability."""
    return rng.random(table.shape) < RATE


def mar(table, rng):
    """Three tenths of the columns are there; they decide, through a logistic model, which cells of the others are missing.

    Source: Muzellec et al., "Missing data imputation using optimal transport", ICML 2020, appendix; the rate of the others is
    raised so that the table's is kept.
    """
    x = np.stack([table[c] if pd.api.types.is_numeric_dtype(table[c]) else pd.factorize(table[c])[0] for c in table], 1)
    rows, columns = x.shape
    known = rng.choice(columns, max(int(0.3 * columns), 1), replace=False)
    wanted = RATE * columns / (columns - len(known))
    mask = np.zeros((rows, columns), bool)
    for column in set(range(columns)) - set(known):
        score = x[:, known].astype(float) @ rng.normal(size=len(known))
        score /= score.std()
        low, high = -score.max() - 50, -score.min() + 50
        for _ in range(200):
            middle = (low + high) / 2
            if (1 / (1 + np.exp(-np.clip(score + middle, -60, 60)))).mean() < wanted:
                low = middle
            else:
                high = middle
        mask[:, column] = rng.random(rows) < 1 / (1 + np.exp(-np.clip(score + middle, -60, 60)))
    return mask


def parts(table, kind, seed, tuning):
    """The rows that teach and the rows that are filled, each with its holes; and the truth of the latter."""
    order = np.random.default_rng(seed).permutation(len(table))
    teach, fill = np.split(order, [int(0.7 * len(table))])
    if tuning:
        order = np.random.default_rng(100 + seed).permutation(teach)
        teach, fill = np.split(order, [int(0.7 * len(teach))])
    rng = np.random.default_rng((1000 if tuning else 10) + seed)
    holes = mcar if kind == "mcar" else mar
    truth = [table.iloc[rows].reset_index(drop=True) for rows in (teach, fill)]
    given = [t.mask(holes(t, rng)) for t in truth]
    return given[0], given[1], truth[1]


def is_number(table, column):
    """Codes of a category written as numbers are numbers for nobody but the file."""
    return pd.api.types.is_numeric_dtype(table[column])


def integral(table, original):
    """Columns of whole numbers stay so where a hole would make them decimal."""
    return table.assign(
        **{c: table[c].astype("Int64") for c in table if pd.api.types.is_integer_dtype(original[c].dtype)})


def scores(filled, given, truth, taught, lower=None, upper=None):
    absolute, squared, inside, right = [], [], [], []
    for column in truth:
        hidden = given[column].isna().to_numpy()
        guess = filled[column][hidden]
        if not is_number(truth, column):
            right.append((guess.astype(str).to_numpy() == truth[column][hidden].astype(str).to_numpy()))
            continue
        actual = truth[column][hidden].to_numpy(float)
        error = (guess.to_numpy(float) - actual) / taught[column].astype(float).std(ddof=0)
        absolute.append(np.abs(error))
        squared.append(error**2)
        if lower is not None and f"{column}_lower" in lower:
            low, high = (side[f"{column}_{end}"][hidden].to_numpy(float) for side, end in ((lower, "lower"), (upper, "upper")))
            inside.append((low <= actual) & (actual <= high))
    joined = lambda values: float(np.concatenate(values).mean()) if values else float("nan")
    return {"mae": joined(absolute), "rmse": joined(squared) ** 0.5, "accuracy": joined(right), "coverage": joined(inside)}


def langevin(binary, method, given, fill, truth, folder, seed, threads):
    command = [str(binary)]
    integral(given, truth).to_csv(folder / "given.csv", index=False)
    integral(fill, truth).to_csv(folder / "fill.csv", index=False)
    common = ["--seed", str(seed), "--threads", str(threads), "--quiet"]
    started = time.time()
    subprocess.run(
        command + ["fit", folder / "given.csv", "--task", "impute", "--table", "--method", method, "--no-check", "-o",
                   folder / "model.langevin"] + common, check=True)
    result = {}
    for point in ("median", "mean"):
        subprocess.run(
            command + ["impute", folder / "fill.csv", "--model", folder / "model.langevin", "--table", "--point", point, "-o",
                       folder / f"{point}.csv"] + (["--interval", "90"] if point == "median" else []) + common, check=True)
        if point == "median":
            seconds = time.time() - started
        filled = pd.read_csv(folder / f"{point}.csv", keep_default_na=False, na_values=[""])
        result[point] = scores(filled, fill, truth, given, filled, filled)
    return result["median"] | {"rmse": result["mean"]["rmse"], "seconds": seconds}


def rivals(given, fill, truth, seed, threads):
    """scikit-learn's IterativeImputer with its default, Bayesian ridge, and with extra trees; categories as one-hot inputs."""
    from sklearn.ensemble import ExtraTreesRegressor
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer

    numbers = [c for c in truth if is_number(truth, c)]
    levels = {c: sorted(given[c].dropna().unique()) for c in truth if c not in numbers}
    mean, deviation = given[numbers].mean(), given[numbers].std(ddof=0)

    def encoded(table):
        columns = [((table[numbers] - mean) / deviation).to_numpy(float)]
        for column, own in levels.items():
            hot = np.stack([(table[column] == level) for level in own], 1).astype(float)
            hot[table[column].isna().to_numpy()] = np.nan
            columns.append(hot)
        return np.concatenate(columns, 1)

    trees = ExtraTreesRegressor(30, min_samples_leaf=3, n_jobs=threads, random_state=seed)
    for name, model, rounds in (("ridge", None, 10), ("extra trees", trees, 3)):
        started = time.time()
        imputer = IterativeImputer(model, max_iter=rounds, random_state=seed).fit(encoded(given))
        dense = imputer.transform(encoded(fill))
        filled, place = fill.copy(), len(numbers)
        for index, column in enumerate(numbers):
            filled[column] = dense[:, index] * deviation[column] + mean[column]
        for column, own in levels.items():
            filled[column] = np.array(own, object)[dense[:, place : place + len(own)].argmax(1)]
            place += len(own)
        filled = filled.where(fill.isna(), fill)
        yield f"scikit-learn, {name}", scores(filled, fill, truth, given) | {"seconds": time.time() - started}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--sets", nargs="+", default=SETS, choices=SETS)
    parser.add_argument("--methods", nargs="+", default=METHODS)
    parser.add_argument("--rivals", action="store_true")
    parser.add_argument("--tuning", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    data = pathlib.Path(os.environ.get("LANGEVIN_DATA", arguments.root / "../shared/data"))
    if not data.exists():
        sys.exit(f"there is no {data}: set LANGEVIN_DATA to the folder with the benchmark tables")
    binary = arguments.root / "bin/langevin"
    print("| table | method | MAE | RMSE | accuracy | in 90 % | seconds |")
    print("|---|---|--:|--:|--:|--:|--:|", flush=True)

    def show(name, method, found):
        cells = ["–" if np.isnan(found[k]) else f"{found[k]:.{d}f}"
                 for k, d in (("mae", 3), ("rmse", 3), ("accuracy", 3), ("coverage", 3), ("seconds", 0))]
        print(f"| {name} | {method} | {' | '.join(cells)} |", flush=True)

    for name in arguments.sets:
        table, kind = name.rsplit("-", 1)
        given, fill, truth = parts(load(data, table), kind, arguments.seed, arguments.tuning)
        for method in arguments.methods:
            with tempfile.TemporaryDirectory() as folder:
                show(name, method, langevin(
                    binary, method, given, fill, truth, pathlib.Path(folder), arguments.seed, arguments.threads))
        if arguments.rivals:
            for method, found in rivals(given, fill, truth, arguments.seed, arguments.threads):
                show(name, method, found)


if __name__ == "__main__":
    main()

"""Prints the figures, seconds and peak memory of `langevin evaluate` beside an outside judge's; see `run`."""
import argparse, json, os, subprocess, sys, time
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent / "quality"))
from quality import SETS, langevin, split

# What both measure, and how close they must be: cross-validated figures differ by their folds.
FIGURES = {
    "shape_error": ("shape_error", 0.002),
    "trend_error": ("trend_error", 0.002),
    "detection_lr": ("detection_logistic", 0.02),
    "detection_xgb": ("detection_trees", 0.02),
    "tstr": ("utility_synthetic", 0.02),
    "trtr": ("utility_real", 0.02),
    "copies": ("copies", 0.002),
}
# Of large tables each side draws rows of its own for these: they are compared where every row takes part.
FIGURES_OF_NEIGHBOURS = {
    "alpha_precision": ("alpha_precision", 0.002),
    "beta_recall": ("beta_recall", 0.002),
    "dcr_share": ("distance_share", 0.002),
}
MOST_NEIGHBOURS = 10_000


def timed(command):
    """The output, the seconds and the peak memory (MB) of a command."""
    started = time.time()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(map(str, command))}")
    return output, time.time() - started, usage.ru_maxrss / 1024


def cut(tables, folder):
    """As many rows of each table as the smallest has, and no more than the figures of neighbours take."""
    frames = [pd.read_csv(t, dtype=str, keep_default_na=False) for t in tables]
    rows = min(MOST_NEIGHBOURS, *map(len, frames))
    paths = [folder / f"cut_{Path(t).name}" for t in tables]
    for frame, path in zip(frames, paths):
        frame.sample(rows, random_state=1).to_csv(path, index=False)
    return rows, paths


def both(root, judge, train, synthetic, test, target):
    """Each side's figures, seconds and megabytes."""
    theirs = timed(
        [sys.executable, judge, "--train", train, "--test", test, "--synthetic", synthetic, "--target", target, "--floor"])
    mine = timed(
        [root / "bin/langevin", "evaluate", train, synthetic, "--holdout", test, "--target", target, "--json", "-", "--quiet"])
    return (json.loads(theirs[0]), *theirs[1:]), (json.loads(mine[0])["figures"], *mine[1:])


def table(figures, theirs, mine):
    """Prints figures side by side, and returns whether all agree."""
    agree = True
    print("| figure | judge | langevin | difference | allowed | floor: judge | langevin |\n|---|--:|--:|--:|--:|--:|--:|")
    for theirs_id, (my_id, allowed) in figures.items():
        a, figure = theirs[theirs_id], mine[my_id]
        b = figure.get("value", float("nan"))
        floor = theirs.get("floor_" + theirs_id)
        floors = [f"{x:.4f}" if x is not None and theirs_id != "tstr" else "" for x in (floor, figure.get("floor"))]
        near = abs(a - b) <= allowed
        agree &= near
        print(f"| {my_id} | {a:.4f} | {b:.4f} | {abs(a - b):.4f}{'' if near else ' (!)'} | {allowed} | {floors[0]} | {floors[1]} |")
    return agree


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="*", default=list(SETS))
    parser.add_argument("--root", type=Path, required=True)
    arguments = parser.parse_args()
    root = arguments.root
    data = Path(os.environ.get("LANGEVIN_DATA", root / "../shared/data"))
    judge = Path(os.environ.get("LANGEVIN_JUDGE", root / "../shared/evaluate/evaluate.py"))
    folder = root / "Benchmarks/quality/results"
    folder.mkdir(exist_ok=True)
    agree = True
    for name in arguments.sets:
        target, budget = SETS[name]
        train, test = split(name, data, folder)
        synthetic = folder / f"{name}_langevin.csv"
        if not synthetic.exists():
            langevin(root, train, synthetic, budget, 1)
        (theirs, their_seconds, their_memory), (mine, my_seconds, my_memory) = both(
            root, judge, train, synthetic, test, target)
        print(f"\n{name}: the judge {their_seconds:.1f} s, {their_memory:.0f} MB; "
              f"langevin {my_seconds:.1f} s, {my_memory:.0f} MB ({their_seconds / my_seconds:.1f} times as fast)\n")
        agree &= table(FIGURES, theirs, mine)
        rows, (train, synthetic, test) = cut([train, synthetic, test], folder)
        (theirs, *_), (mine, *_) = both(root, judge, train, synthetic, test, target)
        print(f"\n{name}, {rows} rows of each table:\n")
        agree &= table(FIGURES_OF_NEIGHBOURS, theirs, mine)
    sys.exit(0 if agree else "some figures differ by more than is allowed")


if __name__ == "__main__":
    main()

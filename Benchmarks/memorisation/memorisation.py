"""Prints distance shares and membership AUCs by the number of rows; see `run` beside this file."""
import argparse, csv, gzip, json, os, random, subprocess, sys, tempfile, time
from pathlib import Path

TABLES = {  # name: its files
    "adult": ["adult_train", "adult_test"],
    "magic": ["magic"],
    "default": ["default"],
    "shoppers": ["shoppers"],
}
SIZES = [300, 1000, 3000, 8000, 24000]
BAR = 0.02


def read(paths):
    head, rows = None, []
    for path in paths:
        with gzip.open(path, "rt", newline="") as lines:
            head, *more = csv.reader(lines)
        rows += more
    return head, rows


def write(path, head, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def run(*words):
    done = subprocess.run([os.environ["LANGEVIN"], *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"failed: {' '.join(map(str, words))}\n{done.stderr}")


def measure(folder, head, rows, size, budget, seed):
    """The figures of one training on `size` rows, judged by as many others, and its seconds."""
    order = list(rows)
    random.Random(seed).shuffle(order)
    paths = [folder / f"{part}.csv" for part in ("learned", "held", "synthetic")]
    write(paths[0], head, order[:size])
    write(paths[1], head, order[size:2 * size])
    started = time.time()
    run("synth", paths[0], "-o", paths[2], "--seed", seed, "--quiet", *(["--budget", f"{budget}s"] if budget else []))
    seconds = time.time() - started
    run("evaluate", paths[0], paths[2], "--holdout", paths[1], "--target", "none", "--seed", seed, "--json", folder / "report.json", "--quiet")
    return json.loads((folder / "report.json").read_text())["figures"], seconds


def passes(figure):
    """Whether a figure is near a half, or its interval reaches there."""
    low, high = 0.5 - BAR, 0.5 + BAR
    return figure["interval"]["low"] <= high and figure["interval"]["high"] >= low


def cell(figure):
    low, high = figure["interval"]["low"], figure["interval"]["high"]
    return f"{figure['value']:.3f} ({low:.3f} to {high:.3f}){'' if passes(figure) else ' (!)'}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", nargs="*", default=list(TABLES))
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--budget", type=float)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    data = Path(os.environ.get("LANGEVIN_DATA", arguments.root / "../shared/data"))
    if not data.exists():
        sys.exit(f"{data} is not there: set LANGEVIN_DATA")
    missed = 0
    print("| table | rows learned | training and sampling | distance share (95 % interval) | membership AUC (95 % interval) | copies (held-out rows) |\n|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as scratch:
        for name in arguments.tables:
            head, rows = read([data / f"{file}.csv.gz" for file in TABLES[name]])
            for size in sorted({min(size, len(rows) // 2) for size in arguments.sizes}):
                figures, seconds = measure(Path(scratch), head, rows, size, arguments.budget, arguments.seed)
                share, membership, copies = (figures[i] for i in ("distance_share", "membership_auc", "copies"))
                missed += not passes(share) or not passes(membership)
                print(f"| {name} | {size} | {seconds:.0f} s | {cell(share)} | {cell(membership)} | {copies['value']:.2%} ({copies['floor']:.2%}) |", flush=True)
    sys.exit(f"{missed} sizes miss the bar of .5 ± {BAR}" if missed else 0)


if __name__ == "__main__":
    main()

"""Prints distance shares and membership AUCs by the number of rows; see `run` beside this file."""
import argparse, csv, gzip, json, os, random, statistics, subprocess, sys, tempfile, time
from pathlib import Path

TABLES = {  # name: its files
    "adult": ["adult_train", "adult_test"],
    "magic": ["magic"],
    "default": ["default"],
    "shoppers": ["shoppers"],
}
SIZES = [300, 1000, 3000, 8000, 24000]
BAR = 0.02
# The 97.5 % quantiles of Student's t by the number of values.
STUDENT = {1: 0, 2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36}


def splits(size):
    """Of few rows a figure is rough: so many splits are learned."""
    return max(1, min(8, 4500 // size))


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
    figures = judged(folder, paths, seed)
    # What the values alone explain: levels and numbers that only learned rows have.
    columns = [list(column) for column in zip(*order[:size])]
    shuffling = random.Random(f"{seed} columns")
    for column in columns:
        shuffling.shuffle(column)
    write(paths[2], head, [list(row) for row in zip(*columns)])
    figures["shuffled"] = judged(folder, paths, seed)["distance_share"]
    return figures, seconds


def judged(folder, paths, seed):
    run("evaluate", paths[0], paths[2], "--holdout", paths[1], "--target", "none", "--seed", seed, "--json", folder / "report.json", "--quiet")
    return json.loads((folder / "report.json").read_text())["figures"]


class Mean:
    """The mean of a figure over splits, with a 95 % interval."""

    def __init__(self, figures):
        values = [figure["value"] for figure in figures]
        self.value = statistics.fmean(values)
        own = statistics.fmean((f["interval"]["high"] - f["interval"]["low"]) / 2 for f in figures) / len(values) ** 0.5
        spread = STUDENT[len(values)] * statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0
        self.reach = max(own, spread)

    def passes(self):
        """Whether it is within the bar, or chance alone explains that it is not."""
        return abs(self.value - 0.5) <= max(BAR, self.reach)

    def __str__(self):
        return f"{self.value:.3f} ± {self.reach:.3f}{'' if self.passes() else ' (!)'}"


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
    print("| table | rows learned | splits | training and sampling | distance share | of shuffled columns | membership AUC | copies (held-out rows) |\n|---|--:|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as scratch:
        for name in arguments.tables:
            head, rows = read([data / f"{file}.csv.gz" for file in TABLES[name]])
            for size in sorted({min(size, len(rows) // 2) for size in arguments.sizes}):
                measured = [measure(Path(scratch), head, rows, size, arguments.budget, arguments.seed + split) for split in range(splits(size))]
                share, membership, shuffled = (
                    Mean([figures[i] for figures, _ in measured]) for i in ("distance_share", "membership_auc", "shuffled"))
                copies, floor = (statistics.fmean(figures["copies"][part] for figures, _ in measured) for part in ("value", "floor"))
                seconds = statistics.fmean(seconds for _, seconds in measured)
                missed += not share.passes() or not membership.passes()
                print(f"| {name} | {size} | {len(measured)} | {seconds:.0f} s | {share} | {shuffled.value:.3f} | {membership} | {copies:.2%} ({floor:.2%}) |", flush=True)
    sys.exit(f"{missed} sizes miss the bar of .5 ± {BAR}" if missed else 0)


if __name__ == "__main__":
    main()

"""Judges tables whose truth is known and prints the verdicts; see `run` beside this file."""
import argparse, csv, json, os, random, subprocess, sys, time
from pathlib import Path

from cases import CASES, OVERLAPS, Data

# Rules were tuned on the first ten tables and checked on the others.
TUNED = ["penguins", "magic", "default", "diamonds", "shoppers", "churn_mlc", "yeast", "mammography", "ecoli", "italy_air_quality"]
CHECKED = ["abalone", "adult", "titanic", "credit_data", "churn", "car_eval", "california", "hypothyroid", "oil", "iris"]
LIGHTS = ["green", "amber", "red", "unknown"]


def write(path, head, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


class Bench:
    def __init__(self, arguments):
        self.langevin = os.environ["LANGEVIN"]
        self.data = Path(os.environ.get("LANGEVIN_DATA", arguments.root / "../shared/data"))
        if not self.data.exists():
            sys.exit(f"{self.data} is not there: set LANGEVIN_DATA")
        self.results = arguments.root / "Benchmarks/verdicts/results"
        self.arguments = arguments

    def run(self, *words):
        command = [self.langevin, *map(str, words), "--threads", str(self.arguments.threads)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"failed: {' '.join(command)}\n{done.stderr}")

    def synthetic(self, folder, name, data, rng):
        """The path of a case's synthetic table; nil where the table does not allow the case."""
        path = folder / f"{name}.csv"
        if path.exists():
            return path
        if not name.startswith("synth"):
            rows = CASES[name][0](data, rng)
            if rows is None:
                return None
            write(path, data.head, rows)
        elif name == "synth":
            started = time.time()
            budget = ["--budget", f"{self.arguments.budget}s"] if self.arguments.budget else []
            self.run("synth", folder / "train.csv", "-o", path, "--seed", 1, "--quiet", *budget)
            (folder / "seconds").write_text(str(time.time() - started))
        else:
            self.synthetic(folder, "synth", data, rng)
            budget = self.arguments.budget or float((folder / "seconds").read_text())
            self.run("synth", folder / "train.csv", "-o", path, "--seed", 1, "--quiet", "--budget", f"{budget / 10:.1f}s")
        return path

    def judged(self, folder, label, synthetic, holdout, target):
        """The verdict's lights and the whole result."""
        path = folder / f"{label}.json"
        if self.arguments.again or not path.exists():
            held = ["--holdout", holdout] if holdout else []
            self.run("evaluate", folder / "train.csv", synthetic, *held, "--target", target, "--seed", 1, "--json", path, "--quiet")
        return json.loads(path.read_text())

    def table(self, name):
        """By case: the lights, and those that are right."""
        folder = self.results / name
        folder.mkdir(parents=True, exist_ok=True)
        data = Data(name, self.data)
        write(folder / "train.csv", data.head, data.train)
        write(folder / "holdout.csv", data.head, data.holdout)
        wanted = set(self.arguments.cases or [*CASES, *OVERLAPS])
        found = []
        for case, (_, alike, safe, safe_alone) in CASES.items():
            if case not in wanted:
                continue
            synthetic = self.synthetic(folder, case, data, random.Random(f"{name} {case}"))
            if synthetic is None or (case.startswith("near") and not data.numbers):
                continue
            for held, right in (("with", safe), ("without", safe_alone)):
                result = self.judged(folder, f"{case}.{held}", synthetic, folder / "holdout.csv" if held == "with" else None, data.target)
                found += self.outcome(name, case, held, result, {"alike": alike, "safe": right})
        for case, (make, alike, safe, useful) in OVERLAPS.items():
            if case not in wanted:
                continue
            if "near" in case and not data.numbers:
                continue
            paths = [folder / f"{case}.{part}.csv" for part in ("synthetic", "holdout")]
            for path, rows in zip(paths, make(data, random.Random(f"{name} {case}"))):
                write(path, data.head, rows)
            result = self.judged(folder, case, *paths, data.target)
            found += self.outcome(name, case, "overlap", result, {"alike": alike, "safe": safe, "useful": useful})
        return found

    @staticmethod
    def outcome(name, case, held, result, right):
        # Of few rows nobody knows how alike they are.
        few = result["figures"]["shape_error"].get("sampling", 0) > 0.1
        return [(name, case, held, card, result["verdict"][card], lights | {"unknown"} if few and card == "alike" else lights)
                for card, lights in right.items()]


def report(title, outcomes):
    """The confusion table: how often each light came out, and how often a wrong one."""
    print(f"\n{title}\n\n| case | hold-out | card | good | with reserve | not good | unknown | right | wrong |")
    print("|---|---|---|--:|--:|--:|--:|---|--:|")
    words = {"green": "good", "amber": "with reserve", "red": "not good", "unknown": "unknown"}
    groups = {}
    for name, case, held, card, judgement, right in outcomes:
        groups.setdefault((case, held, card), []).append((name, judgement, right))
    total = wrong = 0
    for (case, held, card), group in groups.items():
        counts = [sum(judgement["light"] == light for _, judgement, _ in group) for light in LIGHTS]
        right = group[0][2]
        bad = sum(judgement["light"] not in right for _, judgement, _ in group)
        total += len(group)
        wrong += bad
        rule = "any" if len(right) == 4 else ", ".join(words[light] for light in LIGHTS if light in right)
        print(f"| {case} | {held} | {card} | {' | '.join(str(c or '') for c in counts)} | {rule} | {bad or ''} |")
    print(f"\n{wrong} of {total} verdicts are wrong.", flush=True)
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", nargs="*", default=TUNED + CHECKED)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--cases", nargs="*")
    parser.add_argument("--again", action="store_true", help="judge again")
    parser.add_argument("--budget", type=float, help="seconds of each training; the program's own by default")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    bench = Bench(arguments)
    outcomes = []
    for name in arguments.tables:
        found = bench.table(name)
        outcomes += found
        for _, case, held, card, judgement, right in found:
            if judgement["light"] not in right:
                print(f"wrong: {name}, {case}, {held}: {card} is {judgement['light']}: {judgement['sentence']} {judgement['reason']}", flush=True)
    wrong = 0
    for title, tables in (("Tables that the rules were tuned on", TUNED), ("Tables that they were checked on", CHECKED)):
        own = [outcome for outcome in outcomes if outcome[0] in tables]
        if own:
            wrong += report(f"{title} ({len({o[0] for o in own})})", own)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

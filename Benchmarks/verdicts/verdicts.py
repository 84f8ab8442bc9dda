"""Judges tables whose truth is known and prints the verdicts; see `run` beside this file."""
import argparse, csv, json, os, random, subprocess, sys, time
from pathlib import Path

from cases import CASES, OVERLAPS, Data

# Rules were tuned on the first ten tables, and judged the others unseen.
TUNED = ["penguins", "abalone", "magic", "titanic", "car_eval", "shoppers", "yeast", "ecoli", "italy_air_quality", "mammography"]
CHECKED = ["adult", "default", "diamonds", "churn_mlc", "credit_data", "churn", "california", "hypothyroid", "oil", "iris"]
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
            self.run("synth", folder / "train.csv", "-o", path, "--seed", 1, "--quiet", "--budget", f"{max(budget / 10, 0.2):.1f}s")
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
        wanted = set(self.arguments.cases or [*CASES, *OVERLAPS]) - set(self.arguments.left_out)
        found, full = [], {}
        for case, (_, alike, safe, safe_alone) in CASES.items():
            if case not in wanted:
                continue
            synthetic = self.synthetic(folder, case, data, random.Random(f"{name} {case}"))
            if synthetic is None or (case.startswith("near") and not data.numbers):
                continue
            for held, right in (("with", safe), ("without", safe_alone)):
                result = self.judged(folder, f"{case}.{held}", synthetic, folder / "holdout.csv" if held == "with" else None, data.target)
                if case == "synth":
                    full[held] = LIGHTS.index(result["verdict"]["alike"]["light"])
                allowed = set(LIGHTS[full[held]:]) if case == "synth-tenth" and held in full else alike
                found += self.outcome(name, case, held, result, {"alike": allowed & alike or alike, "safe": right})
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
        few = result["figures"]["shape_error"].get("sampling", 0) > 0.07
        return [(name, case, held, card, result["verdict"][card], lights | {"unknown"} if few and card == "alike" else lights)
                for card, lights in right.items()]


def report(outcomes):
    """The confusion table: by case how often each light came out, and how often a wrong one, on both halves of the tables."""
    halves = {"tuned": TUNED, "checked": CHECKED}
    wrong = dict.fromkeys(halves, 0)
    total = dict.fromkeys(halves, 0)
    for title, overlap in (("With and without a hold-out", False), ("Tables that share rows", True)):
        own = [outcome for outcome in outcomes if (outcome[2] == "overlap") == overlap]
        if not own:
            continue
        cards = ["alike", "safe"] + (["useful"] if overlap else [])
        head = ["case"] + ([] if overlap else ["hold-out"]) + [f"{card}, {half}" for card in cards for half in halves] + ["wrong, tuned", "wrong, checked"]
        print(f"\n{title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
        for case, held in dict.fromkeys((o[1], o[2]) for o in own):
            cells, bad = [], dict.fromkeys(halves, 0)
            for card in cards:
                for half, tables in halves.items():
                    group = [(o[4]["light"], o[5]) for o in own if o[0] in tables and (o[1], o[2], o[3]) == (case, held, card)]
                    bad[half] += sum(light not in right for light, right in group)
                    total[half] += len(group)
                    cells.append(" ".join(str(sum(found == light for found, _ in group)) for light in LIGHTS))
            for half in halves:
                wrong[half] += bad[half]
            print(f"| {' | '.join([case] + ([] if overlap else [held]) + cells + [str(bad[half]) for half in halves])} |")
    print("\nFour numbers: good, with reserve, not good, not known.")
    for half in halves:
        print(f"{half.capitalize()}: {wrong[half]} of {total[half]} verdicts are wrong.", flush=True)
    return sum(wrong.values())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", nargs="*", default=TUNED + CHECKED)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--cases", nargs="*")
    parser.add_argument("--except", dest="left_out", nargs="*", default=[], help="cases that are left out")
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
    wrong = report(outcomes)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

"""`langevin balance --compare` on tables with rare classes: the table of docs/handling-imbalanced-classes.md."""

import argparse
import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

# File, target, the rare class.
SETS = {
    "mammography": ("mammography", "class", "1"),
    "oil": ("oil", "class", "1"),
    "yeast ME2": ("yeast", "class", "ME2"),
    "abalone 19": ("abalone", "rings", "19"),
    "abalone 7": ("abalone", "rings", "7"),
    "churn_mlc": ("churn_mlc", "churn", "yes"),
    "hypothyroid": ("hypothyroid", "class", "hypothyroid"),
    "credit_data": ("credit_data", "Status", "bad"),
}
METRICS = ["pr_auc", "roc_auc", "f1_tuned", "f1_at_half", "balanced_accuracy", "brier", "brier_corrected", "mean_ratio",
           "mean_ratio_corrected"]
HEAD = ["PR AUC", "ROC AUC", "F1 tuned", "F1 at .5", "bal. acc.", "Brier", "Brier corrected", "p / share", "p / share corrected"]
SMOTES = ["smote", "smote-nc", "smote-n", "adasyn"]


def write(folder, name, path):
    """The table with two classes, the rare one against the rest."""
    file, target, rare = SETS[name]
    with gzip.open(folder / f"{file}.csv.gz", "rt", newline="") as source:
        head, *rows = csv.reader(source)
    place = head.index(target)
    for row in rows:
        row[place] = "rare" if row[place] == rare else "other"
    with open(path, "w", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([head, *rows])
    return target


def means(arm, models=None):
    """Each metric, averaged over the models."""
    values = {}
    for metric in METRICS:
        found = [m["metrics"][metric].get("value") for m in arm["models"] if models is None or m["name"] in models]
        found = [v for v in found if v is not None]
        values[metric] = sum(found) / len(found) if found else float("nan")
    return values


def line(name, arm, values):
    new, copies = arm["newRows"], arm["copies"]
    share = f"{100 * copies / new:.0f} %" if new else "–"
    return f"| {name} | " + " | ".join(f"{values[m]:.3f}" for m in METRICS) + f" | {share} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("sets", nargs="*", default=list(SETS), metavar="TABLE", help=", ".join(SETS))
    parser.add_argument("--seed", default="1")
    parser.add_argument("--repeats", default="1")
    parser.add_argument("--save", type=Path, help="a folder where results are kept, and taken from where they are")
    parser.add_argument("--set", action="append", default=[], help="handed on to langevin")
    arguments = parser.parse_args()
    folder = Path(os.environ.get("LANGEVIN_DATA", arguments.root.parent / "shared" / "data"))
    results = {}
    for name in arguments.sets:
        kept = arguments.save and arguments.save / f"{name.replace(' ', '-')}.json"
        if kept and kept.exists():
            results[name] = json.loads(kept.read_text())
        else:
            with tempfile.TemporaryDirectory() as scratch:
                path = Path(scratch) / f"{name.replace(' ', '-')}.csv"
                target = write(folder, name, path)
                run = subprocess.run(
                    [f"{arguments.root}/bin/langevin", "balance", path, "--target", target, "--compare", "--json", "--quiet",
                     "--seed", arguments.seed, "--repeats", arguments.repeats,
                     *[word for pair in arguments.set for word in ("--set", pair)]],
                    stdout=subprocess.PIPE, text=True)
                if run.returncode:
                    sys.exit(f"{name}: langevin ended with {run.returncode}")
                results[name] = json.loads(run.stdout)["comparison"]
            if kept:
                arguments.save.mkdir(parents=True, exist_ok=True)
                kept.write_text(json.dumps(results[name]))
        result = results[name]
        classes = {c["label"]: c["rows"] for c in result["subject"]["classes"]}
        print(f"\n{name}: {sum(classes.values())} rows, {classes['rare']} rare; {result['subject']['seconds']:.0f} s\n")
        print(f"| arm | {' | '.join(HEAD)} | copies |\n|---|{'--:|' * (len(HEAD) + 1)}")
        for arm in result["arms"]:
            if "failure" not in arm:
                print(line(arm["id"], arm, means(arm)))
        for judgement in ("balance", "threshold", "probabilities"):
            print(f"\n{result['advice'][judgement]['sentence']} {result['advice'][judgement]['reason']}")
        sys.stdout.flush()

    print("\nMeans over the tables and the models\n")
    print(f"| arm | tables | {' | '.join(HEAD)} |\n|---|--:|{'--:|' * len(HEAD)}")
    ids = list(dict.fromkeys(arm["id"] for r in results.values() for arm in r["arms"]))
    by = {(n, a["id"]): means(a) for n, r in results.items() for a in r["arms"] if "failure" not in a}
    def show(label, own):
        rows = [own[n] for n in results if n in own]
        if rows:
            print(f"| {label} | {len(rows)} | " + " | ".join(f"{sum(r[m] for r in rows) / len(rows):.3f}" for m in METRICS) + " |")
    for id in ids:
        show(id, {n: by[n, id] for n in results if (n, id) in by})
    def best(n):
        return max((by[n, i] for i in SMOTES if (n, i) in by), key=lambda v: v["pr_auc"])
    show("best of SMOTE's family by PR AUC", {n: best(n) for n in results})


if __name__ == "__main__":
    main()

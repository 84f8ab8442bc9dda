"""Scores synthetic tables of the benchmark sets; see `run` beside this file."""
import argparse, json, os, subprocess, sys, time
from pathlib import Path

import numpy as np
import pandas as pd

SETS = {  # name: (target, budget in seconds)
    "adult": ("income", 60),
    "magic": ("class", 120),
    "default": ("default_payment_next_month", 180),
}
FIGURES = ["shape_error", "trend_error", "detection_lr", "detection_xgb", "tstr", "dcr_share", "copies"]
HEADS = ["shape", "trend", "logistic", "trees", "TSTR", "DCR share", "copies"]


def read(path):
    return pd.read_csv(path, keep_default_na=False, dtype=str)


def split(name, data, folder):
    """The train and test file of a set: adult's official split, else the 90/10 split with numpy's seed 1234."""
    train, test = folder / f"{name}_train.csv", folder / f"{name}_test.csv"
    if name == "adult":
        parts = [read(data / "adult_train.csv.gz"), read(data / "adult_test.csv.gz")]
    else:
        table, seed = read(data / f"{name}.csv.gz"), 1234
        facts = json.load(open(data / "manifest.json"))[name]
        levels = facts["categorical"] + [facts["target"]]
        while True:  # Every level must be seen in training.
            np.random.seed(seed)
            order = np.arange(len(table))
            np.random.shuffle(order)
            cut = int(0.9 * len(table))
            parts = [table.iloc[order[:cut]], table.iloc[order[cut:]]]
            if all(set(parts[1][c]) <= set(parts[0][c]) for c in levels):
                break
            seed += 1
    for part, path in zip(parts, (train, test)):
        part.to_csv(path, index=False)
    return train, test


def langevin(root, train, out, budget, seed):
    """What the command says (its choices, the steps it took) is kept beside the table."""
    command = [root / "bin/langevin", "synth", train, "-o", out, "--budget", f"{budget}s", "--seed", str(seed)]
    with open(out.with_suffix(".log"), "w") as log:
        subprocess.run(list(map(str, command)), check=True, stderr=log)


class TimeIsUp(Exception):
    pass


def rival(kind, train, out, budget, seed, target):
    """CTGAN or TVAE, stopped at the first step after the budget (the time before the first step counts)."""
    import torch
    from ctgan import CTGAN, TVAE
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    torch.manual_seed(seed)
    np.random.seed(seed)
    torch.set_num_threads(2)
    table = pd.read_csv(train, keep_default_na=False, na_values=[""])
    discrete = [c for c in table.columns if not pd.api.types.is_numeric_dtype(table[c]) or c == target]
    for c in discrete:
        table[c] = table[c].astype(object).where(table[c].notna(), "")
    model = {"CTGAN": CTGAN, "TVAE": TVAE}[kind](epochs=10**6)
    started = time.time()

    def stop_in_time(*_):
        if time.time() - started > budget:
            raise TimeIsUp

    hook = register_optimizer_step_pre_hook(stop_in_time)
    try:
        model.fit(table, discrete)
    except TimeIsUp:
        pass
    finally:
        hook.remove()
    seconds = time.time() - started
    model.sample(len(table)).to_csv(out, index=False)
    return seconds


def judge(judge_path, train, test, synthetic, target):
    command = [sys.executable, judge_path, "--train", train, "--test", test, "--synthetic", synthetic, "--target", target, "--floor"]
    return json.loads(subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout)


def row(label, seconds, scores, prefix=""):
    cells = [f"{scores.get(prefix + f, float('nan')):.4f}" for f in FIGURES]
    if prefix:
        cells[4] = f"{scores['trtr']:.4f}"
        cells[5] = "–"
    return f"| {label} | {seconds} | " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="*", default=list(SETS))
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--rivals", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    root = arguments.root
    data = Path(os.environ.get("LANGEVIN_DATA", root / "../shared/data"))
    judge_path = Path(os.environ.get("LANGEVIN_JUDGE", root / "../shared/evaluate/evaluate.py"))
    for needed in (data, judge_path):
        if not needed.exists():
            sys.exit(f"{needed} is not there: set LANGEVIN_DATA and LANGEVIN_JUDGE")
    folder = root / "Benchmarks/quality/results"
    folder.mkdir(exist_ok=True)
    print("| table | training | " + " | ".join(HEADS) + " |")
    print("|---|--:|" + "--:|" * len(HEADS))
    for name in arguments.sets:
        target, budget = SETS[name]
        train, test = split(name, data, folder)
        makers = ["CTGAN", "TVAE"] if arguments.rivals else ["Langevin"]
        for maker in makers:
            out = folder / f"{name}_{maker.lower()}.csv"
            started = time.time()
            seconds = None
            if maker == "Langevin":
                langevin(root, train, out, budget, arguments.seed)
            else:
                seconds = rival(maker, train, out, budget, arguments.seed, target)
            seconds = seconds or time.time() - started
            scores = judge(judge_path, train, test, out, target)
            print(row(f"{name}, {maker}", f"{seconds:.0f} s", scores), flush=True)
        print(row(f"{name}, held-out real rows (trained on real)", "", scores, "floor_"), flush=True)


if __name__ == "__main__":
    main()

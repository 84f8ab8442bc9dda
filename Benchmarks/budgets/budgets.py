"""Times langevin under budgets. Needs Python alone."""

import argparse
import concurrent.futures
import gzip
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def jobs():
    """Name, seconds, words of the command; files stand in the folder of the tables."""
    for name in ["penguins", "adult", "large", "wide"]:
        for seconds in [5, 20]:
            yield f"synth {name}", seconds, ["synth", f"{name}.csv", "-o", "{out}.csv"]
    for method in ["tabular-ddpm", "forest-flow"]:
        for name in ["adult", "large"]:
            yield f"synth {name}, {method}", 20, ["synth", f"{name}.csv", "-o", "{out}.csv", "--method", method]
    yield "synth large, 400,000 rows", 20, ["synth", "large.csv", "-o", "{out}.csv", "--rows", "400000"]
    yield "synth adult --report", 20, ["synth", "adult.csv", "-o", "{out}.csv", "--report", "{out}.html"]
    yield "synth large --report", 20, ["synth", "large.csv", "-o", "{out}.csv", "--report", "{out}.html"]
    yield "fit adult", 10, ["fit", "adult.csv", "-o", "{out}.langevin"]
    for name in ["titanic", "wide", "holes"]:
        yield f"impute {name}", 10, ["impute", f"{name}.csv", "-o", "{out}.csv"]
    yield "impute titanic --draws --report", 10, [
        "impute", "titanic.csv", "-o", "{out}.csv", "--draws", "20", "--draws-output", "{out}.draws.csv", "--report",
        "{out}.html"]
    yield "impute series", 10, ["impute", "series.csv", "-o", "{out}.csv", "--time", "when"]
    yield "impute short series", 10, ["impute", "short.csv", "-o", "{out}.csv", "--time", "when"]
    yield "impute series, csdi", 10, ["impute", "series.csv", "-o", "{out}.csv", "--time", "when", "--method", "csdi"]
    yield "fit series", 10, ["fit", "series.csv", "--task", "impute", "--time", "when", "-o", "{out}.langevin"]
    yield "balance", 10, ["balance", "adult.csv", "--target", "income", "-o", "{out}.csv"]
    yield "balance large", 20, ["balance", "large.csv", "--target", "income", "-o", "{out}.csv"]
    for name, target in [("adult", "income"), ("penguins", "species")]:
        yield f"balance --compare {name}", 20, ["balance", f"{name}.csv", "--target", target, "--compare"]
    yield "explain", 10, ["explain", "adult.csv", "--html", "{out}.html"]
    yield "tune", 20, ["tune", "adult.csv", "-o", "{out}.json"]


def write_tables(source, folder):
    def text(name):
        return gzip.decompress((source / f"{name}.csv.gz").read_bytes()).decode().splitlines()

    adult = text("adult_train")
    head, rows = adult[0], adult[1:]
    target = head.split(",")[-1]
    head = head.replace(target, "income") if target != "income" else head
    (folder / "adult.csv").write_text("\n".join([head] + rows[:30_000]) + "\n")
    (folder / "large.csv").write_text("\n".join([head] + (rows * 6)[:150_000]) + "\n")
    for name in ["penguins", "titanic"]:
        (folder / f"{name}.csv").write_text("\n".join(text(name)) + "\n")
    numbers = random.Random(5)
    with open(folder / "holes.csv", "w") as out:
        out.write(head + "\n")
        for row in rows[:30_000]:
            out.write(",".join("" if numbers.random() < 0.1 else cell for cell in row.split(",")) + "\n")
    with open(folder / "wide.csv", "w") as out:
        out.write(",".join(f"x{i}" for i in range(200)) + "\n")
        for _ in range(2000):
            level = numbers.gauss(0, 1)
            out.write(",".join(
                "" if numbers.random() < 0.05 else f"{level + numbers.gauss(0, 1):.3f}" for _ in range(200)) + "\n")
    for name, length, channels in [("series", 8000, 12), ("short", 150, 24)]:
        with open(folder / f"{name}.csv", "w") as out:
            out.write("when," + ",".join(f"c{i}" for i in range(channels)) + "\n")
            levels = [0.0] * channels
            for hour in range(length):
                levels = [0.95 * level + numbers.gauss(0, 1) for level in levels]
                cells = ["" if numbers.random() < 0.1 else f"{level:.2f}" for level in levels]
                out.write(f"{hour}," + ",".join(cells) + "\n")


def measured(program, folder, job, place):
    name, seconds, words = job
    out = str(folder / f"out{place}")
    words = [word.replace("{out}", out) for word in words] + ["--budget", f"{seconds}s", "--seed", "1"]
    limit = 1.2 * seconds + 5
    start = time.monotonic()
    try:
        done = subprocess.run(
            [program] + words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20 * limit)
        status, errors = done.returncode, done.stderr
    except subprocess.TimeoutExpired as end:
        status, errors = None, (end.stderr or b"").decode(errors="replace")
    taken = time.monotonic() - start
    left = [line for line in errors.splitlines() if "no time" in line or "--budget" in line]
    names = [re.split(r"\s{2,}|[:(]", line.strip())[0][:40] for line in left]
    return name, seconds, taken, limit, status, names, errors


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("source", type=Path)
    options.add_argument("--only", default="", help="the jobs whose names begin so")
    options.add_argument("--at-once", type=int, default=2)
    chosen = options.parse_args()
    program = os.environ["LANGEVIN"]
    failed = 0
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        write_tables(chosen.source, folder)
        wanted = [job for job in jobs() if job[0].startswith(chosen.only)]
        print(f"{'command':36} {'budget':>6} {'taken':>7} {'limit':>6}  left out")
        with concurrent.futures.ThreadPoolExecutor(chosen.at_once) as pool:
            runs = [pool.submit(measured, program, folder, job, place) for place, job in enumerate(wanted)]
            for run in concurrent.futures.as_completed(runs):
                name, seconds, taken, limit, status, left, errors = run.result()
                bad = status != 0 or taken > limit
                failed += bad
                mark = "" if not bad else " LATE" if status == 0 else f" STATUS {status}"
                print(f"{name:36} {seconds:5}s {taken:6.1f}s {limit:5.0f}s{mark}  {'; '.join(left)}", flush=True)
                if status != 0:
                    print("    " + "\n    ".join(errors.strip().splitlines()[-4:]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

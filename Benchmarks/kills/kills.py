"""Kills langevin at random moments and checks that nothing is lost.

A trial starts a command in a folder of its own, kills it after a random part of the time that it takes, looks at what is
there, perhaps kills it once more on its way on, and lets it end. Needs Python alone.
"""

import argparse
import hashlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HALF_MADE = re.compile(r"\.langevin-[0-9a-f]{8}-[0-9]+-[0-9a-f]{8}\.partial")
QUICK = ["--seed", "3", "--threads", "1"]
TRAINED = QUICK + ["--checkpoint-every", "100ms"]
SIGNALS = [signal.SIGKILL] * 8 + [signal.SIGINT, signal.SIGTERM]


class Job:
    """A command with the files that it makes.

    outputs: files whose bytes are compared. others: files that hold times, or hang on them, which only have to be whole.
    """

    def __init__(self, name, words, outputs, others=(), resumes=True, needs=("people.csv",), weight=1):
        self.name, self.words, self.outputs, self.others = name, words, outputs, others
        self.resumes, self.needs, self.weight = resumes, needs, weight


def table(steps):
    """Options of a training of some seconds."""
    return ["--steps", str(steps), "--set", "width=64"] + TRAINED


JOBS = [
    Job("synth", ["synth", "people.csv", "-o", "out.csv"] + table(1200), ["out.csv"], weight=3),
    Job("synth --report", ["synth", "people.csv", "-o", "out.csv.gz", "--report", "r.html"] + table(400),
        ["out.csv.gz"], ["r.html"]),
    Job("synth, forests", ["synth", "people.csv", "-o", "out.csv", "--method", "forest-flow", "--steps", "400"] + TRAINED,
        ["out.csv"]),
    Job("synth to a database", ["synth", "people.csv", "-o", "sqlite:out.db?table=made&replace"] + table(600), ["out.db"]),
    Job("fit", ["fit", "people.csv", "-o", "out.langevin"] + table(1200), ["out.langevin"], weight=2),
    Job("fit to fill", ["fit", "people.csv", "--task", "impute", "--method", "tabular-masked", "-o", "out.langevin"]
        + table(600), ["out.langevin"]),
    Job("sample", ["sample", "model.langevin", "-o", "out.csv", "--rows", "60000"] + QUICK, ["out.csv"], resumes=False,
        needs=("model.langevin",), weight=2),
    Job("impute a table", ["impute", "people.csv", "-o", "out.csv", "--method", "tabular-masked", "--no-check",
        "--draws", "2", "--draws-output", "draws.csv"] + table(600), ["out.csv", "draws.csv"]),
    Job("impute series", ["impute", "series.csv", "-o", "out.csv", "--time", "hour", "--method", "series-diffusion", "--no-check",
        "--steps", "60"] + TRAINED, ["out.csv"], needs=("series.csv",)),
    Job("balance", ["balance", "people.csv", "--target", "owner", "-o", "out.csv", "--ratio", "1"] + table(600), ["out.csv"]),
    Job("evaluate", ["evaluate", "people.csv", "other.csv", "--html", "r.html", "--json", "r.json"] + QUICK, [],
        ["r.html", "r.json"], resumes=False, needs=("people.csv", "other.csv")),
    Job("synth --budget", ["synth", "people.csv", "-o", "out.csv", "--budget", "5s"] + TRAINED, [], ["out.csv"]),
    Job("score", ["score", "other.csv", "--model", "model.langevin", "-o", "out.csv"] + QUICK, ["out.csv"], resumes=False,
        needs=("other.csv", "model.langevin")),
    Job("explain", ["explain", "model.langevin", "--html", "r.html"] + QUICK, [], ["r.html"], resumes=False,
        needs=("model.langevin",)),
    Job("balance --compare", ["balance", "people.csv", "--target", "owner", "--compare", "--html", "r.html", "--steps", "40"]
        + QUICK, [], ["r.html"], resumes=False),
    Job("inspect", ["inspect", "people.csv", "--schema", "schema.json"], ["schema.json"], resumes=False),
    Job("tune", ["tune", "people.csv", "--budget", "16s", "-o", "out.json"] + QUICK, [], ["out.json"]),
]


def write_tables(folder):
    """The tables that commands read, the same each time."""
    numbers = random.Random(7)

    def people(rows):
        lines = ["age,city,income,owner,since"]
        for _ in range(rows):
            age, city = numbers.randint(18, 78), numbers.choice(["Oslo", "Bergen", "Trondheim"])
            income = "" if numbers.random() < 0.1 else str(20_000 + 500 * age + numbers.randint(0, 9_999))
            owner = "yes" if numbers.random() < 0.2 else "no"
            lines.append(f"{age},{city},{income},{owner},2024-{numbers.randint(1, 9):02}-{numbers.randint(1, 28):02}")
        return "\n".join(lines) + "\n"

    (folder / "people.csv").write_text(people(400))
    (folder / "other.csv").write_text(people(400))
    lines, level = ["hour,wind,load"], 10.0
    for hour in range(400):
        level += numbers.gauss(0, 1)
        wind = "" if 90 <= hour < 100 or 200 <= hour < 206 else f"{level:.2f}"
        lines.append(f"{hour},{wind},{30 + 10 * (hour % 24 > 8) + numbers.gauss(0, 1):.1f}")
    (folder / "series.csv").write_text("\n".join(lines) + "\n")


def content(path):
    """What is compared of a file: its bytes, of a database its rows."""
    if path.suffix == ".db":
        connection = sqlite3.connect(path)
        try:
            return repr(connection.execute("SELECT * FROM made").fetchall())
        finally:
            connection.close()
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Trials:
    def __init__(self, program, base, numbers, share):
        self.program, self.base, self.numbers, self.share = program, base, numbers, share
        self.inputs = base / "inputs"
        self.inputs.mkdir()
        write_tables(self.inputs)
        self.run(self.inputs, ["fit", "people.csv", "-o", "model.langevin"] + table(60))
        self.count = 0

    def words(self, job):
        """The command, with the share of its steps that is wanted."""
        words = list(job.words)
        for at, word in enumerate(words[:-1]):
            if word == "--steps":
                words[at + 1] = str(max(12, int(float(words[at + 1]) * self.share)))
        return words

    def run(self, folder, words):
        done = subprocess.run(
            [self.program] + words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}: {done.stderr[-500:]}")

    def folder(self, job):
        self.count += 1
        folder = self.base / f"trial-{self.count}"
        folder.mkdir()
        for name in job.needs:
            (folder / name).write_bytes((self.inputs / name).read_bytes())
        return folder

    def reference(self, job):
        """The files of a run that nobody kills, and its seconds."""
        folder = self.folder(job)
        start = time.monotonic()
        self.run(folder, self.words(job))
        seconds = time.monotonic() - start
        files = {name: content(folder / name) for name in job.outputs}
        for name in list(job.outputs) + list(job.others):
            assert (folder / name).exists(), f"{job.name} made no {name}"
        return files, seconds

    def kill(self, folder, words, after):
        """Starts a command and kills it. Returns the signal; nothing where it ended before."""
        process = subprocess.Popen(
            [self.program] + words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)
        try:
            _, errors = process.communicate(timeout=after)
            if process.returncode != 0:
                raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}: {errors[-500:]}")
            return None
        except subprocess.TimeoutExpired:
            number = self.numbers.choice(SIGNALS)
            process.send_signal(number)
            process.communicate()
            return number

    def faults(self, job, folder, reference, is_end):
        """What is wrong with the files of a trial."""
        found = []
        for name in job.needs:
            if (folder / name).read_bytes() != (self.inputs / name).read_bytes():
                found.append(f"the input {name} was changed")
        known = set(job.needs) | set(job.outputs) | set(job.others)
        for name in sorted(os.listdir(folder)):
            half = HALF_MADE.fullmatch(name) is not None
            state = name.endswith(".checkpoint") or name.endswith("-journal")
            if name not in known and (is_end or not (half or state)):
                found.append(f"{name} was left over")
            if half or state:
                mode = (folder / name).stat().st_mode & 0o077
                if mode and not name.endswith("-journal"):
                    found.append(f"{name} may be read by others")
        for name in job.outputs:
            path = folder / name
            if not path.exists():
                if is_end:
                    found.append(f"{name} is missing")
            elif path.suffix == ".db" and not is_end:
                continue
            elif content(path) != reference[name]:
                found.append(f"{name} differs")
        for name in job.others:
            path = folder / name
            if not path.exists():
                if is_end:
                    found.append(f"{name} is missing")
            elif name.endswith(".json"):
                try:
                    json.loads(path.read_text())
                except ValueError:
                    found.append(f"{name} is not JSON")
            elif name.endswith(".csv"):
                if len(path.read_text().splitlines()) != 401:
                    found.append(f"{name} has not all rows")
            elif not path.read_text().rstrip().endswith("</html>"):
                found.append(f"{name} is half a page")
        return found

    def trial(self, job, reference, seconds):
        folder = self.folder(job)
        words = self.words(job)
        kills, resumed, found = [], False, []
        for round in range(3):
            number = self.kill(folder, words, self.numbers.uniform(0, seconds))
            if number is None:
                break
            kills.append(number)
            found += self.faults(job, folder, reference, is_end=False)
            if job.resumes:
                words = self.words(job) + ["--resume"]
                resumed = resumed or any(n.endswith(".checkpoint") or n == "out.json" for n in os.listdir(folder))
            if self.numbers.random() < 0.7:
                break
        # A run that came to its end would be made anew by --resume: there is nothing to go on from.
        self.run(folder, words)
        found += self.faults(job, folder, reference, is_end=True)
        return kills, resumed, found


def main():
    options = argparse.ArgumentParser(description="Kills langevin at random moments.")
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--share", type=float, default=1, help="the share of the training steps, for slow programs")
    options.add_argument("--only", default="", help="the start of a command's name")
    given = options.parse_args()
    program = os.environ["LANGEVIN"]
    numbers = random.Random(given.seed)
    jobs = [job for job in JOBS if job.name.startswith(given.only)]
    if not jobs:
        sys.exit(f"no command begins with {given.only!r}: there are {', '.join(job.name for job in JOBS)}")
    with tempfile.TemporaryDirectory(prefix="langevin-kills-") as base:
        trials = Trials(program, Path(base), numbers, given.share)
        faults, total = [], 0
        order = [job for job in jobs for _ in range(job.weight)]
        references = {}
        tally = {job.name: [0, 0, 0, 0, 0] for job in jobs}
        turn = 0
        try:
            while total < given.kills:
                job = order[turn % len(order)]
                turn += 1
                if job.name not in references:
                    references[job.name] = trials.reference(job)
                kills, resumed, found = trials.trial(job, *references[job.name])
                total += len(kills)
                counts = tally[job.name]
                counts[0] += 1
                counts[1] += kills.count(signal.SIGKILL)
                counts[2] += len(kills) - kills.count(signal.SIGKILL)
                counts[3] += resumed
                counts[4] += bool(found)
                for fault in found:
                    faults.append(f"{job.name} ({', '.join(signal.Signals(k).name for k in kills)}): {fault}")
                    print(faults[-1], file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            print("interrupted: what was tried so far", file=sys.stderr)
        head = ["command", "trials", "SIGKILL", "SIGINT, SIGTERM", "went on", "wrong", "seconds"]
        rows = [[name] + [str(n) for n in counts] + [f"{references[name][1]:.1f}" if name in references else "–"]
                for name, counts in tally.items()]
        rows.append(["all"] + [str(sum(c[i] for c in tally.values())) for i in range(5)] + [""])
        widths = [max(len(row[i]) for row in [head] + rows) for i in range(len(head))]
        for row in [head] + rows:
            print("  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))))
        print(f"{total} kills, {len(faults)} faults")
        sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

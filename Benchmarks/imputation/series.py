"""Fills series whose hidden cells are known; see `run` beside this file.

Sets, with the masks of the papers:
  aqi36             36 stations of PM2.5 in Beijing, hourly. The cells that CSDI (Tashiro et al., NeurIPS 2021) holds out,
                    those of pm25_ground which pm25_missing lacks, scored in months 3, 6, 9 and 12, in µg/m³.
  etth1-PATTERN     ETTh1 as TSI-Bench (Du et al., 2024) cuts it: 14 months to train, 5 to validate, 5 to test, in windows
                    of 48 steps that do not overlap; every part is masked by the pattern; scored on the test windows, in
                    units of the training part's deviation. Patterns: point10, point50, point90, subseq50, block50.
                    The windows are independent series (--group window), so that no method sees beyond one.
  etth1-long        ETTh1 as one series, with a gap in every 435 hours that no window spans: by turns 120 hours of all columns and
                    200 hours of one; scored apart.
  etth1-short       the first 1,500 hours of ETTh1, with gaps of 6 to 40 hours of one column every 60 to 120 hours.
  etth1-PATTERN-whole  the same cells hidden, given as one series: methods see the neighbouring windows, which TSI-Bench's do not.
  italy             UCI air quality, hourly, -200 for missing as delivered; 10 % of observed cells hidden, in units of each
                    column's deviation.

Figures: MAE, RMSE; CRPS as CSDI defines it (quantile loss at .05 ... .95 of the draws, normalised); the share of truths in
the interval of 90 % (columns NAME_lower and NAME_upper where they are written, else the draws' 5 % to 95 %, which of 100 draws
hold 88.2 % where all is well); the same share of the means over gaps of 12 steps or more, by the draws' 5 % to 95 %, and
how many such gaps: it tells whether the cells of a draw go together; how far draws move from one hidden step to the next, over
how far truths do (squares of what lies above the draws' median, in units of their deviation, each over its mean square): 1 is
right, more is too rough; seconds of the whole command.
"""
import argparse, copy, os, subprocess, sys, tempfile, time
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20
PATTERNS = ["point10", "point50", "point90", "subseq50", "block50"]
SETS = ["aqi36"] + [f"etth1-{p}" for p in PATTERNS] + [f"etth1-{p}-whole" for p in PATTERNS] + ["etth1-long", "etth1-short", "italy"]
METHODS = ["series-mean", "last-observation", "linear-interpolation", "seasonal", "series-ridge"]


class Case:
    """A table with hidden cells: `given` to fill, `truth` and `scored` as arrays over the value columns; `kinds` are names of sets
    of rows that are scored apart."""

    def __init__(self, given, columns, truth, scored, scale, options, part=None, kinds=None):
        self.given, self.columns, self.truth, self.scored = given, columns, truth, scored
        self.scale, self.options, self.part, self.kinds = scale, options, part, kinds or {}

    def by_kind(self):
        """What a line's name adds, and the case with the cells that it scores."""
        for kind, rows in (self.kinds or {"": slice(None)}).items():
            only = copy.copy(self)
            only.scored = np.zeros_like(self.scored)
            only.scored[rows] = self.scored[rows]
            yield kind, only

    def gaps(self, least):
        """The column and the rows of each scored gap of so many steps or more."""
        series = self.given["window"].to_numpy() if "window" in self.given else np.zeros(len(self.given))
        starts = np.append(True, series[1:] != series[:-1])
        for column in range(self.scored.shape[1]):
            scored, first = np.append(self.scored[:, column], False), None
            for row in range(len(scored)):
                if first is not None and (not scored[row] or starts[row]):
                    if row - first >= least:
                        yield column, slice(first, row)
                    first = None
                if scored[row] and first is None:
                    first = row


def aqi36(data):
    ground, given = (pd.read_csv(data / f"aqi36_pm25_{n}.csv.gz") for n in ("ground", "missing"))
    columns = [c for c in ground.columns if c != "datetime"]
    month = ground["datetime"].str.slice(5, 7).astype(int).to_numpy()
    truth, seen = ground[columns].to_numpy(float), given[columns].to_numpy(float)
    scored = ~np.isnan(truth) & np.isnan(seen) & np.isin(month, [3, 6, 9, 12])[:, None]
    assert scored.sum() == 20434, scored.sum()
    return Case(given, columns, truth, scored, np.ones(len(columns)), ["--time", "datetime"])


def point(shape, rate, rng):
    return rng.random(shape) < rate


def runs(shape, length, width, share, rng):
    """As PyGrinder: for each first column that a run may have, share × steps × columns / (length × width) runs a window in
    the mean (of one column each: share × steps / length), dealt at random with replacement; overlaps are not made up for."""
    windows, steps, columns = shape
    hidden = np.zeros(shape, bool)
    starts = columns - width + 1
    rate = share * steps * (columns if width > 1 else 1) / (length * width)
    for place in rng.choice(windows * starts, int(np.ceil(windows * starts * rate))):
        w, c, s = place // starts, place % starts, rng.integers(0, steps - length + 1)
        hidden[w, s : s + length, c : c + width] = True
    return hidden


def hide(pattern, shape, rng):
    if pattern.startswith("point"):
        return point(shape, int(pattern[5:]) / 100, rng)
    # 18 steps of one column; 6 × 6 blocks, whose factor of .36 hides half of the cells.
    return runs(shape, 18, 1, 0.5, rng) if pattern == "subseq50" else runs(shape, 6, 6, 0.36, rng)


def etth1(data, pattern, whole):
    table = pd.read_csv(data / "ETTh1.csv.gz")
    columns = [c for c in table.columns if c != "date"]
    months = table["date"].str.slice(0, 7)
    unique = sorted(months.unique())
    rng = np.random.default_rng(SEED)
    values, given, window, part_of, dates = [], [], [], [], []
    for part, names in enumerate((unique[:14], unique[14:19], unique[19:24])):
        rows = np.flatnonzero(months.isin(names))
        count = len(rows) // 48
        rows = rows[: count * 48]
        x = table.iloc[rows][columns].to_numpy(float)
        hidden = hide(pattern, (count, 48, len(columns)), rng).reshape(x.shape)
        values.append(x)
        given.append(np.where(hidden, np.nan, x))
        window.append([f"{'train val test'.split()[part]}{w:03d}" for w in np.repeat(np.arange(count), 48)])
        part_of.append(np.full(len(rows), part))
        dates.append(table.iloc[rows]["date"])
    truth, seen, part = np.concatenate(values), np.concatenate(given), np.concatenate(part_of)
    scored = np.isnan(seen) & (part == 2)[:, None]
    frame = pd.DataFrame(seen, columns=columns)
    frame.insert(0, "date", np.concatenate(dates))
    options = ["--time", "date"]
    if not whole:
        frame.insert(1, "window", np.concatenate(window))
        options += ["--group", "window"]
    return Case(frame, columns, truth, scored, truth[part == 0].std(0), options, part)


def one_series(times, name, columns, truth, scored, kinds=None):
    """A case of one series, in units of each column's deviation."""
    frame = pd.DataFrame(np.where(scored, np.nan, truth), columns=columns)
    frame.insert(0, name, times)
    return Case(frame, columns, truth, scored, np.nanstd(truth, 0), ["--time", name], kinds=kinds)


def etth1_long(data):
    table = pd.read_csv(data / "ETTh1.csv.gz")
    columns = [c for c in table.columns if c != "date"]
    truth = table[columns].to_numpy(float)
    rng, scored = np.random.default_rng(SEED), np.zeros(truth.shape, bool)
    every = np.arange(len(truth)) // 435 % 2 == 0
    for place in range(len(truth) // 435):
        length = 120 if place % 2 == 0 else 200
        start = place * 435 + 60 + rng.integers(0, 435 - length - 80)
        scored[start : start + length, slice(None) if place % 2 == 0 else rng.integers(7)] = True
    return one_series(table["date"], "date", columns, truth, scored, {", 120 h of all": every, ", 200 h of one": ~every})


def etth1_short(data):
    table = pd.read_csv(data / "ETTh1.csv.gz").iloc[:1500]
    columns = [c for c in table.columns if c != "date"]
    truth = table[columns].to_numpy(float)
    rng, scored, start = np.random.default_rng(SEED), np.zeros(truth.shape, bool), 30
    while start < len(truth) - 60:
        length = rng.integers(6, 41)
        scored[start : start + length, rng.integers(len(columns))] = True
        start += rng.integers(60, 121)
    return one_series(table["date"], "date", columns, truth, scored)


def italy(data):
    table = pd.read_csv(data / "italy_air_quality.csv.gz")
    day = table["Date"].str.split("/", expand=True)
    times = day[2] + "-" + day[1] + "-" + day[0] + " " + table["Time"].str.zfill(8)
    columns = [c for c in table.columns if c not in ("Date", "Time")]
    truth = table[columns].to_numpy(float)
    truth[truth == -200] = np.nan
    rng = np.random.default_rng(SEED)
    scored = ~np.isnan(truth) & (rng.random(truth.shape) < 0.1)
    return one_series(times, "time", columns, truth, scored)


def make(name, data):
    if name == "aqi36":
        return aqi36(data)
    if name == "italy":
        return italy(data)
    if name == "etth1-long":
        return etth1_long(data)
    if name == "etth1-short":
        return etth1_short(data)
    return etth1(data, name.split("-")[1], name.endswith("-whole"))


def rivals(case, names, seconds, draws):
    """PyPOTS' SAITS and CSDI on the windows of ETTh1, as TSI-Bench trains them, stopped after some seconds.

    They learn from the hidden training windows and choose on the validation windows. PyPOTS takes a KeyboardInterrupt for the end
    of training and goes on with the best model so far.
    """
    import torch
    from pypots.imputation import CSDI, SAITS
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    torch.set_num_threads(os.cpu_count())
    mean, deviation = case.truth[case.part == 0].mean(0), case.scale
    windows = lambda x, part: ((x - mean) / deviation)[case.part == part].reshape(-1, 48, len(case.columns)).astype(np.float32)
    seen = case.given[case.columns].to_numpy(float)
    training = {"X": windows(seen, 0)}
    validation = {"X": windows(seen, 1), "X_ori": windows(case.truth, 1)}
    size = dict(n_steps=48, n_features=len(case.columns), batch_size=32, epochs=10**6, patience=30, device="cpu", verbose=False)
    for name, make in {
        "SAITS": lambda: SAITS(n_layers=2, d_model=256, n_heads=4, d_k=64, d_v=64, d_ffn=128, dropout=0.1, **size),
        "CSDI": lambda: CSDI(
            n_layers=4, n_heads=8, n_channels=64, d_time_embedding=128, d_feature_embedding=16, d_diffusion_embedding=128,
            n_diffusion_steps=50, **size),
    }.items():
        if name not in names:
            continue
        torch.manual_seed(1)
        np.random.seed(1)
        model, start = make(), time.time()

        def stop_in_time(*_):
            if time.time() - start > seconds:
                raise KeyboardInterrupt

        hook = register_optimizer_step_pre_hook(stop_in_time)
        model.fit(training, validation)
        hook.remove()
        given = {"X": windows(seen, 2)}
        made = model.predict(given, n_sampling_times=draws) if name == "CSDI" else model.predict(given)
        made = made["imputation"]  # [windows, (draws,) steps, columns]
        every = np.moveaxis(made, 1, 0) if made.ndim == 4 else made[None]
        full = np.full((len(every), *case.truth.shape), np.nan)
        full[:, case.part == 2] = every.reshape(len(every), -1, len(case.columns)) * deviation + mean
        yield name, score(case, np.median(full, 0), full, None) | {"seconds": time.time() - start}


def score(case, filled, draws, interval):
    """Figures over the scored cells, in units of the scale."""
    truth = (case.truth / case.scale)[case.scored]
    point = (filled / case.scale)[case.scored]
    cells = np.stack([(d / case.scale)[case.scored] for d in draws])
    figures = {"cells": len(truth), "MAE": np.abs(point - truth).mean(), "RMSE": np.sqrt(((point - truth) ** 2).mean())}
    figures["left"] = float(np.isnan(point).sum())
    levels = np.arange(1, 20) / 20
    loss = 0.0
    for q, f in zip(levels, np.quantile(cells, levels, axis=0)):
        loss += 2 * (np.abs((f - truth) * ((truth <= f) - q))).sum()
    figures["CRPS"] = loss / 19 / np.abs(truth).sum()
    if interval is None:
        low, high = np.quantile(cells, [0.05, 0.95], axis=0)
    else:
        low, high = ((x / case.scale)[case.scored] for x in interval)
    figures["coverage"] = ((low <= truth) & (truth <= high)).mean()
    figures["width"] = (high - low).mean()
    held, moves, squares = [], np.zeros(2), np.zeros(2)
    for column, rows in case.gaps(2):
        drawn, true = np.stack([d[rows, column] for d in draws]), case.truth[rows, column]
        if len(true) >= 12:
            low, high = np.quantile(drawn.mean(1), [0.05, 0.95])
            held.append(low <= true.mean() <= high)
        centre, width = np.median(drawn, 0), np.maximum(drawn.std(0), 1e-6 * case.scale[column])
        for place, series in enumerate((drawn, true)):
            above = np.clip((series - centre) / width, -5, 5)
            moves[place] += (np.diff(above) ** 2).sum(-1).mean()
            squares[place] += (above**2).sum(-1).mean()
    figures["moves"] = (moves[0] / squares[0]) / (moves[1] / squares[1]) if moves[1] else np.nan
    figures["gap means"] = f"{np.mean(held):.3f} of {len(held):,}" if held else ""
    return figures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--sets", nargs="*", default=SETS)
    parser.add_argument("--methods", nargs="*", default=METHODS)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--rivals", type=float, metavar="SECONDS", help="PyPOTS' SAITS and CSDI on the windows of ETTh1")
    parser.add_argument("--rival-names", nargs="*", default=["SAITS", "CSDI"])
    parser.add_argument("--keep", type=Path, help="a folder for the tables that are made")
    parser.add_argument("options", nargs="*", help="after --, for langevin impute")
    args = parser.parse_args()
    data = args.data or Path(os.environ.get("LANGEVIN_DATA", args.root.parent / "shared" / "data"))
    if not data.is_dir():
        sys.exit(f"the data are not at {data}; say where with LANGEVIN_DATA")
    program = args.root / "bin" / "langevin"
    heads = ["cells", "MAE", "RMSE", "CRPS", "coverage", "width", "gap means", "moves", "seconds"]
    print("| set | method | " + " | ".join(heads) + " |\n|---|---|" + "--:|" * len(heads))

    def show(name, method, figures):
        text = [f"{figures['cells']:,}"] + [f"{figures[h]:.3f}" for h in heads[1:6]]
        text += [figures["gap means"], f"{figures['moves']:.2f}", f"{figures['seconds']:.1f}"]
        if figures["left"]:
            text[1] += f" ({figures['left']:.0f} left empty)"
        print(f"| {name} | {method} | " + " | ".join(text) + " |", flush=True)

    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        for name in args.sets:
            case = make(name, data)
            given = folder / f"{name}.csv"
            case.given.to_csv(given, index=False)
            for method in args.methods:
                filled, draws = folder / f"{name}-{method}.csv", folder / f"{name}-{method}-draws.csv"
                command = [str(program), "impute", str(given), "-o", str(filled), "--method", method, "--seed", "1"]
                command += ["--draws", str(args.draws), "--draws-output", str(draws), "--interval", "90"] + case.options + args.options
                start = time.time()
                outcome = subprocess.run(command, capture_output=True, text=True)
                seconds = time.time() - start
                if outcome.returncode:
                    print(f"| {name} | {method} | {outcome.stderr.strip()} |", flush=True)
                    continue
                table = pd.read_csv(filled)
                made, interval = table[case.columns].to_numpy(float), None
                if all(f"{c}_lower" in table for c in case.columns):
                    interval = [table[[c + end for c in case.columns]].to_numpy(float) for end in ("_lower", "_upper")]
                every = pd.read_csv(draws)[case.columns].to_numpy(np.float32).reshape(args.draws, *case.truth.shape)
                for kind, only in case.by_kind():
                    show(name + kind, method, score(only, made, every, interval) | {"seconds": seconds})
            if args.rivals and case.part is not None and not name.endswith("-whole"):
                for rival, figures in rivals(case, args.rival_names, args.rivals, 20):
                    show(name, f"PyPOTS, {rival}", figures)


if __name__ == "__main__":
    main()

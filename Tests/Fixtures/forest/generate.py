"""Writes the golden values that the tests of boosted vectors and of `forest-flow` compare with: forest.json.

    python3 -m venv .venv && .venv/bin/pip install numpy==1.26.4 xgboost==1.7.6
    .venv/bin/python Tests/Fixtures/forest/generate.py

Trees are those of XGBoost's own Python package with its own squared error; unknown targets are rows left out of a booster
for that output alone. The flow is that of Jolicoeur-Martineau, Fatras & Kachman 2024, in NumPy."""
import json
from pathlib import Path

import numpy as np
import xgboost

# Values on a coarse grid, so that bins do not depend on which rows are left out.
i = np.arange(240)
cells = np.stack([i * 7 % 12, i * 11 % 10, i % 8], 1).astype(np.float32)
cells[i % 9 == 4, 1] = np.nan
wave = np.nan_to_num(cells[:, 1], nan=20)
targets = np.stack([np.sin(cells[:, 0]) + wave / 5, np.cos(cells[:, 2]) * cells[:, 0]], 1).astype(np.float32)
unknown = i % 5 == 2
parameters = dict(tree_method="hist", max_depth=3, eta=0.3, reg_lambda=0.5, base_score=0, nthread=1, max_bin=64)


def boosted(x, y, rounds=12):
    return xgboost.train(parameters, xgboost.DMatrix(x, label=y), rounds)


asked = cells[:20]
whole = boosted(cells, targets).predict(xgboost.DMatrix(asked))
part = boosted(cells[~unknown], targets[~unknown, 1]).predict(xgboost.DMatrix(asked))


def walk(start, velocity, times):
    """Algorithm 1 of the paper, with a velocity that is known."""
    t = np.maximum(np.arange(times) / times, 1e-3).tolist() + [1.0]
    x = start
    for now, then in zip(t, t[1:]):
        x = x + (then - now) * velocity(x, now)
    return x


def drift(x, t):
    """The velocity that carries N(0, 1) to N(2, 1/4): E[x1 − ε | x_t]."""
    spread = t * t / 4 + (1 - t) ** 2
    return 2 + (t / 4 - (1 - t)) / spread * (x - 2 * t)


start = np.array([-1.5, -0.25, 0.0, 0.75, 2.0])
values = {
    "cells": [[None if np.isnan(v) else float(v) for v in row] for row in cells],
    "targets": targets.tolist(), "unknown": np.flatnonzero(unknown).tolist(),
    "whole": whole.tolist(), "part": part.tolist(), "start": start.tolist(),
    "euler": walk(start, drift, 8).tolist(),
}
(Path(__file__).parent / "forest.json").write_text(json.dumps(values) + "\n")

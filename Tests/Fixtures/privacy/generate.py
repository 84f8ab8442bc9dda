"""Writes the golden values that the tests of fidelity and privacy compare with: privacy.json.

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6 scikit-learn==1.9.1
    .venv/bin/python Tests/Fixtures/privacy/generate.py

Small tables of numbers and categories, with missing cells, repeated rows and copies, and what scikit-learn's nearest
neighbours make of them by the definitions of AlphaPrecision and ClosestRecords. A category's code -1 is missing; here it
is a level of its own, the last.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.neighbors import NearestNeighbors


def table(rng, n, shift):
    age = np.round(rng.normal(40 + shift, 12, n))
    pay = np.round(rng.lognormal(3, 1, n), 2)
    pay[rng.random(n) < 0.1] = np.nan
    gain = np.where(rng.random(n) < 0.8, 0.0, np.round(rng.exponential(500, n)))
    job = rng.choice(6, n, p=[0.4, 0.25, 0.15, 0.1, 0.07, 0.03])
    sex = (rng.random(n) < 0.3 + 0.05 * (job == 1)).astype(int)
    return {"age": age, "pay": pay, "gain": gain, "job": job, "sex": sex}


def encode(tables):
    first, parts = tables[0], [[] for _ in tables]
    for name in ("age", "pay", "gain"):
        lo, hi = np.nanmin(first[name]), np.nanmax(first[name])
        for p, t in zip(parts, tables):
            p.append(np.nan_to_num((t[name] - lo) / (hi - lo))[:, None])
    for name, levels in (("job", 6), ("sex", 2)):
        for p, t in zip(parts, tables):
            p.append(np.eye(levels)[t[name]])
    return [np.concatenate(p, 1) for p in parts]


def distances(points, queries, k):
    return NearestNeighbors(n_neighbors=k, algorithm="kd_tree").fit(points).kneighbors(queries)


def alpha_beta(X, S):
    center, alphas = X.mean(0), np.linspace(0, 1, 30)
    radii = np.quantile(np.linalg.norm(X - center, axis=1), alphas)
    to_center = np.linalg.norm(S - center, axis=1)
    rr = distances(X, X, 2)[0][:, 1]
    d, arg = (a[:, 0] for a in distances(S, X, 1))
    closest = np.linalg.norm(S[arg] - S.mean(0), axis=1)
    q = np.quantile(closest, alphas)
    prec = np.array([(to_center <= r).mean() for r in radii])
    rec = np.array([((d <= rr) & (closest <= r)).mean() for r in q])
    return [1 - np.abs(alphas - c).sum() / alphas.sum() for c in (prec, rec)]


def main():
    rng = np.random.default_rng(20)
    n = 160
    real, holdout, synthetic = table(rng, n, 0), table(rng, n, 0), table(rng, n, 3)
    for name in real:
        real[name][:8] = real[name][8:16]  # repeated
        synthetic[name][:20] = real[name][20:40]  # copied
        synthetic[name][20:24] = holdout[name][:4]
    X, S, H = encode([real, synthetic, holdout])
    da, db = distances(X, S, 1)[0][:, 0], distances(H, S, 1)[0][:, 0]
    two = distances(X, S, 2)[0]
    ratio = np.where(two[:, 1] > 0, two[:, 0] / np.where(two[:, 1] > 0, two[:, 1], 1), 1)
    precision, recall = alpha_beta(X, S)
    floor_precision, floor_recall = alpha_beta(X, H)
    words = lambda t: set(zip(*[[str(v) for v in t[c]] for c in t]))
    rows = lambda t: list(zip(*[[str(v) for v in t[c]] for c in t]))
    cells = lambda t: {c: [None if v != v else float(v) for v in t[c]] for c in t}
    golden = {
        "real": cells(real), "holdout": cells(holdout), "synthetic": cells(synthetic),
        "alphaPrecision": precision, "betaRecall": recall,
        "floorAlphaPrecision": floor_precision, "floorBetaRecall": floor_recall,
        "distanceShare": float(((da < db) + 0.5 * (da == db)).mean()),
        "copies": float(np.mean([r in words(real) for r in rows(synthetic)])),
        "copiesOfHoldout": float(np.mean([r in words(real) for r in rows(holdout)])),
        "percentiles": np.percentile(da, np.arange(101)).tolist(),
        "neighbourRatio": float(np.median(ratio)), "neighbourRatioBelowThird": float((ratio < 1 / 3).mean()),
    }
    Path(__file__).with_name("privacy.json").write_text(json.dumps(golden, indent=None, separators=(",", ":")) + "\n")


main()

"""Reference values for balancing: the draws of numpy's RandomState, scikit-learn's neighbours, imbalanced-learn's rows.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && \\
        OMP_NUM_THREADS=1 NPY_DISABLE_CPU_FEATURES="X86_V3 X86_V4 AVX512_ICL AVX512_SPR" .venv/bin/python generate.py

All tables are made here, from fixed seeds.
"""

import json
import warnings
from pathlib import Path

import numpy as np
from imblearn.over_sampling import ADASYN, SMOTE, SMOTEN, SMOTENC, BorderlineSMOTE, RandomOverSampler
from scipy.sparse import csr_matrix
from sklearn.neighbors import NearestNeighbors

HERE = Path(__file__).parent


def write(name, value):
    (HERE / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


def random_state():
    cases = []
    for seed in [0, 1, 42, 123456789, 2**32 - 1]:
        r = np.random.RandomState
        cases.append({
            "seed": seed,
            "words": r(seed).randint(0, 2**32, 5, dtype=np.uint64).tolist(),
            "uniforms": r(seed).random_sample(5).tolist(),
            "shares": r(seed).uniform(0, 0.5, 5).tolist(),
            "below": {str(n): r(seed).randint(0, n, 8).tolist() for n in [1, 2, 5, 255, 256, 1300, 2**31 - 1, 2**33]},
            "choice": r(seed).choice(7, 8).tolist(),
            "permutation": r(seed).permutation(20).tolist(),
            "normals": r(seed).randn(7).tolist(),
        })
    # After one period of the state, and a normal number kept while others are drawn.
    late = np.random.RandomState(5)
    late.random_sample(2000)
    first = late.randn(1).tolist()
    then = late.randint(0, 10, 4).tolist()
    late = {"seed": 5, "skip": 2000, "normal": first, "below10": then, "second": late.randn(1).tolist()}
    # numpy's seeds have 32 bits; an array of two is what a greater seed is taken for.
    big = 2**40 + 77
    pair = np.random.RandomState([big % 2**32, big // 2**32]).random_sample(5).tolist()
    write("randomstate.json", {"cases": cases, "late": late, "big": {"seed": str(big), "uniforms": pair}})


def neighbours():
    cases = []

    def add(name, points, queries, k, level=None, codes=None):
        fitted, asked = points, queries
        if level is not None:
            def spread(numbers, codes):
                hot = [np.where(codes[:, [j]] == np.arange(4), level, 0.0) for j in range(codes.shape[1])]
                return csr_matrix(np.hstack([numbers, *hot]))
            fitted, asked = spread(points, codes), spread(queries, codes)
        found = NearestNeighbors(n_neighbors=k).fit(fitted).kneighbors(asked, return_distance=False)
        cases.append({
            "name": name, "k": k, "points": points.T.tolist(), "queries": queries.T.tolist(), "level": level,
            "codes": None if codes is None else codes.T.tolist(), "indices": found.ravel().tolist()})

    r = np.random.RandomState(11)
    lattice = r.randint(0, 5, (400, 3)) / 10
    add("a tree with many ties and twins", lattice, lattice, 6)
    add("a tree, more than fifteen neighbours", lattice, lattice[:60], 21)
    add("one leaf", lattice[:50], lattice[:50], 6)
    add("few points, by brute force", r.randint(0, 3, (11, 3)).astype(float), r.randint(0, 3, (11, 3)).astype(float), 6)
    add("wide, by brute force", r.normal(size=(90, 20)), r.normal(size=(30, 20)), 11)
    add("sparse with many ties", r.randint(0, 4, (330, 2)) / 4, r.randint(0, 4, (330, 2)) / 4, 6,
        level=0.375 / np.sqrt(2), codes=r.randint(0, 4, (330, 3)))
    points = r.randint(0, 4, (1200, 2)) / 8
    add("sparse, more rows", points, points, 6, level=0.25 / np.sqrt(2),
        codes=r.randint(0, 4, (1200, 2)))
    add("sparse, more neighbours than insertion sorts", points[:300], points[:300], 30, level=0.25 / np.sqrt(2),
        codes=r.randint(0, 4, (300, 2)))
    add("sparse, all points", points[:7], points[:7], 7, level=0.25 / np.sqrt(2), codes=r.randint(0, 2, (7, 2)))
    write("neighbours.json", cases)


def tables():
    r = np.random.RandomState(3)
    y = np.array(["a"] * 45 + ["b"] * 20 + ["c"] * 12)
    centre = np.array([[0, 0, 0, 0], [1.2, 0.3, 0, 1], [0, 1.5, 1, 0.2]])
    X = centre[np.searchsorted(["a", "b", "c"], y)] + r.normal(size=(77, 4))
    order = r.permutation(77)
    yield "numbers", X[order], y[order], []

    y = np.array(["common"] * 60 + ["rare"] * 25)
    X = np.round(r.normal(size=(85, 3)) * 0.8 + (y == "rare")[:, None] * 0.9, 1)
    X[70] = X[65]
    X[71] = X[65]
    X[10] = X[66]
    order = r.permutation(85)
    yield "ties", X[order], y[order], []

    y = np.array(["no"] * 40 + ["yes"] * 18)
    X = r.normal(size=(58, 18)) * r.uniform(1, 9, 18) + (y == "yes")[:, None] * 2
    yield "wide", X, y, []

    y = np.array([1] * 50 + [2] * 22 + [3] * 14)
    numbers = np.column_stack([np.round(r.normal(size=86) + y, 1), r.randint(0, 9, 86) + 3.0 * y, r.gamma(2, size=86)])
    texts = np.column_stack([
        r.choice(["red", "green", "blue", "Zinc"], 86), r.choice(["x", "y"], 86),
        np.where(r.uniform(size=86) < 0.15, None, r.choice(["low", "mid", "élan"], 86))]).astype(object)
    X = np.column_stack([numbers.astype(object)[:, :2], texts[:, :2], numbers.astype(object)[:, 2:], texts[:, 2:]])
    order = r.permutation(86)
    yield "mixed", X[order], np.array([f"k{v}" for v in y[order]]), [2, 3, 5]

    y = np.array(["m"] * 40 + ["n"] * 16)
    X = np.column_stack([column.astype(object) for column in [
        np.where(r.uniform(size=56) < 0.8, 2.0, 3.0), np.full(56, 4.5), r.normal(size=56),
        r.choice(["p", "q", "r"], 56), r.choice(["s", "t"], 56)]])
    X[y == "n", 0] = 2.0
    yield "constant numbers", X, y, [3, 4]

    y = np.array(["m"] * 50 + ["n"] * 21)
    X = np.column_stack([r.choice(["p", "q", "r"], 71), r.choice(["s", "t", "u", "v"], 71), r.choice(["w", "x"], 71)])
    yield "levels", X.astype(object), y, [0, 1, 2]


def samplers(categorical, classes, counts, seed):
    ratios = {"auto": "auto", "minority": "minority", "all": "all"}
    if len(classes) == 2:
        ratios["0.7"] = 0.7
    else:
        ratios[",".join(f"{c}={n + 7}" for c, n in zip(classes, counts))] = {c: n + 7 for c, n in zip(classes, counts)}
    for text, ratio in ratios.items():
        keys = {"sampling_strategy": ratio, "random_state": seed}
        if categorical == [0, 1, 2]:
            yield text, "smote-n", {}, SMOTEN(**keys)
            continue
        if categorical:
            yield text, "smote-nc", {}, SMOTENC(categorical_features=categorical, **keys)
            yield text, "random", {}, RandomOverSampler(**keys)
            continue
        yield text, "smote", {}, SMOTE(**keys)
        yield text, "smote", {"neighbours": "3"}, SMOTE(k_neighbors=3, **keys)
        yield text, "borderline-smote-1", {}, BorderlineSMOTE(kind="borderline-1", **keys)
        yield text, "borderline-smote-2", {"border-neighbours": "7"}, BorderlineSMOTE(
            kind="borderline-2", m_neighbors=7, **keys)
        yield text, "adasyn", {}, ADASYN(**keys)
        yield text, "random", {}, RandomOverSampler(**keys)
        yield text, "random-smoothed", {"shrinkage": "0.5"}, RandomOverSampler(shrinkage=0.5, **keys)


def rows():
    out = []
    for name, X, y, categorical in tables():
        classes, counts = np.unique(y, return_counts=True)
        cases = []
        for seed in [0, 42]:
            for ratio, method, options, sampler in samplers(categorical, classes.tolist(), counts.tolist(), seed):
                if seed == 42 and ratio not in ("auto", "0.7"):
                    continue
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    try:
                        new_X, new_y = sampler.fit_resample(X, y)
                    except (ValueError, RuntimeError) as error:
                        cases.append({"seed": seed, "ratio": ratio, "method": method, "options": options,
                                      "refused": str(error)})
                        continue
                new_X, new_y = new_X[len(X):], new_y[len(X):]
                cases.append({
                    "seed": seed, "ratio": ratio, "method": method, "options": options, "classes": new_y.tolist(),
                    "columns": [new_X[:, j].tolist() for j in range(X.shape[1])]})
        out.append({"name": name, "columns": [X[:, j].tolist() for j in range(X.shape[1])], "classes": y.tolist(),
                    "categorical": categorical, "cases": cases})
    write("samplers.json", out)


def single_column():
    """One column of numbers: numpy sums it by halves."""
    r = np.random.RandomState(8)
    x = np.concatenate([r.normal(size=400), r.normal(size=150) * 3 + 2])
    y = np.array(["a"] * 400 + ["b"] * 150)
    new = RandomOverSampler(shrinkage=1, random_state=4).fit_resample(x[:, None], y)[0][550:]
    write("single.json", {"column": x.tolist(), "classes": y.tolist(), "seed": 4, "new": new[:, 0].tolist()})


if __name__ == "__main__":
    random_state()
    neighbours()
    rows()
    single_column()

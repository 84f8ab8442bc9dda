"""Writes the golden values that the tests of downstream models and detection compare with: models.json, detection.json.

    python3 -m venv .venv
    .venv/bin/pip install scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6 pandas==2.3.3 sdmetrics==0.32.0 xgboost-cpu==3.2.0
    .venv/bin/python Tests/Fixtures/models/generate.py
"""

import json
import pathlib

import numpy as np
from scipy import optimize, special, stats
from sklearn import metrics
from sklearn.calibration import calibration_curve
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import RobustScaler, StandardScaler

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(20260101)


def numbers(values, digits=17):
    return [float(f"%.{digits}g" % v) for v in np.asarray(values, float).reshape(-1)]


def binary_metrics(n=60):
    y = random.integers(0, 2, n)
    # Two digits: many ties.
    p = np.clip(np.round(0.25 + 0.4 * y + 0.3 * random.normal(size=n), 2), 0, 1)
    observed, predicted = calibration_curve(y, p, n_bins=10)
    return {
        "observed": y.tolist(), "probabilities": numbers(p),
        "roc_auc": metrics.roc_auc_score(y, p), "average_precision": metrics.average_precision_score(y, p),
        "f1": metrics.f1_score(y, p >= 0.5), "balanced_accuracy": metrics.balanced_accuracy_score(y, p >= 0.5),
        "best_f1": max(metrics.f1_score(y, p >= t) for t in np.unique(p)),
        "brier": metrics.brier_score_loss(y, p), "log_loss": metrics.log_loss(y, p),
        "calibration_observed": numbers(observed), "calibration_predicted": numbers(predicted),
    }


def class_metrics(n=90, k=3):
    y = random.integers(0, k, n)
    z = random.normal(size=(n, k)) + 1.2 * np.eye(k)[y]
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    return {
        "observed": y.tolist(), "probabilities": numbers(p), "classes": k,
        "roc_auc": metrics.roc_auc_score(y, p, multi_class="ovr"),
        "average_precision": metrics.average_precision_score(np.eye(k)[y], p),
        "f1": metrics.f1_score(y, p.argmax(1), average="macro"),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, p.argmax(1)),
        "brier": float(np.mean((p - np.eye(k)[y]) ** 2)), "log_loss": metrics.log_loss(y, p),
    }


def number_metrics(n=40):
    y = random.normal(3, 2, n)
    p = y + random.normal(0, 1, n)
    a, b = np.round(random.normal(size=12), 1), np.round(random.normal(size=12), 1)
    return {
        "observed": numbers(y), "predicted": numbers(p), "r2": metrics.r2_score(y, p),
        "rmse": metrics.root_mean_squared_error(y, p), "mae": metrics.mean_absolute_error(y, p),
        "a": numbers(a), "b": numbers(b), "kendall": stats.kendalltau(a, b)[0], "spearman": stats.spearmanr(a, b)[0],
    }


def logistic(k, n=200):
    """Two numbers and a category of four levels, standardised and one-hot, as our design has them."""
    x = np.round(random.normal(size=(n, 2)) * [1, 20] + [0, 100], 6)
    c = random.integers(0, 4, n)
    z = x[:, :1] * np.linspace(-1, 1, k) + (c[:, None] == 2) * np.linspace(1, 0, k) + random.gumbel(size=(n, k))
    y = z.argmax(1)
    inputs = np.hstack([StandardScaler().fit_transform(x), np.eye(4)[c]])
    strength = 0.01
    # penalty L2, C = 1 / (strength n)
    ridge = LogisticRegression(C=1 / (strength * n), tol=1e-10, max_iter=10000).fit(inputs, y)
    out = {
        "x0": numbers(x[:, 0]), "x1": numbers(x[:, 1]), "codes": c.tolist(), "classes": y.tolist(), "count": k,
        "strength": strength, "ridge_coefficients": numbers(ridge.coef_), "ridge_intercepts": numbers(ridge.intercept_),
    }
    if k == 2:
        lasso = LogisticRegression(
            l1_ratio=1, C=1 / (strength * n), solver="saga", tol=1e-10, max_iter=100000).fit(inputs, y)
        out |= {"lasso_coefficients": numbers(lasso.coef_), "lasso_intercepts": numbers(lasso.intercept_)}
    return out | focal(inputs, y, k, strength)


def focal(inputs, y, k, strength, gamma=2):
    """The minimum of mean (1 − p)^γ · −log p + strength · ½ |w|², by derivatives from differences."""
    outputs = 1 if k == 2 else k
    rows = np.arange(len(y))

    def objective(parameters):
        w = parameters[: outputs * inputs.shape[1]].reshape(outputs, -1)
        z = inputs @ w.T + parameters[w.size:]
        z = np.hstack([np.zeros((len(y), 1)), z]) if k == 2 else z
        log_p = special.log_softmax(z, axis=1)[rows, y]
        return np.mean((-np.expm1(log_p)) ** gamma * -log_p) + strength / 2 * np.sum(w**2)

    start = np.zeros(outputs * (inputs.shape[1] + 1))
    found = optimize.minimize(objective, start, jac="3-point", method="BFGS", options={"gtol": 1e-8})
    w = found.x[: outputs * inputs.shape[1]]
    return {"focal_coefficients": numbers(w, 8), "focal_intercepts": numbers(found.x[w.size:], 8)}


def robust(n=120):
    """SDMetrics' pipeline: numbers with holes, a one-hot category, imputer, robust scaler, logistic regression."""
    x = np.round(random.normal(size=n) * 3 + 1, 6)
    c = random.integers(0, 3, n)
    c[: int(0.7 * n)] = 0
    y = (x + (c == 1) + random.logistic(size=n) > 1).astype(int)
    inputs = np.hstack([x[:, None], np.eye(3)[c]])
    model = Pipeline([("imputer", SimpleImputer()), ("scaler", RobustScaler()), ("model", LogisticRegression(tol=1e-10))])
    model.fit(inputs, y)
    s, m = model["scaler"], model["model"]
    return {
        "x": numbers(x), "codes": c.tolist(), "classes": y.tolist(), "centre": numbers(s.center_),
        "scale": numbers(s.scale_), "coefficients": numbers(m.coef_), "intercept": float(m.intercept_[0]),
    }


def detection(n=600):
    """SDMetrics' LogisticDetection and XGBoost's detection; folds differ, so the means of several seeds are kept."""
    import pandas as pd
    import xgboost
    from sdmetrics.single_table import LogisticDetection
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    def table(shift, flip):
        x = np.round(random.normal(size=n) * 2 + shift, 4)
        z = np.round(np.exp(random.normal(size=n) * 2), 3)
        c = np.where(random.random(n) < flip, "a", random.choice(["a", "b", "c"], n))
        x[random.random(n) < 0.05] = np.nan
        z = np.where(c == "b", -z, z)
        return pd.DataFrame({"x": x, "z": z, "c": c})

    real, synthetic = table(0, 0.1), table(0.5, 0.2)
    synthetic["z"] = random.permutation(synthetic["z"])  # hides from a linear model what trees see
    kinds = {"x": "numerical", "z": "numerical", "c": "categorical"}
    meta = {"columns": {c: {"sdtype": t} for c, t in kinds.items()}}
    logistic = []
    for seed in range(40):
        np.random.seed(seed)
        logistic.append(LogisticDetection.compute(real.copy(), synthetic.copy(), meta))
    both = pd.concat([real, synthetic], ignore_index=True)
    both["c"] = both["c"].astype("category")
    y = np.r_[np.zeros(n), np.ones(n)]
    trees = []
    for seed in range(10):
        model = xgboost.XGBClassifier(
            n_estimators=150, max_depth=6, learning_rate=0.1, tree_method="hist", enable_categorical=True)
        folds = StratifiedKFold(5, shuffle=True, random_state=seed)
        p = cross_val_predict(model, both, y, cv=folds, method="predict_proba")[:, 1]
        trees.append(metrics.roc_auc_score(y, p))
    side = lambda t: {  # JSON has no NaN: a missing number is null.
        "x": [None if np.isnan(v) else float(v) for v in t["x"]], "z": numbers(t["z"]),
        "c": ["abc".index(v) for v in t["c"]],
    }
    return {
        "real": side(real), "synthetic": side(synthetic), "logistic": float(np.mean(logistic)),
        "trees": float(np.mean(trees)),
    }


result = {
    "binary": binary_metrics(), "many": class_metrics(), "numbers": number_metrics(), "logistic2": logistic(2),
    "logistic3": logistic(3), "robust": robust(),
}
(HERE / "models.json").write_text(json.dumps(result, indent=None, separators=(",", ":")) + "\n")
(HERE / "detection.json").write_text(json.dumps(detection(), separators=(",", ":")) + "\n")

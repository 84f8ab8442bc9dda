"""Writes the golden values that the tests of `tabular-ddpm` compare with: ddpm.json.

    python3 -m venv .venv && .venv/bin/pip install numpy==2.4.6
    .venv/bin/python Tests/Fixtures/ddpm/generate.py

The published formulas in float64, written from the papers and independently of the package: the Gaussian part from Ho et
al. 2020 (equations 2 to 14) with the cosine rates of Nichol & Dhariwal 2021 (equation 17); the multinomial part from
Hoogeboom et al. 2021 (section 4) with the transition matrices multiplied out, so that nothing is shared with the
closed forms of the package; the mixed loss from Kotelnikov et al. 2023 (section 3). Gradients are central differences.
Steps t run from 1 to T.
"""

import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
T = 100
rng = np.random.default_rng(20260101)


def cosine_betas(steps):
    f = lambda u: np.cos((u + 0.008) / 1.008 * np.pi / 2) ** 2
    return np.array([min(1 - f((i + 1) / steps) / f(i / steps), 0.999) for i in range(steps)])


BETA = np.concatenate([[0.0], cosine_betas(T)])  # by t; nothing happens at t = 0
ALPHA = 1 - BETA
BAR = np.cumprod(ALPHA)


def gaussian():
    rows = []
    for t in [1, 2, 10, 50, 90, 99, 100]:
        x0, eps, x_t = rng.normal(size=3)
        noisy = np.sqrt(BAR[t]) * x0 + np.sqrt(1 - BAR[t]) * eps
        mean = (np.sqrt(BAR[t - 1]) * BETA[t] * x0 + np.sqrt(ALPHA[t]) * (1 - BAR[t - 1]) * x_t) / (1 - BAR[t])
        variance = (1 - BAR[t - 1]) / (1 - BAR[t]) * BETA[t]
        rows.append(dict(t=t, beta=BETA[t], cumulative=BAR[t], clean=x0, noise=eps, noisy=noisy, given=x_t, mean=mean,
                         variance=variance))
    return rows


def matrix(s, t, k):
    """P(c_t | c_s) as a product of one-step matrices."""
    q = np.eye(k)
    for i in range(s + 1, t + 1):
        q = q @ (ALPHA[i] * np.eye(k) + BETA[i] / k * np.ones((k, k)))
    return q


def posterior(clean, noisy, s, t):
    """P(c_s | c_t, clean), where clean is a distribution over c_0."""
    k = len(clean)
    p = matrix(s, t, k)[:, noisy] * (clean @ matrix(0, s, k))
    return p / p.sum()


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def divergence(logits, clean, noisy, s, t):
    k = len(logits)
    if s == 0:  # -ln p(c_0 | c_1)
        return -np.log(posterior(softmax(logits), noisy, 0, t)[clean])
    q, p = posterior(np.eye(k)[clean], noisy, s, t), posterior(softmax(logits), noisy, s, t)
    return float(np.sum(q * (np.log(q) - np.log(p))))


def gradient(f, x, h=1e-6):
    steps = h * np.eye(len(x))
    return [float((f(x + d) - f(x - d)) / (2 * h)) for d in steps]


def multinomial():
    cases = []
    spans = [(0, 1), (1, 2), (9, 10), (49, 50), (98, 99), (99, 100), (0, 4), (20, 45), (60, 100), (0, 100)]
    for s, t in spans:
        for k in [2, 3, 7]:
            logits = rng.normal(size=k) * 2
            logits = logits.astype(np.float32).astype(np.float64)
            for clean, noisy in [(0, 0), (k - 1, 0)]:
                f = lambda x: divergence(x, clean, noisy, s, t)
                cases.append(dict(s=s, t=t, logits=list(logits), clean=clean, noisy=noisy,
                                  posterior=list(posterior(softmax(logits), noisy, s, t)), divergence=f(logits),
                                  gradient=gradient(f, logits)))
    return cases


def mixed():
    """Columns: a number, a category of 3, a number, a category of 4. The network's output lies in that order."""
    sizes, starts, numbers = [3, 4], [1, 5], [0, 4]
    rows = []
    for t, known in [(1, []), (37, []), (100, []), (12, [1]), (64, [0, 2]), (80, [0, 1, 3])]:
        output = rng.normal(size=9).astype(np.float32).astype(np.float64)
        noise = rng.normal(size=2).astype(np.float32).astype(np.float64)
        clean = [int(rng.integers(k)) for k in sizes]
        noisy = [int(rng.integers(k)) for k in sizes]

        def loss(x):
            squares = [(x[numbers[i]] - noise[i]) ** 2 for i in range(2) if 2 * i not in known]
            bounds = [T * divergence(x[starts[i]:starts[i] + sizes[i]], clean[i], noisy[i], t - 1, t)
                      for i in range(2) if 2 * i + 1 not in known]
            return (np.mean(squares) if squares else 0) + (np.mean(bounds) if bounds else 0)

        rows.append(dict(t=t, known=known, output=list(output), noise=list(noise), clean=clean, noisy=noisy,
                         loss=float(loss(output)), gradient=gradient(loss, output)))
    return rows


result = dict(steps=T, gaussian=gaussian(), multinomial=multinomial(), mixed=mixed())
(HERE / "ddpm.json").write_text(json.dumps(result, indent=1) + "\n")

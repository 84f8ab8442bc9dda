"""Makes the golden values of DiffusionCoreTests, independently of the Swift code.

    python -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python generate.py

Formulas are written as in the papers named, in double precision, with explicit transition matrices for
multinomial diffusion instead of the closed forms that the Swift code uses.
"""

import json
import pathlib

import numpy as np
from safetensors.numpy import save_file

here = pathlib.Path(__file__).parent


def gaussian(betas):
    """Ho et al. 2020, equations 4 to 7. Arrays are indexed by t = 0 ... T."""
    alpha_bar = np.concatenate([[1.0], np.cumprod(1 - betas)])
    before, after = alpha_bar[:-1], alpha_bar[1:]
    return {
        "betas": betas.tolist(),
        "cumulative": alpha_bar.tolist(),
        "posteriorClean": (np.sqrt(before) * betas / (1 - after)).tolist(),
        "posteriorNoisy": (np.sqrt(1 - betas) * (1 - before) / (1 - after)).tolist(),
        "posteriorVariance": (betas * (1 - before) / (1 - after)).tolist(),
    }


def linear_betas(steps):
    scale = 1000 / steps
    return np.minimum(np.linspace(scale * 1e-4, scale * 0.02, steps), 0.999)


def cosine_betas(steps, offset=0.008):
    f = np.cos((np.arange(steps + 1) / steps + offset) / (1 + offset) * np.pi / 2) ** 2
    return np.minimum(1 - f[1:] / f[:-1], 0.999)


def multinomial():
    """Hoogeboom et al. 2021 by explicit transition matrices and Bayes' rule."""
    rng = np.random.default_rng(20240607)
    steps, sizes, batch = 8, [2, 3, 7, 1], 24
    betas = cosine_betas(steps)
    t = np.concatenate([np.arange(1, steps + 1)] * 3)[:batch]
    clean = np.stack([rng.integers(0, k, batch) for k in sizes], 1)
    noisy = np.stack([rng.integers(0, k, batch) for k in sizes], 1)
    logits = rng.normal(size=(batch, sum(sizes))) * 2
    marginal, posterior, predicted, loss, prior = [], [], [], [], []
    for row in range(batch):
        start, m, p, q, l, r = 0, [], [], [], [], []
        for j, k in enumerate(sizes):
            one = [(1 - b) * np.eye(k) + b / k for b in betas]  # one[t - 1][from, to]
            cumulative = [np.eye(k)]
            for step in one:
                cumulative.append(cumulative[-1] @ step)
            c0 = np.eye(k)[clean[row, j]]
            z = logits[row, start : start + k]
            guess = np.exp(z - z.max())
            guess /= guess.sum()
            now = t[row]

            def bayes(distribution):
                joint = (distribution @ cumulative[now - 1]) * one[now - 1][:, noisy[row, j]]
                return joint / joint.sum()

            truth, model = bayes(c0), bayes(guess)
            m += (c0 @ cumulative[now]).tolist()
            p += truth.tolist()
            q += model.tolist()
            l.append(float(sum(a * np.log(a / b) for a, b in zip(truth, model) if a > 0)))
            last = c0 @ cumulative[steps]
            r.append(float(np.sum(last * np.log(last * k))))
            start += k
        marginal.append(m), posterior.append(p), predicted.append(q), loss.append(l), prior.append(r)
    return {
        "steps": steps, "sizes": sizes, "t": t.tolist(), "clean": clean.ravel().tolist(),
        "noisy": noisy.ravel().tolist(), "logits": logits.ravel().tolist(),
        "marginal": np.ravel(marginal).tolist(), "posterior": np.ravel(posterior).tolist(),
        "predicted": np.ravel(predicted).tolist(), "loss": np.ravel(loss).tolist(), "prior": np.ravel(prior).tolist(),
    }


def schedules():
    u = np.linspace(0.05, 0.95, 19)
    sigmoid = lambda x: 1 / (1 + np.exp(-x))
    logit = lambda p: np.log(p / (1 - p))
    karras = ((1 - u) * 0.002 ** (1 / 7) + u * 80 ** (1 / 7)) ** 7
    cosine = (np.cos((u + 0.008) / 1.008 * np.pi / 2) / np.cos(0.008 / 1.008 * np.pi / 2)) ** 2
    steepness = 1.01
    location = logit(1 / 4) / steepness  # low noise counts 3 to 1
    warp = 80 * sigmoid(location + logit(u) / steepness)
    ve = 0.01 * (50 / 0.01) ** u
    # EDM, equation 5, 18 steps from the noisiest
    i = np.arange(18)
    path = (80 ** (1 / 7) + i / 17 * (0.002 ** (1 / 7) - 80 ** (1 / 7))) ** 7
    to_alpha = lambda sigma: 1 / (1 + sigma**2)
    return {
        "u": u.tolist(),
        "karrasPath": path.tolist() + [0.0],
        "keep": {
            "linear": np.exp(-(0.1 * u + (20 - 0.1) * u**2 / 2)).tolist(),
            "cosine": cosine.tolist(),
            "sigmoid": ((sigmoid(3.0) - sigmoid(-3 + 6 * u)) / (sigmoid(3.0) - sigmoid(-3.0))).tolist(),
            "variance-exploding": to_alpha(ve).tolist(),
            "karras": to_alpha(karras).tolist(),
            "masking-linear": (1 - u).tolist(),
            "masking-cosine": (1 - np.sin(np.pi * u / 2)).tolist(),
            "logistic-time-warp": to_alpha(warp).tolist(),
            "linear-steps": np.interp(
                u * 1000, np.arange(1001), np.concatenate([[1], np.cumprod(1 - linear_betas(1000))])).tolist(),
            "cosine-steps": np.interp(
                u * 1000, np.arange(1001), np.concatenate([[1], np.cumprod(1 - cosine_betas(1000))])).tolist(),
        },
    }


def crc64():
    """CRC-64/XZ bit by bit, most significant bit first on reflected bytes: not the table form of the Swift code."""

    def check(data):
        register = (1 << 64) - 1
        for byte in data:
            for bit in range(8):  # reflected input: least significant bit first
                top = register >> 63 ^ (byte >> bit & 1)
                register = register << 1 & (1 << 64) - 1
                if top:
                    register ^= 0x42F0E1EBA9EA3693
        return f"{int(f'{register ^ (1 << 64) - 1:064b}'[::-1], 2):016x}"

    assert check(b"123456789") == "995dc9bbdf1939fa"
    return {text: check(text.encode()) for text in ["", "a", "123456789", "Langevin, diffusion for tables"]}


def main():
    golden = {
        "linear": gaussian(linear_betas(100)),
        "cosine": gaussian(cosine_betas(100)),
        "linear1000": gaussian(linear_betas(1000))["cumulative"][::50],
        "multinomial": multinomial(),
        "schedules": schedules(),
        "crc64": crc64(),
    }
    (here / "golden.json").write_text(json.dumps(golden) + "\n")
    save_file(
        {
            "weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 4 - 0.5,
            "double": np.array([np.pi, -1e300]),
            "codes": np.array([[-1, 2**31 - 1]], dtype=np.int32),
            "long": np.array([-(2**63), 7], dtype=np.int64),
            "bytes": np.array([0, 127, 255], dtype=np.uint8),
            "scalar": np.array(2.5, dtype=np.float32),
            "empty": np.zeros((0, 4), dtype=np.float32),
        },
        here / "python.safetensors",
        metadata={"note": "made by the safetensors package, \"quoted\" and ünïcode"},
    )


if __name__ == "__main__":
    main()

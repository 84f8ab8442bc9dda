"""Writes the golden values that the engine's tests compare with: layers.json, optimizers.json, normal.json.

    python3 -m venv .venv && .venv/bin/pip install torch==2.13.0 mpmath==1.3.0
    .venv/bin/python Tests/Fixtures/engine/generate.py

Everything is computed in float64. PyTorch keeps the weight of a linear layer as [outputs, inputs]; it is written here
transposed, as the engine keeps it.
"""

import json
import pathlib

import mpmath
import torch
from torch import nn

HERE = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)
torch.manual_seed(20260101)


def numbers(tensor):
    """Float32 values, so that the engine starts from the same ones."""
    return [float(x) for x in tensor.detach().reshape(-1)]


def linear(inputs, outputs):
    layer = nn.Linear(inputs, outputs)
    for parameter in layer.parameters():
        nn.init.normal_(parameter, std=0.4)
        parameter.data = parameter.data.float().double()
    return layer


def norm(width):
    layer = nn.LayerNorm(width)
    for parameter in layer.parameters():
        nn.init.normal_(parameter, mean=0.7, std=0.3)
        parameter.data = parameter.data.float().double()
    return layer


class MLP(nn.Module):
    def __init__(self, widths, activation):
        super().__init__()
        self.activation = activation
        self.layers = nn.ModuleList(linear(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)

    def names(self, name):
        return [(f"{name}.{i}", layer) for i, layer in enumerate(self.layers)]


class Residual(nn.Module):
    def __init__(self, width, hidden, activation):
        super().__init__()
        self.norm, self.first, self.second = norm(width), linear(width, hidden), linear(hidden, width)
        self.activation = activation

    def forward(self, x):
        return x + self.second(self.activation(self.first(self.norm(x))))

    def names(self, name):
        return [(f"{name}.norm", self.norm), (f"{name}.first", self.first), (f"{name}.second", self.second)]


class Attention(nn.Module):
    """PyTorch's own multi-head attention, over [batch, tokens, width]."""

    def __init__(self, width, heads, tokens):
        super().__init__()
        self.tokens = tokens
        self.parts = {part: linear(width, width) for part in ("query", "key", "value", "output")}
        for part, layer in self.parts.items():
            self.add_module(part, layer)
        self.heads = heads

    def forward(self, x):
        width = x.shape[1]
        q, k, v = (self.parts[part] for part in ("query", "key", "value"))
        batched = x.reshape(-1, self.tokens, width).transpose(0, 1)
        result, _ = nn.functional.multi_head_attention_forward(
            batched, batched, batched, width, self.heads,
            torch.cat([q.weight, k.weight, v.weight]), torch.cat([q.bias, k.bias, v.bias]),
            None, None, False, 0.0, self.parts["output"].weight, self.parts["output"].bias, need_weights=False)
        return result.transpose(0, 1).reshape(-1, width)

    def names(self, name):
        return [(f"{name}.{part}", layer) for part, layer in self.parts.items()]


class Transformer(nn.Module):
    def __init__(self, width, heads, tokens):
        super().__init__()
        self.norm, self.attention = norm(width), Attention(width, heads, tokens)
        self.network = Residual(width, 4 * width, nn.GELU(approximate="tanh"))

    def forward(self, x):
        return self.network(x + self.attention(self.norm(x)))

    def names(self, name):
        return ([(f"{name}.norm", self.norm)] + self.attention.names(f"{name}.attention")
                + self.network.names(f"{name}.network"))


def layer_case(module, names, rows, columns):
    """Value and gradients of one module; the scalar is the output's sum, weighted by fixed numbers."""
    x = torch.randn(rows, columns).float().double().requires_grad_()
    y = module(x)
    weights = torch.randn_like(y).float().double()
    (y * weights).sum().backward()
    parameters = {}
    for name, layer in names:
        is_norm = isinstance(layer, nn.LayerNorm)
        for part, parameter in layer.named_parameters():
            key = {"weight": "gain", "bias": "bias"}[part] if is_norm else part
            turn = (lambda t: t.T) if part == "weight" and not is_norm else (lambda t: t)
            parameters[f"{name}.{key}"] = {
                "values": numbers(turn(parameter)), "gradient": numbers(turn(parameter.grad))}
    return {"rows": rows, "columns": columns, "input": numbers(x), "weights": numbers(weights), "output": numbers(y),
            "inputGradient": numbers(x.grad), "parameters": parameters}


def layers():
    cases = {}
    one = linear(17, 5)
    cases["linear"] = layer_case(one, [("linear", one)], 3, 17)
    for key, activation in [("mlpSiLU", nn.SiLU()), ("mlpReLU", nn.ReLU()), ("mlpGELU", nn.GELU(approximate="tanh"))]:
        mlp = MLP([5, 9, 7, 3], activation)
        cases[key] = layer_case(mlp, mlp.names("mlp"), 4, 5)
    residual = Residual(6, 11, nn.SiLU())
    cases["residual"] = layer_case(residual, residual.names("block"), 5, 6)
    attention = Attention(8, 2, 3)
    cases["attention"] = layer_case(attention, attention.names("attention"), 2 * 3, 8)
    transformer = Transformer(8, 4, 5)
    cases["transformer"] = layer_case(transformer, transformer.names("block"), 2 * 5, 8)
    return cases


def optimizer_case(make, clip=None):
    start = torch.randn(37).float().double()
    w = nn.Parameter(start.clone())
    optimizer = make([w])
    gradients, values, norms = [], [], []
    for step in range(6):
        g = (torch.randn(37) * (3 if step == 2 else 0.3)).float().double()
        gradients.append(numbers(g))
        w.grad = g.clone()
        if clip is not None:
            norms.append(float(nn.utils.clip_grad_norm_([w], clip)))
        optimizer.step()
        values.append(numbers(w))
    return {"start": numbers(start), "gradients": gradients, "values": values, "norms": norms}


def optimizers():
    optim = torch.optim
    return {
        "adamW": optimizer_case(lambda w: optim.AdamW(w, lr=0.02, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1)),
        "adam": optimizer_case(lambda w: optim.Adam(w, lr=0.02, betas=(0.8, 0.999), eps=1e-6, weight_decay=0.1)),
        "sgd": optimizer_case(lambda w: optim.SGD(w, lr=0.05, weight_decay=0.1)),
        "momentum": optimizer_case(lambda w: optim.SGD(w, lr=0.05, momentum=0.9, weight_decay=0.01)),
        "clipped": optimizer_case(
            lambda w: optim.AdamW(w, lr=0.02, betas=(0.9, 0.99), eps=1e-8, weight_decay=0), clip=2.0),
    }


def normal():
    mpmath.mp.dps = 40
    shares = [1e-300, 1e-100, 1e-20, 1e-9, 1e-4, 0.01, 0.02425, 0.024251, 0.1, 0.25, 0.5, 0.6, 0.9, 0.97574, 0.97576,
              0.99, 0.9999, 0.9999999]
    scores = [-37, -10, -5, -2.5, -1, -0.1, 0, 0.3, 1, 1.96, 4, 8]
    quantiles = [float(mpmath.findroot(lambda z: mpmath.log(mpmath.ncdf(z)) - mpmath.log(mpmath.mpf(p)), guess(p)))
                 for p in shares]
    return {"shares": shares, "quantiles": quantiles, "scores": scores,
            "cumulative": [float(mpmath.ncdf(z)) for z in scores]}


def guess(p):
    """A start for Newton's method: the leading term of the tail."""
    if 0.2 < p < 0.8:
        return 0.0
    tail = min(p, 1 - p)
    z = float(mpmath.sqrt(-2 * mpmath.log(tail) - mpmath.log(-4 * mpmath.pi * mpmath.log(tail))))
    return -z if p < 0.5 else z


if __name__ == "__main__":
    for name, content in [("layers", layers()), ("optimizers", optimizers()), ("normal", normal())]:
        (HERE / f"{name}.json").write_text(json.dumps(content, indent=None, separators=(",", ":")) + "\n")

"""Times training steps of Langevin's engine and of PyTorch in turn, and prints them side by side.

Called by `run` with the path of the built `training-step`. PyTorch gets the same networks, batches and optimiser, its
fused AdamW, and autocast for bfloat16. Each round times every contender once; the best round's median counts, so that
a neighbour on the machine disturbs neither side more than the other.
"""

import json
import math
import os
import subprocess
import sys
import time

import torch
from torch import nn

PROGRAM, ROUNDS, SECONDS, THREADS = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
ONLY = sys.argv[5] if len(sys.argv) > 5 else ""
# With TRAINING_STEP_CLOCK=processor both sides count processor time, for machines shared with others. Then take one
# thread: threads that wait for each other count as working.
CLOCK_NAME = os.environ.get("TRAINING_STEP_CLOCK", "wall")
CLOCK = time.process_time if CLOCK_NAME == "processor" else time.perf_counter
torch.set_num_threads(THREADS)


def engine(kind, case, precision):
    out = subprocess.run([PROGRAM, kind, case["name"], precision, str(SECONDS), str(THREADS)],
                         check=True, capture_output=True, text=True).stdout
    return json.loads(out)


class Block(nn.Module):
    """A pre-norm transformer block, as the engine's TransformerBlock."""

    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, nn.Dropout(dropout)
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.maps = nn.ModuleList(nn.Linear(width, width) for _ in range(4))
        self.first, self.second = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        h = self.norms[0](x)
        q, k, v = (m(h).view(batch, tokens, self.heads, -1).transpose(1, 2) for m in self.maps[:3])
        a = nn.functional.scaled_dot_product_attention(q, k, v)
        x = x + self.maps[3](a.transpose(1, 2).reshape(batch, tokens, width))
        h = nn.functional.gelu(self.first(self.norms[1](x)), approximate="tanh")
        return x + self.second(self.dropout(h))


def make(case):
    width, inputs = case["width"], case["inputs"]
    if case["tokens"]:
        blocks = [Block(width, case["heads"], case["dropout"]) for _ in range(case["layers"])]
        return nn.Sequential(*blocks, nn.Linear(width, width)), (case["batch"], case["tokens"], width)
    parts = []
    for layer in range(case["layers"]):
        parts += [nn.Linear(inputs if layer == 0 else width, width), nn.ReLU()]
        parts += [nn.Dropout(case["dropout"])] if case["dropout"] else []
    return nn.Sequential(*parts, nn.Linear(width, inputs)), (case["batch"], inputs)


def reference(case, precision):
    torch.manual_seed(1)
    network, shape = make(case)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
    x, y = torch.randn(shape), torch.randn(shape)

    def step():
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
            output = network(x)
        nn.functional.mse_loss(output.float(), y).backward()
        optimizer.step()

    for _ in range(5):
        step()
    times, start = [], time.perf_counter()
    while time.perf_counter() - start < SECONDS or len(times) < 10:
        begin = CLOCK()
        step()
        times.append(CLOCK() - begin)
    return sorted(times)[len(times) // 2] * 1e3


def main():
    print(f"PyTorch {torch.__version__}, {THREADS} threads, {CLOCK_NAME} clock, best of {ROUNDS} rounds of {SECONDS} s\n")
    print("| network | format | ms | GFLOP/s | bare products, ms | share of bare | PyTorch, ms | × PyTorch |")
    print("|---|---|--:|--:|--:|--:|--:|--:|")
    cases = [json.loads(line) for line in
             subprocess.run([PROGRAM, "list"], check=True, capture_output=True, text=True).stdout.splitlines()]
    for case in cases:
        if ONLY not in case["name"]:
            continue
        for precision in ("float32", "bfloat16"):
            own = bare = theirs = math.inf
            for _ in range(ROUNDS):
                own = min(own, engine("time", case, precision)["ms"])
                theirs = min(theirs, reference(case, precision))
                bare = min(bare, engine("bare", case, precision)["ms"])
            print(f"| {case['name']} | {precision} | {own:.2f} | {case['gflop'] / own * 1e3:.0f} | {bare:.2f} | "
                  f"{bare / own:.0%} | {theirs:.2f} | {theirs / own:.2f} |", flush=True)


main()

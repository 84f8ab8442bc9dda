"""Draws real, synthetic and independently shuffled rows of two columns side by side: the picture of the README.

  Benchmarks/quality/.venv/bin/pip install matplotlib
  Benchmarks/quality/.venv/bin/python Benchmarks/quality/picture.py REAL.csv SYNTHETIC.csv fLength fM3Long picture.png
"""
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd

real, synthetic, x, y, out = pd.read_csv(sys.argv[1]), pd.read_csv(sys.argv[2]), *sys.argv[3:6]
count = min(len(real), len(synthetic), 4000)
mixed = real.copy()
mixed[y] = real[y].sample(frac=1, random_state=1).to_numpy()
panels = [("real rows", real, "#4a5568"), ("synthetic rows", synthetic, "#0b7285"), ("columns made independently", mixed, "#adb5bd")]
limits = [real[c].quantile([0.002, 0.998]).to_list() for c in (x, y)]
plt.rcParams.update({"font.family": "DejaVu Sans", "font.size": 9})
figure, axes = plt.subplots(1, 3, figsize=(9, 3.1), sharex=True, sharey=True, layout="constrained")
for axis, (title, table, colour) in zip(axes, panels):
    rows = table.sample(count, random_state=1)
    axis.scatter(rows[x], rows[y], s=2.5, alpha=0.35, linewidths=0, color=colour)
    axis.set(title=title, xlabel=x, xlim=limits[0], ylim=limits[1])
    axis.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel(y)
figure.savefig(out, dpi=110)

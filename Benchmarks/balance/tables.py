"""The tables that balancing is compared on, prepared the same for both sides."""

import csv
import gzip
import os
from pathlib import Path

import numpy as np

# Target, the rare class, whether columns are numbers alone.
TABLES = {
    "ecoli": ("class", "imU", True),
    "yeast": ("class", "ME2", True),
    "oil": ("class", "1", True),
    "mammography": ("class", "1", True),
    "car_eval": ("class", "vgood", False),
    "car_eval (levels)": ("class", "vgood", False),
    "hypothyroid": ("class", "hypothyroid", False),
    "churn_mlc": ("churn", "yes", False),
    "credit_data": ("Status", "bad", False),
}

# SMOTE-NC needs numbers: ordered levels of car_eval become ranks.
RANKS = {
    "buying": ["low", "med", "high", "vhigh"],
    "maint": ["low", "med", "high", "vhigh"],
    "persons": ["2", "4", "more"],
}


def folder(root):
    return Path(os.environ.get("LANGEVIN_DATA", Path(root).parent / "shared" / "data"))


class Table:
    """A table with its kinds: columns as numbers or as texts, missing numbers filled by the median."""

    def __init__(self, root, name, binary):
        self.name, (self.target, rare, numeric) = name, TABLES[name]
        with gzip.open(folder(root) / f"{name.split()[0]}.csv.gz", "rt", newline="") as file:
            rows = list(csv.reader(file))
        header, rows = rows[0], rows[1:]
        columns = {c: [r[i] for r in rows] for i, c in enumerate(header)}
        y = columns.pop(self.target)
        self.y = np.array(["rare" if v == rare else "other" for v in y]) if binary else np.array(y)
        self.columns, self.kinds = {}, {}
        for column, values in columns.items():
            if name == "car_eval" and column in RANKS:
                values = [str(RANKS[column].index(v)) for v in values]
            try:
                numbers = np.array([float(v) if v else np.nan for v in values])
            except ValueError:
                numbers = None
            if numbers is None or np.isnan(numbers).all() or (name.startswith("car_eval") and not (name == "car_eval" and column in RANKS)):
                self.kinds[column] = "category"
                self.columns[column] = np.array([v if v else None for v in values], dtype=object)
            else:
                numbers[np.isnan(numbers)] = np.nanmedian(numbers)
                self.kinds[column] = "decimal"
                self.columns[column] = numbers
        # A column without a value is nothing to either side.
        for column in [c for c, v in self.columns.items() if all(x is None for x in v)]:
            del self.columns[column], self.kinds[column]

    @property
    def categorical(self):
        return [i for i, k in enumerate(self.kinds.values()) if k == "category"]

    def matrix(self):
        if not self.categorical:
            return np.column_stack(list(self.columns.values()))
        return np.column_stack([v.astype(object) for v in self.columns.values()])

    def write(self, path):
        with open(path, "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*self.columns, self.target])
            for row in zip(*self.columns.values(), self.y):
                writer.writerow(["" if v is None else v if isinstance(v, str) else repr(float(v)) for v in row])

    def arguments(self):
        kinds = [f"--kind={c}={k}" for c, k in self.kinds.items()]
        return [*kinds, f"--kind={self.target}=category", "--target", self.target]

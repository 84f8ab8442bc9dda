"""Tables whose truth is known, made from real rows: what `run` beside this file has judged."""
import csv, gzip, json, math, random, statistics

MOST_ROWS = 3000


class Data:
    """A benchmark table in three parts: rows to learn, rows held out, and a second sample."""

    def __init__(self, name, folder):
        facts = json.load(open(folder / "manifest.json"))
        file = {"adult": "adult_train"}.get(name, name)
        self.target = facts[file]["target"]
        with gzip.open(folder / f"{file}.csv.gz", "rt", newline="") as lines:
            table = list(csv.reader(lines))
        kept = [i for i, c in enumerate(table[0]) if c not in facts[file]["id_or_date"]]
        self.head = [table[0][i] for i in kept]
        rows = [[row[i] for i in kept] for row in table[1:]]
        random.Random(f"{name} rows").shuffle(rows)
        rows = rows[:MOST_ROWS]
        learned, held = round(0.45 * len(rows)), round(0.2 * len(rows))
        self.train, self.holdout, self.second = rows[:learned], rows[learned:learned + held], rows[learned + held:]
        numeric = set(facts[file]["numeric"])
        self.numbers = [i for i, c in enumerate(self.head) if c in numeric or (c == self.target and self.is_number(i))]
        self.name = name

    def is_number(self, column):
        try:
            return len({float(row[column]) for row in self.train if row[column]}) > 20
        except ValueError:
            return False

    def column(self, index, rows=None):
        return [float(row[index]) for row in (rows or self.train) if row[index]]

    def digits(self, index):
        return max((len(row[index].partition(".")[2]) for row in self.train if "e" not in row[index]), default=0)

    def text(self, index, number):
        return f"{number:.{self.digits(index)}f}"


def near(data, rows, share, rng):
    """Rows with noise of a share of each number's deviation, with the column's decimals."""
    spread = {i: statistics.pstdev(data.column(i)) for i in data.numbers}
    return [[data.text(i, float(cell) + rng.gauss(0, share * spread[i])) if i in spread and cell else cell
             for i, cell in enumerate(row)] for row in rows]


def shuffled(data, rng):
    columns = [list(column) for column in zip(*data.train)]
    for column in columns:
        rng.shuffle(column)
    return [list(row) for row in zip(*columns)]


def random_cells(data, index, count, rng):
    """Numbers anywhere in the range, levels as likely as each other."""
    if index in data.numbers:
        low, high = min(data.column(index)), max(data.column(index))
        return [data.text(index, rng.uniform(low, high)) for _ in range(count)]
    levels = sorted({row[index] for row in data.train})
    return [rng.choice(levels) for _ in range(count)]


def noise(data, rng):
    columns = [random_cells(data, i, len(data.train), rng) for i in range(len(data.head))]
    return [list(row) for row in zip(*columns)]


def one_column_noise(data, rng):
    """Noise in a column that is bound to others: a number correlated with another one, or the first of several categories."""
    bound = [i for i in data.numbers for j in data.numbers if i != j and abs(correlation(data, i, j)) >= 0.2]
    index = most_values(data, bound) if data.numbers else 0
    if index is None:
        return None
    return [row[:index] + [cell] + row[index + 1:]
            for row, cell in zip(data.second, random_cells(data, index, len(data.second), rng))]


def correlation(data, first, second):
    pairs = [(float(row[first]), float(row[second])) for row in data.train if row[first] and row[second]]
    columns = list(zip(*pairs))
    return statistics.correlation(*columns) if len(pairs) > 2 and all(len(set(c)) > 1 for c in columns) else 0


def most_values(data, columns):
    return max(columns, key=lambda i: (len({row[i] for row in data.train}), -i), default=None)


def main_number(data):
    return most_values(data, data.numbers)


def absent_class(data, rng):
    """The second sample without a level of the target, or else of a category: the one nearest to 15 % of the rows."""
    places = [data.head.index(data.target)] + [i for i in range(len(data.head)) if i not in data.numbers]
    for index in places:
        if index in data.numbers:
            continue
        shares = {}
        for row in data.train:
            shares[row[index]] = shares.get(row[index], 0) + 1 / len(data.train)
        levels = [level for level, share in shares.items() if 0.08 <= share <= 0.5 and level]
        if levels:
            level = min(levels, key=lambda level: (abs(shares[level] - 0.15), level))
            return [row for row in data.second if row[index] != level]
    return None


def lost_mode(data, rng):
    """The second sample without the rows whose main number lies between its 60 % and 80 % quantiles."""
    index = main_number(data)
    if index is None:
        return None
    values = sorted(data.column(index))
    low, high = values[int(0.6 * len(values))], values[int(0.8 * len(values))]
    kept = [row for row in data.second if not row[index] or not low <= float(row[index]) <= high]
    return kept if 0.1 < 1 - len(kept) / len(data.second) < 0.5 else None


def lost_cluster(data, rng):
    """The second sample without the 15 % of its rows that lie nearest to one row, over all numbers."""
    if len(data.numbers) < 2:
        return None
    scale = {i: (statistics.fmean(data.column(i)), statistics.pstdev(data.column(i)) or 1) for i in data.numbers}

    def point(row):
        return [(float(row[i]) - scale[i][0]) / scale[i][1] if row[i] else 0 for i in data.numbers]

    def off_centre(row):
        return math.hypot(*(max(-2, min(2, x)) for x in point(row)))

    # A row of the outer third, so that the cluster has an edge.
    centres = sorted(data.train, key=off_centre)
    centre = point(centres[int(0.75 * len(centres))])
    order = sorted(data.second, key=lambda row: math.dist(point(row), centre))
    gone = {id(row) for row in order[:round(0.15 * len(order))]}
    return [row for row in data.second if id(row) not in gone]


def emptied(data, rng):
    index = main_number(data)
    index = 0 if index is None else index
    return [row[:index] + [""] + row[index + 1:] for row in data.second]


GOOD, RESERVE, BAD, UNKNOWN = "green", "amber", "red", "unknown"
NOT_GOOD = {RESERVE, BAD}
ANY = {GOOD, RESERVE, BAD, UNKNOWN}
# By case: what makes the synthetic table, then what someone who knows the truth says: how alike, how safe with a hold-out,
# and without one. Few rows may leave safety unknown.
CASES = {
    "real": (lambda d, r: d.second, {GOOD}, {GOOD, UNKNOWN}, {UNKNOWN}),
    "synth": (None, {GOOD, RESERVE}, {GOOD, UNKNOWN}, {UNKNOWN}),
    # Less training makes rows no more alike: `verdicts.py` allows no better light than that of `synth`.
    "synth-tenth": (None, {GOOD, RESERVE, BAD}, {GOOD, UNKNOWN}, {UNKNOWN}),
    # All values of every column are real ones: singled out by one column, but no row is linked.
    "shuffled": (shuffled, NOT_GOOD, ANY, {UNKNOWN}),
    "noise": (noise, {BAD}, {GOOD, UNKNOWN}, {UNKNOWN}),
    "copies": (lambda d, r: r.sample(d.train, len(d.train)), {GOOD}, {BAD}, {BAD}),
    "near.001": (lambda d, r: near(d, d.train, 0.001, r), ANY, {BAD}, {BAD}),
    "near.01": (lambda d, r: near(d, d.train, 0.01, r), ANY, {BAD}, {BAD}),
    "near.1": (lambda d, r: near(d, d.train, 0.1, r), ANY, NOT_GOOD, NOT_GOOD | {UNKNOWN}),
    "near.3": (lambda d, r: near(d, d.train, 0.3, r), ANY, NOT_GOOD, NOT_GOOD | {UNKNOWN}),
    "half-copies": (lambda d, r: r.sample(d.train, len(d.second) // 2) + d.second[:len(d.second) // 2], {GOOD}, {BAD}, NOT_GOOD),
    "copies-but-one": (lambda d, r: [row[:-1] + [other[-1]] for row, other in zip(d.train, r.sample(d.train, len(d.train)))],
                       ANY, NOT_GOOD, NOT_GOOD),
    "absent-class": (absent_class, NOT_GOOD, {GOOD, UNKNOWN}, {UNKNOWN}),
    "lost-mode": (lost_mode, NOT_GOOD, {GOOD, UNKNOWN}, {UNKNOWN}),
    "lost-cluster": (lost_cluster, NOT_GOOD, {GOOD, UNKNOWN}, {UNKNOWN}),
    "one-column-noise": (one_column_noise, NOT_GOOD, {GOOD, UNKNOWN}, {UNKNOWN}),
    "emptied": (emptied, {BAD}, {GOOD, UNKNOWN}, {UNKNOWN}),
    "constant": (lambda d, r: [d.second[0]] * 500, {BAD}, {UNKNOWN, RESERVE, BAD}, {UNKNOWN, RESERVE, BAD}),
    "one-row": (lambda d, r: [d.second[0]], {BAD, RESERVE, UNKNOWN}, {UNKNOWN, RESERVE, BAD}, {UNKNOWN, RESERVE, BAD}),
}
NEVER_GOOD = {UNKNOWN, RESERVE, BAD}
# By case: synthetic table and hold-out, then what is right of how alike, how safe, how useful.
OVERLAPS = {
    "all-the-same": (lambda d, r: (d.train, d.train), ANY, {BAD}, {UNKNOWN}),
    "near-and-learned": (lambda d, r: (near(d, d.train, 0.01, r), r.sample(d.train, len(d.train) // 2)), ANY, {BAD}, {UNKNOWN}),
    "learned": (lambda d, r: (d.second, r.sample(d.train, len(d.train) // 2)), {GOOD}, {UNKNOWN}, {UNKNOWN}),
    "learned-30%": (lambda d, r: (d.second, d.holdout + r.sample(d.train, round(0.43 * len(d.holdout)))), {GOOD}, {UNKNOWN}, {UNKNOWN}),
    "near-learned": (lambda d, r: (d.second, near(d, d.train, 0.01, r)), {GOOD}, {UNKNOWN}, {UNKNOWN}),
    "holdout": (lambda d, r: (d.holdout, d.holdout), {UNKNOWN}, NEVER_GOOD, {UNKNOWN}),
    "holdout-half": (lambda d, r: (d.holdout[::2] + d.second, d.holdout), {GOOD}, {UNKNOWN}, {UNKNOWN}),
}

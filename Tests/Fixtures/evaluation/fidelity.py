"""Makes fidelity.json, the golden values of the fidelity figures, with SDMetrics itself.

    python -m venv venv && venv/bin/pip install sdmetrics==0.32.0 && venv/bin/python fidelity.py

The tables are the single-table demo of SDMetrics (MIT licence, DataCebo), which its package holds. Categories that are
missing count as a level. `student_id` is left out.
"""

import json
import pathlib
import warnings

import pandas as pd
from sdmetrics.reports.single_table import QualityReport

warnings.filterwarnings("ignore")
here = pathlib.Path(__file__).parent
real = pd.read_csv(here / "student_placements_real.csv").drop(columns="student_id")
synthetic = pd.read_csv(here / "student_placements_synthetic.csv")[real.columns]
columns = {}
for name in real:
    if name.endswith("_date"):
        columns[name] = {"sdtype": "datetime"}
        for table in (real, synthetic):
            table[name] = pd.to_datetime(table[name])
    elif pd.api.types.is_numeric_dtype(real[name]) and real[name].dtype != bool:
        columns[name] = {"sdtype": "numerical"}
    else:
        columns[name] = {"sdtype": "categorical"}
        for table in (real, synthetic):
            table[name] = table[name].astype(object).where(table[name].notna(), "missing").astype(str)


def scores(correlation, association):
    report = QualityReport()
    report.real_correlation_threshold, report.real_association_threshold = correlation, association
    report.num_rows_subsample = None
    report.generate(real.copy(), synthetic.copy(), {"columns": columns}, verbose=False)
    return report


every, strong = scores(0, 0), scores(0.5, 0.3)
shapes = every.get_details("Column Shapes")
pairs = every.get_details("Column Pair Trends")
mean = lambda report: 1 - float(report.get_properties().set_index("Property")["Score"]["Column Pair Trends"])
json.dump(
    {
        "shapes": {row["Column"]: 1 - row["Score"] for _, row in shapes.iterrows()},
        "pairs": [[row["Column 1"], row["Column 2"], None if pd.isna(row["Score"]) else 1 - row["Score"]] for _, row in pairs.iterrows()],
        "trend_error": mean(every),
        "trend_error_thresholded": mean(strong),
    },
    open(here / "fidelity.json", "w"),
    indent=1,
)

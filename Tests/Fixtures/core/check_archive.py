"""Opens with the safetensors package the file that the Swift tests wrote, and compares its contents.

    LANGEVIN_ARCHIVE_OUT=out.safetensors swift test --filter writesForThePythonPackage
    venv/bin/python check_archive.py out.safetensors
"""

import math
import sys

import numpy as np
from safetensors import deserialize, safe_open

path = sys.argv[1]
with safe_open(path, framework="np") as archive:
    names = set(archive.keys())
    assert names == {"codes", "weight", "half", "exact", "counts", "long", "empty"}, names
    expected = {
        "codes": np.array([0, 127, 255], np.uint8),
        "weight": np.array([[1.5, -2], [np.inf, 0]], np.float32),
        "exact": np.array([[math.pi, -1e300]]),
        "counts": np.array([-1, 2**31 - 1], np.int32),
        "long": np.array(-(2**63), np.int64),
        "empty": np.zeros((0, 4), np.float32),
    }
    for name, value in expected.items():
        found = archive.get_tensor(name)
        assert found.dtype == value.dtype and found.shape == value.shape and np.array_equal(found, value), name
    metadata = archive.metadata()
assert metadata["model"] == '{"width":512,"name":"Größe \\"q\\" \\\\ / 🙂"}', metadata["model"]
assert metadata["note"] == "line one\nline two\x01"
assert metadata["langevin.format"] == "1"
# NumPy has no bfloat16: its bytes.
half = dict(deserialize(open(path, "rb").read()))["half"]
assert half["dtype"] == "BF16" and bytes(half["data"]) == bytes([0xC0, 0x3F, 0x00, 0xC0])
print("the safetensors package reads the same:", ", ".join(sorted(names)))

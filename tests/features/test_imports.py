"""The server evaluates features without the heavy libraries that training needs."""

from __future__ import annotations

import subprocess
import sys

HEAVY = [
    "duckdb",
    "great_expectations",
    "matplotlib",
    "mlflow",
    "pandas",
    "pyarrow",
    "sklearn",
    "sqlglot",
]


def test_what_the_server_imports_brings_in_no_heavy_library() -> None:
    script = (
        "import sys, features.catalogue, features.labels, features.evaluating.online;"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"

"""What the API is worth beside the same by hand is measured, and fifty who check out meanwhile keep the books."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.mark.slow
def test_requests_a_second_and_p95_of_typical_routes_are_recorded(tmp_path: Path) -> None:
    kept = tmp_path / "api.json"
    command = [sys.executable, "-m", "benchmarks.api", "--quick", "--keep", str(kept)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(kept.read_text(encoding="utf-8"))
    for end in ("_rps", "_p95_ms", "_over_bare"):
        assert sum(name.endswith(end) and figure > 0 for name, figure in figures.items()) >= 10
    assert {"list_over_bare", "read_over_bare", "checkout_over_bare"} <= set(figures)
    assert "100 orders, 200 answers 201 and 100 409, 0 units left, 100 set aside" in done.stdout

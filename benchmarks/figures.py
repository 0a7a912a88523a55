"""Where measured figures are kept: a file of JSON for each benchmark, in ``benchmarks/results``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def keep(file: Path, figures: Mapping[str, float]) -> None:
    """Write figures into a file, beside those of other names that it has."""
    file.parent.mkdir(exist_ok=True)
    before = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    kept = before | {each: round(figure, 3) for each, figure in figures.items()}
    file.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")

"""The JSON files of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tabular.files import replace_text


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a JSON file at once; NaN and objects JSON does not know are refused."""
    text = json.dumps(content, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False)
    replace_text(path, text + "\n")


def read_json(path: Path) -> dict[str, Any] | None:
    """Read a JSON object; None where there is no such file, or it holds something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return content if isinstance(content, dict) else None

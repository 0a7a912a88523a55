"""The notebook as a file: its cells, its contract and the hash of its source.

Read as plain JSON, so that planning a run costs milliseconds and imports nothing heavy.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import NotebookMissing
from workbench.runs.contract import Contract, read_contract

PARAMETERS_TAG = "parameters"


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """A notebook as it lies on disk."""

    path: Path
    """Absolute."""
    content: dict[str, Any]

    @property
    def name(self) -> str:
        """The file name without its ending, such as ``20_train_model``."""
        return self.path.stem

    @property
    def cells(self) -> list[dict[str, Any]]:
        """Its cells, in order."""
        return list(self.content["cells"])

    @property
    def code_cells(self) -> list[dict[str, Any]]:
        """Its code cells, in order."""
        return [cell for cell in self.cells if cell["cell_type"] == "code"]

    @property
    def parameters_index(self) -> int | None:
        """The place of the parameters cell; None where there is none."""
        for place, cell in enumerate(self.cells):
            if PARAMETERS_TAG in cell.get("metadata", {}).get("tags", []):
                return place
        return None

    @property
    def contract(self) -> Contract:
        """What the notebook takes.

        Raises
        ------
        ContractError
            "parameters cell of X must ..."
        """
        place = self.parameters_index
        if place is None:
            return Contract(())
        return read_contract(cell_source(self.cells[place]), notebook=self.path.name)

    @property
    def hash(self) -> str:
        """SHA-256 of the cells' kinds and sources; outputs and metadata do not count."""
        parts = [[cell["cell_type"], cell_source(cell)] for cell in self.cells]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def read_notebook(path: Path) -> Notebook:
    """Read a notebook from disk.

    Raises
    ------
    NotebookMissing
        "notebook must be an existing .ipynb file; got ..."
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotebookMissing(
            f"notebook must be an existing .ipynb file; got {str(path)!r}. Give its path, such as"
            " notebooks/20_train_model.ipynb."
        ) from error
    except ValueError as error:
        raise NotebookMissing(
            f"notebook must be Jupyter's JSON; got {str(path)!r}, which is not."
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise NotebookMissing(f"notebook must hold cells (nbformat 4); got {str(path)!r}.")
    return Notebook(path=path.resolve(), content=content)


def cell_source(cell: dict[str, Any]) -> str:
    """Give the text of a cell; Jupyter stores it whole or by lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def cell_title(cell: dict[str, Any]) -> str:
    r"""Name a cell by its first line, for progress and sentences.

    Examples
    --------
    >>> cell_title({"source": "# Fit the candidates\nfit()"})
    'Fit the candidates'
    """
    lines = [line.strip() for line in cell_source(cell).splitlines() if line.strip()]
    title = lines[0].lstrip("# ") if lines else "empty cell"
    return title if len(title) <= 60 else f"{title[:57]}..."

"""The HTML page of a run: a decision box on top, charts and tables below, no code, nothing from outside.

The page carries a content security policy that forbids every script and every remote address, so it opens
the same on a plane, in an archive and behind any firewall, and prints well.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbconvert import HTMLExporter
from traitlets.config import Config

from tabular.files import replace_text
from workbench.runs.files import read_json
from workbench.runs.source import cell_source

TEMPLATES = Path(__file__).parent / "templates"
HIDDEN_TAGS = {"parameters", "injected-parameters", "setup", "papermill-error-cell-tag"}
"""Cells with one of these tags are not shown to readers."""


def write_page(folder: Path, request: Mapping[str, Any], failure: Mapping[str, Any] | None) -> Path:
    """Write ``page.html`` beside the executed notebook, however far that came.

    Parameters
    ----------
    request : mapping
        What was asked: label, parameters, run id.
    failure : mapping or None
        How it failed; None where it succeeded. A failed run's page also shows the code, for whoever mends it.
    """
    executed = folder / "executed.ipynb"
    path = executed if executed.is_file() else Path(request["notebook"])
    notebook = read_executed(path)
    result = read_json(folder / "result.json") or {}
    title = _take_title(notebook) or str(request.get("label", path.stem))
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        config=_config(show_code=failure is not None)
    )
    resources = {"page": _facts(title, request, result, failure)}
    html, _ = exporter.from_notebook_node(notebook, resources=resources)
    page = folder / "page.html"
    replace_text(page, html)
    return page


def read_executed(path: Path) -> Any:
    """Read a notebook as nbformat's own node."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def _config(*, show_code: bool) -> Config:
    config = Config()
    exporter = config.HTMLExporter
    exporter.template_name = "bellwether"
    exporter.extra_template_basedirs = [str(TEMPLATES)]
    exporter.exclude_input = not show_code
    exporter.exclude_input_prompt = True
    exporter.exclude_output_prompt = True
    exporter.embed_images = True
    exporter.mathjax_url = ""
    exporter.require_js_url = ""
    exporter.jquery_url = ""
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = HIDDEN_TAGS
    return config


def _facts(
    title: str,
    request: Mapping[str, Any],
    result: Mapping[str, Any],
    failure: Mapping[str, Any] | None,
) -> dict[str, Any]:
    failed = failure is not None
    shown = {
        "tenant": request.get("tenant"),
        "model": request.get("model"),
        "as of": result.get("as_of_text") or request.get("as_of"),
        "data": str(result.get("data_hash") or "")[:16],
        "run": request.get("run_id"),
    }
    return {
        "title": title,
        "state": "failed" if failed else "succeeded",
        "state_text": "failed" if failed else "decision",
        "decision": failure["sentence"]
        if failure is not None
        else (result.get("decision") or result.get("headline")),
        "headline": "" if failed else result.get("headline"),
        "facts": [(name, value) for name, value in shown.items() if value],
        "style": (TEMPLATES / "page.css").read_text(encoding="utf-8"),
    }


def _take_title(notebook: Any) -> str:
    """Take the first heading out of a notebook; the page shows it on top."""
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        first, _, rest = cell_source(cell).lstrip().partition("\n")
        if first.startswith("# "):
            cell["source"] = rest.lstrip()
            return first.removeprefix("# ").strip()
    return ""

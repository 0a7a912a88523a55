"""The index of the reports: one page with the latest run of every notebook, newest first."""

from __future__ import annotations

import os
from collections.abc import Iterable
from html import escape
from pathlib import Path

from tabular.files import replace_text
from workbench.runs.exit_status import LEFT_OUT
from workbench.runs.history import History, RunRecord

_COLUMNS = ("status", "tenant", "as of", "notebook", "model", "result", "finished", "page")
_STYLE = Path(__file__).parent / "templates" / "page.css"
_ROWS = 500


def write_index(history: History, reports: Path) -> Path:
    """Write ``index.html`` below the reports from the history of runs.

    Returns
    -------
    Path
        The index: status, model, headline and a link that works offline, one row for the latest run of each
        notebook, tenant, model and as-of date, and below it one for each model that was left out, with its sentence.
    """
    rows = []
    for record in latest(history.records())[:_ROWS]:
        result = history.result(record.run_id) or {}
        headline = result.get("headline") if record.state == "succeeded" else record.sentence
        link = ""
        if record.page and Path(record.page).is_file():
            target = escape(os.path.relpath(record.page, reports), quote=True)
            link = f'<a href="{target}">open</a>'
        said = [(record.state, record.model, str(headline or ""))]
        models = (result.get("outputs") or {}).get("models") or {}
        said += [
            (LEFT_OUT.name, model, found["skipped"])
            for model, found in models.items()
            if "skipped" in found
        ]
        for state, model, sentence in said:
            texts = (
                state.replace("_", " "),
                record.tenant,
                str(result.get("as_of_date") or record.as_of[:10]),
                record.notebook,
                model,
                sentence,
                record.finished_at[:16].replace("T", " "),
            )
            cells = "".join(f'<td class="text">{escape(text)}</td>' for text in texts)
            rows.append(f"<tr>{cells}<td>{link}</td></tr>")
    heads = "".join(f'<th class="text">{name}</th>' for name in _COLUMNS)
    index = reports / "index.html"
    replace_text(
        index,
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Bellwether reports</title><style>{_STYLE.read_text(encoding='utf-8')}"
        "body { max-width: 90rem; }</style></head>\n<body><h1>Reports</h1>\n"
        f"<table><thead><tr>{heads}</tr></thead><tbody>\n"
        + "\n".join(rows)
        + "\n</tbody></table>\n"
        "</body></html>\n",
    )
    return index


def latest(records: Iterable[RunRecord]) -> list[RunRecord]:
    """Keep the last run of each notebook, tenant, model and as-of instant; newest first."""
    kept: dict[tuple[str, str, str, str], RunRecord] = {}
    for record in sorted(records, key=lambda record: record.started_at):
        kept[(record.notebook, record.tenant, record.model, record.as_of)] = record
    return sorted(kept.values(), key=lambda record: record.started_at, reverse=True)

"""The report of a check: all of it as JSON, and the Data Docs of the last run as one page for people.

Great Expectations' own renderers draw the page's sections. Its page around them is not used: that one loads
styles, fonts, pictures and scripts from eight hosts, shows next to nothing without them, and tells Great
Expectations who looks. This one holds all it needs, and says first which feature, how many rows, and which.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from features.checks.library import DefaultJinjaPageView, ValidationResultsPageRenderer
from features.checks.validation import CheckResult, Failure
from tabular.files import replace_text


def write_report(
    result: Any,
    failures: tuple[Failure, ...],
    *,
    title: str,
    rows: int,
    path: Path,
    absent: Sequence[str] = (),
    unknown: Sequence[str] = (),
) -> CheckResult:
    """Write down what a check found.

    Parameters
    ----------
    result
        As Great Expectations gives it.
    path : Path
        Of the JSON; the page lies beside it as ``.html``.
    absent : sequence of str, optional
        Features for which the shop has no records.
    unknown : sequence of str, optional
        Features that are missing for everybody all the same.
    """
    rules = [found.expectation_config["meta"] for found in result.results]
    checked = CheckResult(
        expectations=len(rules), failures=failures, report=path, page=path.with_suffix(".html")
    )
    content = {
        "success": checked.success,
        "expectations": checked.expectations,
        "rows": rows,
        "failures": [asdict(failure) for failure in failures],
        "rules": [f"{rule['subject']} must be {rule['words']}" for rule in rules],
        "absent": list(absent),
        "unknown": list(unknown),
    }
    view = DefaultJinjaPageView()
    template = (files("features.checks") / "data_docs.html").read_text(encoding="utf-8")
    page = view.env.from_string(template).render(
        ValidationResultsPageRenderer().render(result).to_json_dict(),
        title=title,
        checked=checked,
        rows=rows,
        absent=absent,
        unknown=unknown,
    )
    replace_text(path, json.dumps(content, indent=1))
    replace_text(checked.page, page)
    return checked

"""The expectations of a feature table, generated from its declarations.

Critical, so that nothing is trained on a table that breaks one: there are rows, one per customer and cutoff;
every value lies in its declared range; none is missing where an empty window has a value. A warning: a
feature is missing for everybody although the shop has such records.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from features.checks.library import gxe
from features.checks.report import write_report
from features.checks.validation import WARNING, CheckResult, named, validate
from features.compilation import Catalogue
from features.finish import LIMIT

_SOMEBODY = 1e-9
"""The least share of rows that is more than none."""


def check(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    *,
    report_folder: Path,
    absent: Collection[str] = (),
) -> CheckResult:
    """Hold a feature table against its declarations.

    Parameters
    ----------
    frame : DataFrame
        As :func:`features.frames.feature_frame` or ``training_frame`` gives it.
    catalogue : Catalogue
        Every output must be a column; each has its null policy and its range.
    report_folder : Path
        Where ``expectations.json`` and ``expectations.html`` go, over those of the last run.
    absent : collection of str, optional
        Outputs for which the shop has no records, as `Catalogue.absent` gives them: they are listed as
        such.

    Returns
    -------
    CheckResult
        Call its ``require`` to stop a run.
    """
    suite: list[Any] = [
        gxe.ExpectTableRowCountToBeBetween(min_value=1, **named("rows", "at least one")),
        gxe.ExpectCompoundColumnsToBeUnique(
            column_list=["customer_id", "cutoff"],
            **named("customer_id, cutoff", "unique together"),
        ),
    ]
    for output in catalogue.outputs:
        column = output.name
        low = float(-LIMIT if output.minimum is None else output.minimum)
        high = float(LIMIT if output.maximum is None else output.maximum)
        between = named(column, f"between {low:g} and {high:g}")
        suite.append(
            gxe.ExpectColumnValuesToBeBetween(
                column=column, min_value=low, max_value=high, **between
            )
        )
        if output.null is not None:
            suite.append(
                gxe.ExpectColumnValuesToNotBeNull(column=column, **named(column, "not missing"))
            )
        elif column not in absent:
            known = named(column, "known of somebody, as there are such records", WARNING)
            suite.append(
                gxe.ExpectColumnValuesToNotBeNull(column=column, mostly=_SOMEBODY, **known)
            )
    result, failures = validate(frame, suite, name="features", keys=("customer_id", "cutoff"))
    return write_report(
        result,
        failures,
        title="Features, and what their declarations promise",
        rows=len(frame),
        absent=[name for name in catalogue.names if name in absent],
        path=report_folder / "expectations.json",
    )

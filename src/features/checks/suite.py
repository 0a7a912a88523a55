"""The expectations of a feature table, generated from its declarations.

Critical, so that nothing is trained on a table that breaks one: there are rows, one per customer and cutoff;
every value lies in its declared range; none is missing where an empty window has a value. A warning: at the
last cutoff a feature is missing for a quarter more of the customers than at the one before, as it is when a
source has dried up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from features.checks.library import Column, gxe
from features.checks.report import write_report
from features.checks.validation import WARNING, CheckResult, named, validate
from features.compilation import Catalogue
from features.finish import LIMIT

_DRIED_UP = 0.25
"""By how much the share of customers of whom a feature is known may fall from one cutoff to the next."""


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
    suite += _still_known(frame, catalogue)
    result, failures = validate(frame, suite, name="features", keys=("customer_id", "cutoff"))
    return write_report(
        result,
        failures,
        title="Features, and what their declarations promise",
        rows=len(frame),
        absent=[name for name in catalogue.names if name in absent],
        unknown=[
            name for name in catalogue.names if name not in absent and frame[name].isna().all()
        ],
        path=report_folder / "expectations.json",
    )


def _still_known(frame: pd.DataFrame, catalogue: Catalogue) -> Iterator[Any]:
    """Expect what was known of customers at the last cutoff but one to be known at the last."""
    cutoffs = frame["cutoff"].drop_duplicates().sort_values()
    if len(cutoffs) < 2:
        return
    before, last = cutoffs.iloc[-2:]
    shares = frame.loc[frame["cutoff"] == before, list(catalogue.names)].notna().mean()
    for output in catalogue.outputs:
        share = float(shares[output.name])
        least = share - _DRIED_UP
        if output.null is None and least > 0:
            words = (
                f"known of {least:.0%} of customers at the last cutoff, as of {share:.0%} before"
            )
            yield gxe.ExpectColumnValuesToNotBeNull(
                column=output.name,
                mostly=least,
                row_condition=Column("cutoff") == last.to_pydatetime(),
                **named(output.name, words, WARNING),
            )

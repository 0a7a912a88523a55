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

from features.checks.library import gxe
from features.checks.report import write_report
from features.checks.validation import WARNING, CheckResult, named, validate
from features.declaring.compilation import Catalogue, Output
from features.evaluating.finish import LIMIT

KEYS = ("customer_id", "cutoff")
"""What tells a row."""

_TOGETHER = 8
"""Columns that are checked together."""

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
    result, failures = validate(_parts(frame, catalogue), name="features", keys=KEYS)
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


def _parts(frame: pd.DataFrame, catalogue: Catalogue) -> Iterator[tuple[pd.DataFrame, list[Any]]]:
    """Give the expectations a few columns at a time."""
    rows = gxe.ExpectTableRowCountToBeBetween(min_value=1, **named("rows", "at least one"))
    unique = gxe.ExpectCompoundColumnsToBeUnique(
        column_list=list(KEYS), **named(", ".join(KEYS), "unique together")
    )
    yield frame[list(KEYS)], [rows, unique]
    *_, before, last = [None, None, *frame["cutoff"].drop_duplicates().sort_values()]
    for start in range(0, len(catalogue), _TOGETHER):
        outputs = catalogue.outputs[start : start + _TOGETHER]
        few = frame[[*KEYS, *(output.name for output in outputs)]]
        yield few, [one for output in outputs for one in _promised(output)]
        shares = few[few["cutoff"] == before].notna().mean()
        known = [one for output in outputs for one in _still_known(output, shares)]
        if before is not None and known:
            yield few[few["cutoff"] == last], known


def _promised(output: Output) -> Iterator[Any]:
    """Expect the declared range and, where an empty window has a value, one in every row."""
    name, low, high = output.name, output.minimum, output.maximum
    words = f"between {_number(low, '-2^53')} and {_number(high, '2^53')}"
    yield gxe.ExpectColumnValuesToBeBetween(
        column=name,
        min_value=float(-LIMIT if low is None else low),
        max_value=float(LIMIT if high is None else high),
        **named(name, words),
    )
    if output.null is not None:
        yield gxe.ExpectColumnValuesToNotBeNull(column=name, **named(name, "not missing"))


def _still_known(output: Output, shares: pd.Series[float]) -> Iterator[Any]:
    """Expect at the last cutoff what was known of customers at the one before."""
    share = shares[output.name]
    least = float(share - _DRIED_UP)
    if output.null is None and least > 0:
        words = f"known of {least:.0%} of customers at the last cutoff, as of {share:.0%} before"
        yield gxe.ExpectColumnValuesToNotBeNull(
            column=output.name, mostly=least, **named(output.name, words, WARNING)
        )


def _number(declared: float | None, otherwise: str) -> str:
    return otherwise if declared is None else f"{declared:g}"

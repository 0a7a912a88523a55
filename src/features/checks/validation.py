"""Running a suite of Great Expectations over a frame, and what it found in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from features.checks.library import context, gx
from features.errors import ExpectationsFailed

CRITICAL, WARNING = "critical", "warning"
"""Severities: what stops a run, and what is only shown."""

EXAMPLES = 3
"""Rows shown of each broken rule."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One rule that some rows break.

    Parameters
    ----------
    feature : str
        The column, or the columns, joined by commas.
    rule : str
        What was expected: "not missing", "between 0.0 and 1.0".
    count : int
        How many rows break it.
    examples : tuple of str
        At most three of them: customer, cutoff and value.
    severity : str
        "critical" or "warning".
    """

    feature: str
    rule: str
    count: int
    examples: tuple[str, ...]
    severity: str = CRITICAL

    @property
    def sentence(self) -> str:
        """The failure in one line."""
        shown = f", such as {'; '.join(self.examples)}" if self.examples else ""
        rows = "1 row is" if self.count == 1 else f"{self.count} rows are"
        return f"{self.feature} must be {self.rule}; {rows} not{shown}."


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What a suite of expectations found.

    Parameters
    ----------
    expectations : int
        How many there were.
    failures : tuple of Failure
        Those that were not met, critical ones first.
    report : Path
        The whole result, as JSON.
    page : Path
        The same for people, as HTML.
    """

    expectations: int
    failures: tuple[Failure, ...]
    report: Path
    page: Path

    @property
    def success(self) -> bool:
        """Whether every expectation was met."""
        return not self.failures

    @property
    def headline(self) -> str:
        """What came out, in a few words: "all 340 expectations met"."""
        broken = len(self.failures)
        if not broken:
            return f"all {self.expectations} expectations met"
        return f"{self.expectations - broken} of {self.expectations} expectations met"

    @property
    def table(self) -> pd.DataFrame:
        """One row per broken expectation, critical ones first."""
        columns = ["severity", "feature", "must be", "rows", "such as"]
        rows = [
            (found.severity, found.feature, found.rule, found.count, "; ".join(found.examples))
            for found in self.failures
        ]
        return pd.DataFrame(rows, columns=columns)

    def _repr_html_(self) -> str:
        """Show the headline, and what is broken, in a notebook."""
        shown = self.table.to_html(index=False) if self.failures else ""
        return f"<p>{self.headline}</p>{shown}"

    def require(self) -> None:
        """Stop unless every critical expectation was met.

        Raises
        ------
        ExpectationsFailed
            "features must keep to their declarations; got: spend_90d must be between ..."
        """
        broken = [found.sentence for found in self.failures if found.severity == CRITICAL]
        if broken:
            raise ExpectationsFailed(broken)


def named(subject: str, words: str, severity: str = CRITICAL) -> dict[str, Any]:
    """Give an expectation its severity, and the words it is reported in."""
    return {"severity": severity, "meta": {"subject": subject, "words": words}}


def validate(
    frame: pd.DataFrame, suite: Sequence[Any], *, name: str, keys: Sequence[str]
) -> tuple[Any, tuple[Failure, ...]]:
    """Hold a frame against expectations.

    Parameters
    ----------
    frame : DataFrame
    suite : sequence of expectations
        Each made with :func:`named`.
    name : str
        Of the suite.
    keys : sequence of str
        The columns that tell a row.

    Returns
    -------
    result
        As Great Expectations gives it.
    failures : tuple of Failure
        Critical ones first.
    """
    definition = context().data_sources.add_pandas(name).add_dataframe_asset(name)
    batch = definition.add_batch_definition_whole_dataframe(name).get_batch({"dataframe": frame})
    result = batch.validate(
        gx.ExpectationSuite(name, expectations=list(suite)),
        result_format={
            "result_format": "SUMMARY",
            "partial_unexpected_count": EXAMPLES,
            "unexpected_index_column_names": list(keys),
        },
    )
    failures = [_failure(found.to_json_dict()) for found in result.results if not found.success]
    return result, tuple(sorted(failures, key=lambda failure: failure.severity != CRITICAL))


def _failure(found: Mapping[str, Any]) -> Failure:
    """Put a result that was not met into plain words."""
    config, raised = found["expectation_config"], found["exception_info"]
    result = found["result"]
    examples = [
        ", ".join(f"{key} {value}" for key, value in sorted(row.items()))
        for row in result.get("partial_unexpected_index_list", [])[:EXAMPLES]
    ]
    if raised.get("raised_exception"):
        examples = [str(raised.get("exception_message"))]
    return Failure(
        feature=config["meta"]["subject"],
        rule=config["meta"]["words"],
        count=int(result.get("unexpected_count", 0)),
        examples=tuple(examples),
        severity=config["severity"],
    )

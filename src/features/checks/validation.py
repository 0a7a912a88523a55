"""Running a suite of Great Expectations over a frame, and what it found in plain words."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
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
    """One rule that some rows break."""

    feature: str
    """The column, or the columns, joined by commas."""
    rule: str
    """What was expected: "not missing", "between 0.0 and 1.0"."""
    count: int
    """How many rows break it."""
    examples: tuple[str, ...]
    """At most three of them: customer, cutoff and value."""
    severity: str = CRITICAL
    """Either "critical" or "warning"."""

    @property
    def sentence(self) -> str:
        """The failure in one line."""
        shown = f", such as {'; '.join(self.examples)}" if self.examples else ""
        rows = "1 row is" if self.count == 1 else f"{self.count} rows are"
        return f"{self.feature} must be {self.rule}; {rows} not{shown}."


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What a suite of expectations found."""

    expectations: int
    failures: tuple[Failure, ...]
    """Those that were not met, critical ones first."""
    report: Path
    """The whole result, as JSON."""
    page: Path
    """The same for people, as HTML."""

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
    parts: Iterable[tuple[pd.DataFrame, Sequence[Any]]], *, name: str, keys: Sequence[str]
) -> tuple[Any, tuple[Failure, ...]]:
    """Hold frames against expectations.

    Parameters
    ----------
    parts : iterable of frame and expectations
        Each expectation made with :func:`named`. Great Expectations copies the frame for many of them: a
        wide table is better given in narrow parts.
    keys : sequence of str
        The columns that tell a row, in every frame.

    Returns
    -------
    result
        As Great Expectations gives it, of all parts together.
    failures : tuple of Failure
        Critical ones first.
    """
    asset = context().data_sources.add_pandas(name).add_dataframe_asset(name)
    definition = asset.add_batch_definition_whole_dataframe(name)
    # Asked for the rows' keys, it would look up every one that breaks a rule, cell by cell: places do.
    shape = {"result_format": "SUMMARY", "partial_unexpected_count": EXAMPLES}
    results, failures = [], []
    for frame, suite in parts:
        numbered = frame.reset_index(drop=True)
        result = definition.get_batch({"dataframe": numbered}).validate(
            gx.ExpectationSuite(name, expectations=list(suite)), result_format=shape
        )
        results.append(result)
        failures += [_failure(one, numbered, keys) for one in result.results if not one.success]
    whole, found = results[0], [one for result in results for one in result.results]
    met = sum(one.success for one in found)
    whole.results, whole.success = found, met == len(found)
    whole.statistics = {
        "evaluated_expectations": len(found),
        "successful_expectations": met,
        "unsuccessful_expectations": len(found) - met,
        "success_percent": 100 * met / len(found),
    }
    return whole, tuple(sorted(failures, key=lambda failure: failure.severity != CRITICAL))


def _failure(found: Any, frame: pd.DataFrame, keys: Sequence[str]) -> Failure:
    """Put a result that was not met into plain words."""
    config, raised, result = found.expectation_config, found.exception_info, found.result
    shown = [*keys, *({config.kwargs.get("column")} - {None, *keys})]
    places = result.get("partial_unexpected_index_list", [])[:EXAMPLES]
    examples = [_told(row) for row in frame.loc[places, shown].to_dict("records")]
    if raised.get("raised_exception"):
        examples = [str(raised.get("exception_message"))]
    return Failure(
        feature=config.meta["subject"],
        rule=config.meta["words"],
        count=int(result.get("unexpected_count", 0)),
        examples=tuple(examples),
        severity=CRITICAL if config.severity == CRITICAL else WARNING,
    )


def _told(row: Mapping[Hashable, Any]) -> str:
    """Tell a row by its keys and the value in question."""
    words = {name: "missing" if pd.isna(value) else value for name, value in row.items()}
    return ", ".join(f"{name} {value}" for name, value in words.items())

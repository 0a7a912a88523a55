"""Great Expectations over feature tables and the raw stream, generated from the declarations.

The only module that knows Great Expectations. Its context lives in memory, sends nothing anywhere, and
draws no progress bars.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from commerce.stream import EVENT_TYPES
from features.compilation import Catalogue
from features.errors import ExpectationsFailed
from features.finish import LIMIT
from features.snapshot import Snapshot

with warnings.catch_warnings():
    # It imports modules of the standard library that are deprecated.
    warnings.filterwarnings("ignore", "module 'sre_", DeprecationWarning)
    import great_expectations as gx
    from great_expectations import expectations
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

gxe: Any = expectations
"""Its expectations, which it does not declare to type checkers."""

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
    """

    feature: str
    rule: str
    count: int
    examples: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The failure in one line."""
        shown = f", such as {'; '.join(self.examples)}" if self.examples else ""
        return f"{self.feature} must be {self.rule}; {self.count} rows are not{shown}."


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What a suite of expectations found.

    Parameters
    ----------
    success : bool
        Whether every expectation was met.
    expectations : int
        How many there were.
    failures : tuple of Failure
        Those that were not met.
    report : Path
        The whole result, as JSON.
    """

    success: bool
    expectations: int
    failures: tuple[Failure, ...]
    report: Path

    def require(self) -> None:
        """Stop unless every expectation was met.

        Raises
        ------
        ExpectationsFailed
            "features must keep to their declarations; got: spend_90d must be between ..."
        """
        if not self.success:
            raise ExpectationsFailed([failure.sentence for failure in self.failures])


@dataclass(frozen=True)
class _Rule:
    """An expectation, with the words it is reported in."""

    subject: str
    words: str
    expectation: Any


def check(frame: pd.DataFrame, catalogue: Catalogue, *, report_folder: Path) -> CheckResult:
    """Hold a feature frame against the declarations it was made from.

    Parameters
    ----------
    frame : DataFrame
        As ``features.frames`` gives it; columns that the catalogue does not know are left alone.
    catalogue : Catalogue
        Null policy and range of each output: a feature with a value for empty windows is never
        missing, and every value is finite and in its range.
    report_folder : Path
        Where ``expectations.json`` goes, over that of the last run.

    Returns
    -------
    CheckResult
        Call its ``require`` to stop a run.
    """
    rules = [
        _Rule("rows", "at least one", gxe.ExpectTableRowCountToBeBetween(min_value=1)),
        _Rule(
            "customer_id, cutoff",
            "unique together",
            gxe.ExpectCompoundColumnsToBeUnique(column_list=["customer_id", "cutoff"]),
        ),
    ]
    for output in catalogue.outputs:
        name = output.name
        low = float(-LIMIT if output.minimum is None else output.minimum)
        high = float(LIMIT if output.maximum is None else output.maximum)
        if output.null is not None:
            rules.append(_Rule(name, "not missing", gxe.ExpectColumnValuesToNotBeNull(column=name)))
        between = gxe.ExpectColumnValuesToBeBetween(column=name, min_value=low, max_value=high)
        rules.append(_Rule(name, f"between {low:g} and {high:g}", between))
    return _validated(
        frame, rules, name="features", keys=("customer_id", "cutoff"), report_folder=report_folder
    )


def check_stream(snapshot: Snapshot, *, report_folder: Path) -> CheckResult:
    """Hold the raw stream of a snapshot against what every event must keep to.

    Ids are unique, types are words of the stream, instants are there, and nothing is recorded before
    it occurred.

    Parameters
    ----------
    snapshot : Snapshot
    report_folder : Path
        Where ``stream.json`` goes, over that of the last run.

    Returns
    -------
    CheckResult
    """
    columns = ["id", "type", "occurred_at", "recorded_at"]
    parts = [pq.ParquetFile(path).read(columns) for path in snapshot.files]
    frame = pd.concat([part.to_pandas() for part in parts], ignore_index=True)
    known = gxe.ExpectColumnValuesToBeInSet(column="type", value_set=sorted(EVENT_TYPES))
    in_order = gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="recorded_at", column_B="occurred_at", or_equal=True
    )
    rules = [
        _Rule("id", "unique", gxe.ExpectColumnValuesToBeUnique(column="id")),
        _Rule("type", "a word of the stream", known),
        _Rule("recorded_at, occurred_at", "in that order, or equal", in_order),
    ]
    return _validated(frame, rules, name="stream", keys=("id",), report_folder=report_folder)


def _validated(
    frame: pd.DataFrame,
    rules: Sequence[_Rule],
    *,
    name: str,
    keys: Sequence[str],
    report_folder: Path,
) -> CheckResult:
    """Run a suite over a frame, and write down what it found."""
    definition = _context().data_sources.add_pandas(name).add_dataframe_asset(name)
    batch = definition.add_batch_definition_whole_dataframe(name).get_batch({"dataframe": frame})
    suite = gx.ExpectationSuite(name, expectations=[rule.expectation for rule in rules])
    result = batch.validate(
        suite,
        result_format={
            "result_format": "SUMMARY",
            "partial_unexpected_count": EXAMPLES,
            "unexpected_index_column_names": list(keys),
        },
    )
    failures = []
    for found in result.results:
        if not found.success:
            config = found.expectation_config
            (rule,) = [one for one in rules if _same(one.expectation, config)]
            failures.append(_failure(rule, found.to_json_dict()))
    report = report_folder / (f"{name}.json" if name == "stream" else "expectations.json")
    report_folder.mkdir(parents=True, exist_ok=True)
    content = {
        "success": bool(result.success),
        "expectations": len(rules),
        "rows": len(frame),
        "failures": [asdict(failure) for failure in failures],
        "rules": [f"{rule.subject} must be {rule.words}" for rule in rules],
    }
    report.write_text(json.dumps(content, indent=1))
    return CheckResult(
        success=bool(result.success),
        expectations=len(rules),
        failures=tuple(failures),
        report=report,
    )


def _context() -> Any:
    """A context in memory that keeps quiet."""
    settings = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
    )
    return gx.get_context(mode="ephemeral", project_config=settings)


def _same(expectation: Any, config: Any) -> bool:
    """Whether a result belongs to an expectation; results come in an order of their own."""
    own = expectation.configuration
    named = ("column", "column_list", "column_A")
    return bool(
        own.type == config.type
        and all(own.kwargs.get(word) == config.kwargs.get(word) for word in named)
    )


def _failure(rule: _Rule, found: Mapping[str, Any]) -> Failure:
    """Put a result that was not met into plain words."""
    if found["exception_info"].get("raised_exception"):
        message = str(found["exception_info"].get("exception_message"))
        return Failure(feature=rule.subject, rule=rule.words, count=0, examples=(message,))
    result = found["result"]
    examples = tuple(
        ", ".join(f"{key} {value}" for key, value in sorted(row.items()))
        for row in result.get("partial_unexpected_index_list", [])[:EXAMPLES]
    )
    return Failure(
        feature=rule.subject,
        rule=rule.words,
        count=int(result.get("unexpected_count", 0)),
        examples=examples,
    )

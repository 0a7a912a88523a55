"""A decision as columns for people and other programs: the same ones of a kept score and of one just made.

It is imported where decisions are made, also on the executors of Spark, so it brings nothing heavy with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from commerce.records.money import from_minor
from features.evaluating.table import FeatureTable
from scoring.decisions import Decision, decide_many
from scoring.package import Package

Cell = str | float | int | None

COLUMNS: Mapping[str, type[str] | type[float] | type[int]] = {
    "action": str,
    "probability": float,
    "expected_gain": float,
    "worth_if_kept": float,
    "currency": str,
    "score": int,
    "band": str,
    "rule_score": int,
    "rule_band": str,
    "population": str,
    "return_probability": float,
    "note": str,
    "because": str,
}
"""Names, in their order, and what their values are; every one may be missing. Money is in units of the currency."""

ORIGIN: Mapping[str, type[str]] = {"model_version": str, "as_of": str}
"""The columns after them: who decided, and as of when."""

_ROWS_AT_ONCE = 2_000


def decision_cells(decision: Decision, currency: str) -> dict[str, Cell]:
    """Give the values of `COLUMNS`.

    Parameters
    ----------
    decision : Decision
    currency : str
        ISO 4217; of the amounts in it.

    Returns
    -------
    dict of str to str, float, int or None
    """
    told = decision.decision

    def money(minor: int | None) -> float | None:
        return None if minor is None else float(from_minor(minor, currency))

    return {
        "action": told.action,
        "probability": decision.probability,
        "expected_gain": money(told.gain),
        "worth_if_kept": money(told.value),
        "currency": currency,
        "score": decision.score,
        "band": decision.band,
        "rule_score": decision.rule_score,
        "rule_band": decision.rule_band,
        "population": decision.population,
        "return_probability": decision.return_probability,
        "note": decision.note,
        "because": " ".join(reason.text for reason in decision.reasons),
    }


@dataclass(frozen=True, kw_only=True)
class Decider:
    """Decides upon a table of features, as every answer is decided.

    Parameters
    ----------
    package : Package
    as_of : str
        ISO instant; what the decisions are about.
    with_reasons : bool
        Whether to tell why, which takes longer than all the rest; else ``because`` is empty.
    """

    package: Package
    as_of: str
    with_reasons: bool = True

    @property
    def columns(self) -> dict[str, type[str] | type[float] | type[int]]:
        """Names and kinds of what comes out."""
        return {"customer_id": str, **COLUMNS, **ORIGIN}

    def __call__(self, table: FeatureTable) -> dict[str, list[Any]]:
        """Decide.

        Parameters
        ----------
        table : FeatureTable
            With the package's outputs, in its order.

        Returns
        -------
        dict of str to list
            The columns, each with one value per row.
        """
        package = self.package
        cells: list[dict[str, Cell]] = []
        for first in range(0, len(table.values), _ROWS_AT_ONCE):
            some = table.values[first : first + _ROWS_AT_ONCE]
            cells += [
                decision_cells(each, package.currency)
                for each in decide_many(package, some, with_reasons=self.with_reasons)
            ]
        rows = len(cells)
        return {
            "customer_id": table.customer_ids,
            **{name: [row[name] for row in cells] for name in COLUMNS},
            "model_version": [package.label] * rows,
            "as_of": [self.as_of] * rows,
        }

"""Tables that somebody brings, for tests: a few hundred customers of a bank that never was."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from commerce.records.tenants import SHARED
from scoring.binned import Term, binned_component
from scoring.fields import Field, Fields
from scoring.linear import Linear
from scoring.package import DecisionRule, Package, PackageOutput
from simulation.bank import bank_customers

Row = dict[str, Any]


def bank_rows(count: int = 400) -> list[Row]:
    """Customers by column."""
    return [row._asdict() for row in bank_customers(count)]


def changed(rows: Sequence[Row], **columns: Callable[[Row], Any]) -> list[Row]:
    """Rows with columns that are worked out of the others."""
    return [row | {name: work(row) for name, work in columns.items()} for row in rows]


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]], *, delimiter: str = ",") -> Path:
    """Write rows with a header."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


FIELDS = Fields(
    columns=(
        Field(name="Age"),
        Field(name="Geography", levels=("France", "Germany"), others=True),
        Field(name="Active", levels=("No", "Yes")),
    ),
    target="Exited",
    positive="1",
    left_out=("CustomerId",),
)


def small_package(name: str = "bank", version: str = "1") -> Package:
    """A package that was never trained: the risk rises with age, in Germany, and of who is not active."""
    templates = (
        "Age is {value}{compared}. | Age is {value}.",
        "Geography is {value}.",
        "Active is {value}.",
    )
    return Package(
        name=f"{SHARED}.{name}",
        version=version,
        currency="XXX",
        outputs=tuple(
            PackageOutput(
                name=field.name,
                hash=field.name.lower(),
                family=field.name,
                unit="",
                reference=None if field.is_category else 38.0,
                template=template,
                missing=f"{field.name} is not known.",
            )
            for field, template in zip(FIELDS.columns, templates, strict=True)
        ),
        components=(
            Linear(
                weight=1.0,
                base=-1.5,
                log=np.zeros(3, dtype=np.bool_),
                fill=np.array([38.0, 0.0, 0.0]),
                mean=np.array([38.0, 0.0, 0.0]),
                coefficient=np.array([0.05, 0.0, 0.0]),
                missing_mean=np.zeros(3),
                missing_coefficient=np.zeros(3),
            ),
            binned_component(
                [
                    Term(
                        columns=(1,),
                        cuts=(np.array([0.5, 1.5]),),
                        contributions=np.array([0.0, -0.2, 0.7, 0.1]),
                    ),
                    Term(
                        columns=(2,),
                        cuts=(np.array([0.5]),),
                        contributions=np.array([0.0, 0.6, -0.4]),
                    ),
                ],
                base=0.0,
            ),
        ),
        decision=DecisionRule(
            threshold=0.5, at_or_above="yes", below="no", rule="Likelier than not."
        ),
        fields=FIELDS,
        usual="The probability of Exited = 1 is usually {risk}.",
        card={"predicts": "the probability that Exited = 1"},
        trained_on={"file": "bank.csv"},
    )

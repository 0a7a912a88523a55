"""A bank for tests: a package that was never trained, and the record that documents show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from commerce.people.bank_schema import BANK_V1
from commerce.records.tenants import SHARED
from scoring.bank_model import BANK_MODEL
from scoring.binned import Term, binned_component
from scoring.fields import Field, Fields
from scoring.linear import Linear
from scoring.package import DecisionRule, Package, PackageOutput
from scoring.published import publish
from training.specs.bank_churn import BANK_CHURN

SAMPLE: dict[str, Any] = {
    "credit_score": 600,
    "geography": "France",
    "gender": "Male",
    "age": 40,
    "tenure": 3,
    "balance": 50000,
    "num_of_products": 1,
    "has_cr_card": 1,
    "is_active_member": 0,
}
"""The record of the bank's own README."""

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "Churn_Modelling.csv"
"""Customers of a real bank, which tests ask for where they are."""

FIELDS = Fields(
    columns=tuple(
        Field(
            name=name,
            levels=field.values or None,
            minimum=None if field.values else field.minimum,
            maximum=None if field.values else field.maximum,
            is_whole=field.is_whole and not field.values,
        )
        for name, field in BANK_V1.items()
    ),
    target="exited",
    positive="1",
    left_out=BANK_CHURN.beside,
)
_USUAL = {"credit_score": 650.0, "age": 37.5, "tenure": 5.0, "balance": 97_000.0}
_STEEP = {"age": 0.06, "balance": -0.000004, "num_of_products": 0.3, "is_active_member": -1.0}


def bank_package(version: str = "1") -> Package:
    """Risk rises with age and products, falls with balance and activity, and is higher in Germany."""
    names = FIELDS.names
    usual = np.array([_USUAL.get(name, 1.0) for name in names])
    nothing = np.zeros(len(names))
    country = Term(
        columns=(names.index("geography"),),
        cuts=(np.array([0.5, 1.5]),),
        contributions=np.array([0.0, -0.2, 0.7, -0.1]),
    )
    return Package(
        name=f"{SHARED}.{BANK_MODEL}",
        version=version,
        currency="XXX",
        outputs=tuple(
            PackageOutput(
                name=field.name,
                hash=field.name,
                family=field.name,
                unit="",
                reference=None if field.is_category else reference,
                template=BANK_CHURN.columns[field.name].template,
                missing=BANK_CHURN.columns[field.name].missing,
            )
            for field, reference in zip(FIELDS.columns, usual.tolist(), strict=True)
        ),
        components=(
            Linear(
                weight=1.0,
                base=-1.0,
                log=np.zeros(len(names), dtype=np.bool_),
                fill=usual,
                mean=usual,
                coefficient=np.array([_STEEP.get(name, 0.0) for name in names]),
                missing_mean=nothing,
                missing_coefficient=nothing,
            ),
            binned_component([country], base=0.0),
        ),
        decision=DecisionRule(threshold=0.5, at_or_above="retain", below="none", rule="Likelier."),
        fields=FIELDS,
        usual=BANK_CHURN.usual,
        card={"predicts": BANK_CHURN.predicts},
        trained_on={"file": "bank.csv"},
    )


def publish_bank(folder: Path, version: str = "1") -> Package:
    """Publish the package."""
    package = bank_package(version)
    publish(package, folder)
    return package

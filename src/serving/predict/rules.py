"""The rule-based credit score as a package of its own: what answers where no learned credit model does.

Its label holds what a typical order is worth, so that an answer is replayed from its label alone.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from commerce.records.money import to_minor
from features.declaring.declaration import Catalogue
from scoring.linear import Linear
from scoring.package import DecisionRule, Package, PackageOutput
from scoring.rules import POINTS, RuleInputs

TYPICAL_ORDER = Decimal(50)
"""In the currency's major units, where nobody has measured the shop's own yet."""
_VERSION = "rules-"
_NO_CURRENCY = "XXX"


def rules_for(tenant: str, currency: str, catalogue: Catalogue) -> Package:
    """Give the rules of a shop as a package."""
    return _package(f"{tenant}.credit", to_minor(TYPICAL_ORDER, currency), catalogue)


def rules_of(label: str, catalogue: Catalogue) -> Package | None:
    """Give the rules that an answer's label names; None where it names a learned model.

    Parameters
    ----------
    label : str
        `Package.label`.
    """
    name, _, version = label.partition("/")
    worth = version.removeprefix(_VERSION)
    if not version.startswith(_VERSION) or not worth.isdecimal():
        return None
    return _package(name, int(worth), catalogue)


def _package(name: str, typical_order: int, catalogue: Catalogue) -> Package:
    """Give a package that decides by its rule score alone: its one component says nothing, so nor do its reasons."""
    outputs = catalogue.subset(list(POINTS)).outputs
    nothing = np.zeros(len(outputs))
    return Package(
        name=name,
        version=f"{_VERSION}{typical_order}",
        currency=_NO_CURRENCY,
        outputs=tuple(
            PackageOutput(
                name=each.name,
                hash=each.hash,
                family=each.name,
                unit=each.unit,
                reference=None,
                template="",
                missing="",
            )
            for each in outputs
        ),
        components=(
            Linear(
                weight=0.0,
                base=0.0,
                log=np.zeros(len(outputs), dtype=np.bool_),
                fill=nothing,
                mean=nothing,
                coefficient=nothing,
                missing_mean=nothing,
                missing_coefficient=nothing,
            ),
        ),
        decision=DecisionRule(
            threshold=1.0,
            at_or_above="none",
            below="none",
            rule="rule-based score; no learned model has set a threshold",
        ),
        rule_inputs=RuleInputs(
            columns={each: each for each in POINTS}, typical_order=float(typical_order)
        ),
    )

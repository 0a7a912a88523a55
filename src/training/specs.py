"""Which models there are: one frozen spec each. A new model of a shop's records is one more entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from commerce.records.errors import did_you_mean
from training.errors import UnknownModel
from training.judging.economics import Economics, Lending, Retention


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """What a model predicts, from what, and what is decided with it.

    Parameters
    ----------
    name : str
        "churn": the last part of the registered name.
    label : str
        A label of `features.labels`.
    horizon_days : int, > 0
        How far the label looks ahead.
    outcome : str
        What a probability of 1 means, in words.
    economics : Economics
        Where acting begins to pay.
    features : tuple of str or None, default None
        Outputs of the catalogue to learn from; None takes all that vary.
    candidates : tuple of str
        Of `training.fitting.candidates.CANDIDATES`.
    on_credit_scale : bool, default False
        Whether the probability is also shown as a score of 300 to 1000 and a band.
    rule_columns : mapping or None
        The output for each input of `scoring.rules.POINTS`; None: no rule score.
    max_cutoffs : int, >= 1, default 8
        Training cutoffs, a month apart.
    history_days : int, >= 0, default 90
        How much of the stream there must be before the first cutoff.
    least_rows, least_outcomes : int, default 200 and 30
        Training rows, and rows of either outcome, below which no model is fitted.
    """

    name: str
    label: str
    horizon_days: int
    outcome: str
    economics: Economics
    features: tuple[str, ...] | None = None
    candidates: tuple[str, ...] = ("logistic", "boosted", "blend")
    on_credit_scale: bool = False
    rule_columns: Mapping[str, str] | None = None
    max_cutoffs: int = 8
    history_days: int = 90
    least_rows: int = 200
    least_outcomes: int = 30


CHURN = ModelSpec(
    name="churn",
    label="churn",
    horizon_days=90,
    outcome="places no order in the 90 days from the cutoff",
    economics=Retention(order_value="average_order_value"),
)

CREDIT = ModelSpec(
    name="credit",
    label="credit",
    horizon_days=60,
    outcome="lets an open invoice become 30 days past due, or takes a payment back, within 60 days",
    economics=Lending(order_value="average_order_value"),
    on_credit_scale=True,
    rule_columns={
        "spend": "spend_365d",
        "delivered_orders": "delivered_orders",
        "average_order_value": "average_order_value",
        "return_rate": "return_rate",
        "failed_payment_rate": "failed_payment_rate",
        "cash_on_delivery_rate": "cash_on_delivery_rate",
    },
)

SPECS: Mapping[str, ModelSpec] = {spec.name: spec for spec in (CHURN, CREDIT)}
"""Every model of a shop's records, by name."""


def find_spec(name: str) -> ModelSpec:
    """Find a model by name.

    Raises
    ------
    UnknownModel
        "model must be known; got ..."

    Examples
    --------
    >>> find_spec("churn").horizon_days
    90
    >>> find_spec("chrun")
    Traceback (most recent call last):
        ...
    training.errors.UnknownModel: model must be known; got 'chrun'. Did you mean churn?
    """
    if name not in SPECS:
        raise UnknownModel(f"model must be known; got {name!r}. {did_you_mean(name, SPECS)}")
    return SPECS[name]

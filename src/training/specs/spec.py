"""What a model is before anything is fitted: what it predicts, from what, and what is decided with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from features.labels import Label
from training.specs.economics import Economics
from training.specs.populations import Populations

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """What a model predicts, from what, and what is decided with it."""

    name: str
    """Such as "churn": the last part of the registered name."""
    label: Label
    """What is to be known of a customer: one of `features.labels`, or one of the model's own."""
    horizon_days: int
    """> 0; how far the label looks ahead."""
    outcome: str
    """What a probability of 1 means, in words."""
    did: tuple[str, str]
    """What a customer did of whom the label is 0, and 1, told afterwards: "ordered again"."""
    had: str
    """What the customers of the label had done by then: "had ordered"."""
    population: Populations
    """Whom of them the question is about; the others are named, and told apart in answers."""
    lacking: str
    """What to say to a shop that recorded nothing of the kind, and how to bring it."""
    economics: Economics
    features: tuple[str, ...] | None = None
    """Outputs of the catalogue to learn from; None takes all that vary."""
    candidates: Mapping[str, ClassifierMixin] | None = None
    """Unfitted scikit-learn classifiers by name, among which cross-validation chooses; None: the standard ones
    of `training.fitting.candidates`, which are made when they are needed."""
    form: str | None = None
    """The one standard candidate that competes, where a shop wants its form whatever another would reach: "scorecard",
    to have a table of points. None: the best."""
    on_credit_scale: bool = False
    """Whether the probability is also shown as a score of 300 to 1000 and a band."""
    expected_signs: Mapping[str, int] = field(default_factory=dict)
    """Whether people expect more of a feature, or of a concept (`training.specs.concepts`), to raise
    the risk (1) or to lower it (-1); a reason must not say the opposite. Without an entry both are believed."""
    never_reasons: tuple[str, ...] = ()
    """Features, or concepts, that the model may learn from and nobody would call a reason."""
    actionable: tuple[str, ...] = ()
    """Features, or concepts, that a customer can change at once; what would lead to a better band moves no other."""
    baseline_feature: str | None = None
    """The output that people would rank by without any model: "days_since_order". None: there is none."""
    favours: str | None = None
    """The action that customers wish for, as the decision names it: "approve". Groups of them should get it about as
    often as each other; None: nobody is better off by either."""
    must_be_fair: bool = False
    """Whether a model that favours a group of customers is refused, and not only reported."""
    rule_columns: Mapping[str, str] | None = None
    """The output for each input of `scoring.rules.POINTS`; None: no rule score."""
    max_cutoffs: int = 8
    """>= 1; training cutoffs, a month apart."""
    history_days: int = 90
    """>= 0; how much of the stream there must be before the first cutoff."""
    least_rows: int = 200
    """Training rows below which no model is fitted."""
    least_outcomes: int = 50
    least_test_outcomes: int = 30
    """`least_outcomes`, `least_test_outcomes`: how much of the rarer outcome there must be to learn from, and to be
    tested on."""

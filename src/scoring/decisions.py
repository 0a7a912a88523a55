"""The whole answer for a customer. Batch and online both call `decide_many`, so they cannot differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, Self

import msgspec
import numpy as np
from msgspec.structs import asdict
from numpy.typing import NDArray

from scoring.package import Package
from scoring.populations import Group
from scoring.purchases import ExpectedPurchases
from scoring.reasons import Reason, reasons
from scoring.rules import rule_score
from scoring.scale import band
from scoring.scorer import Scores, explain, score

Floats = NDArray[np.float64]

NO_VALUE = "This customer never ordered, so what an offer would earn is not known: none is made."


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """What to do, the probability at which it changes, and the money that sets it.

    Parameters
    ----------
    action : str
        "retain", "none" and so on, as the package's rule names it.
    threshold : float
        In [0, 1]; the break-even probability, of this customer where each has its own.
    rule : str
        A sentence that shows the money.
    gain : int or None
        Minor units; what acting on this customer is expected to earn, its cost deducted. None where the rule knows
        no customer's value.
    value : int or None
        Minor units; what the customer is expected to earn the shop within the horizon, if kept.
    success : float or None
        The share of such customers whom acting keeps.
    """

    action: str
    threshold: float
    rule: str
    gain: int | None = None
    value: int | None = None
    success: float | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One customer's answer, described here alone: what is kept, sent and replayed follows from these fields.

    Parameters
    ----------
    probability : float in [0, 1], or None
        Of the outcome the model is named after: leaving, not paying. None of whom it is not asked.
    score, band : int and str, or None
        The learned score on the credit scale; None for models without one.
    rule_score, rule_band : int and str, or None
        The rule-based score beside it.
    decision : Action
    reasons : tuple of Reason
        At most four, strongest first.
    population : str or None
        "active", "lapsed" and so on: the group of customers that this one belongs to, in the model's eyes.
    return_probability : float in [0, 1], or None
        Of coming back, for whom that is asked instead: customers who left already.
    note : str or None
        A sentence for whom the model was not measured on; None where it was.
    """

    probability: float | None
    score: int | None
    band: str | None
    rule_score: int | None
    rule_band: str | None
    decision: Action
    reasons: tuple[Reason, ...]
    population: str | None = None
    return_probability: float | None = None
    note: str | None = None

    @property
    def risk(self) -> float:
        """The probability of the outcome, of whomever it is asked; of who left, 1 less that of coming back."""
        return (
            1.0 - (self.return_probability or 0.0) if self.probability is None else self.probability
        )

    @property
    def chance(self) -> str:
        """Say the probability, and of what: "risk 94.1%", "lapsed, comes back with 7.3%"."""
        if self.probability is None:
            back = self.return_probability or 0.0
            return f"{self.population}, comes back with {back:.1%}"
        return f"risk {self.probability:.1%}"

    def as_dict(self) -> dict[str, Any]:
        """The fields in their order, `decision` and `reasons` in JSON's own types.

        Returns
        -------
        dict of str to Any
            Ready for JSON.
        """
        return {
            **asdict(self),
            "decision": asdict(self.decision),
            "reasons": [asdict(reason) for reason in self.reasons],
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """Read what `as_dict` gave.

        Parameters
        ----------
        fields : mapping of str to Any
            All of them, by name.

        Returns
        -------
        Decision
            The answer it came from.
        """
        known = dict(fields)
        known["decision"] = Action(**known["decision"])
        known["reasons"] = tuple(Reason(**reason) for reason in known["reasons"])
        return cls(**known)


def decide_many(package: Package, values: Floats, *, with_reasons: bool = True) -> list[Decision]:
    """Decide for many customers.

    Parameters
    ----------
    package : Package
        The model that decides.
    values : float array of shape (n_customers, n_outputs)
        In the order of `package.names`; NaN where missing.
    with_reasons : bool, default True
        Whether to tell reasons, which takes longer than all the rest; else there are none, and the rest is the same.

    Returns
    -------
    list of Decision
        One per row, each to the bit what `decide` gives for that row alone.

    Raises
    ------
    InvalidValues
        "values must be a table of ... columns; got shape ...", or "values must be finite or missing; got ...".
    """
    table = np.ascontiguousarray(values, dtype=np.float64)
    scores: Scores
    told: Iterable[Floats | None]
    if with_reasons:
        scores = explained = explain(package, table)
        told = explained.contributions
    else:
        scores, told = score(package, table), repeat(None, len(table))
    groups = _groups(package, table)
    logits, risks = scores.logit.tolist(), scores.probability.tolist()
    for place, group in enumerate(groups):
        if group is not None:
            risks[place] = group.probability(logits[place])
    return [
        _decision(package, row, group, parts, risk, action)
        for row, group, parts, risk, action in zip(
            table,
            groups,
            told,
            risks,
            _actions(package, table, groups, risks, scores.expected),
            strict=True,
        )
    ]


def decide(package: Package, values: Floats) -> Decision:
    """Decide for one customer.

    Parameters
    ----------
    package : Package
        The model that decides.
    values : float array of shape (n_outputs,)
        In the order of `package.names`; NaN where missing.

    Returns
    -------
    Decision
        To the bit what `decide_many` gives for that row.

    Raises
    ------
    InvalidValues
        As `decide_many`.
    """
    return decide_many(package, np.asarray(values, dtype=np.float64)[None, :])[0]


def score_by_rules(package: Package, row: Floats) -> int | None:
    """Score a customer by the table of points alone.

    Parameters
    ----------
    package : Package
        Which says what the rules read.
    row : float array of shape (n_outputs,)
        In the order of `package.names`; NaN where missing.

    Returns
    -------
    int or None
        From 300 to 1000; None where the package has no rule score.
    """
    inputs = package.rule_inputs
    if inputs is None:
        return None
    return rule_score(
        {name: float(row[package.columns[feature]]) for name, feature in inputs.columns.items()},
        typical_order=inputs.typical_order,
    )


def _decision(
    package: Package,
    row: Floats,
    group: Group | None,
    contributions: Floats | None,
    risk: float,
    action: Action,
) -> Decision:
    """Decide for a customer; without contributions, no reasons are told."""
    returns = group is not None and group.returns
    learned = None if package.scale is None else package.scale.score(risk)
    ruled = score_by_rules(package, row)
    return Decision(
        probability=None if returns else risk,
        score=learned,
        band=None if learned is None else band(learned),
        rule_score=ruled,
        rule_band=None if ruled is None else band(ruled),
        decision=action,
        reasons=()
        if contributions is None
        else tuple(reasons(package, row, contributions, probability=risk)),
        population=_group_name(package, group),
        return_probability=1.0 - risk if returns else None,
        note=None if group is None else group.note,
    )


def _groups(package: Package, table: Floats) -> list[Group | None]:
    """The group of each customer, None for the model's own."""
    if package.population is None:
        return [None] * len(table)
    told_by = {
        each.feature: table[:, package.columns[each.feature]] for each in package.population.others
    }
    return package.population.groups_of(told_by, len(table))


def _actions(
    package: Package,
    table: Floats,
    groups: Sequence[Group | None],
    risks: Sequence[float],
    expected: ExpectedPurchases | None,
) -> Iterator[Action]:
    """What to do about each customer: by the expected gain where a value is known, else by the threshold."""
    rule, offer = package.decision, package.offer
    if offer is None:
        for risk in risks:
            action = rule.at_or_above if risk >= rule.threshold else rule.below
            yield Action(action=action, threshold=rule.threshold, rule=rule.rule)
        return
    if expected is None or not package.forecasts_once:
        columns = [package.columns[name] for name in offer.forecast.inputs]
        expected = offer.forecast.expect(table[:, columns])
    values = offer.values_of(expected).tolist()
    silences = table[:, package.columns[offer.silence]].tolist()
    returns = [group is not None and group.returns for group in groups]
    for terms in offer.terms(values, silences, risks, returns):
        if terms is None:
            yield Action(action=rule.below, threshold=1.0, rule=NO_VALUE)
            continue
        yield Action(
            action=rule.at_or_above if terms.gain > 0 else rule.below,
            threshold=terms.threshold,
            rule=terms.rule,
            gain=terms.gain,
            value=terms.value,
            success=terms.success,
        )


def _group_name(package: Package, group: Group | None) -> str | None:
    if package.population is None:
        return None
    return package.population.name if group is None else group.name

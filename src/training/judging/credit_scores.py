"""Two credit scores beside each other, on one scale: what each band came to, how well each ranks, who changes sides.

The learned score and the rule-based one are looked at on the same customers. Of each band, the risk that was told is
held against the share that did not pay, with its 95 % interval. The swap set are the customers of whom the two scores
would approve one each, if both approved as many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, roc_curve

from analytics.intervals import share
from scoring.decisions import score_by_rules
from scoring.package import Package
from scoring.scale import BAND_NAMES, band

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class BandRisk:
    """What became of the customers in a band."""

    band: str
    customers: int
    told: float | None
    """Mean probability of not paying; None where the score was never calibrated."""
    defaulted: int
    observed: float
    low: float
    high: float
    """`observed`, `low`, `high`: the share that did not pay, and its 95 % interval (Wilson's)."""

    @property
    def holds(self) -> bool:
        """Whether the risk that was told lies in the interval of what was observed."""
        return self.told is None or self.low <= self.told <= self.high


@dataclass(frozen=True, kw_only=True)
class ScoreFigures:
    """How good one of the scores is."""

    gini: float
    ks: float
    bands: tuple[BandRisk, ...]
    """The best first; those that nobody is in are left out."""

    @property
    def is_calibrated(self) -> bool:
        """Whether the score stands for a risk."""
        return all(each.told is not None for each in self.bands)

    @property
    def outside(self) -> tuple[str, ...]:
        """Bands of which the risk that was told lies outside the interval."""
        return tuple(each.band for each in self.bands if not each.holds)


@dataclass(frozen=True, kw_only=True)
class SwapSet:
    """Whom the two scores would treat otherwise, approving as many each."""

    approved: int
    swapped: int
    """Customers whom the learned score lets in, and as many whom it turns away instead."""
    let_in: float | None
    turned_away: float | None
    """`let_in`, `turned_away`: share of them that did not pay; None where nobody changes sides."""


@dataclass(frozen=True, kw_only=True)
class CreditScores:
    """The learned score and the rule-based one; the latter, and the swap set, None where there is no rule score."""

    learned: ScoreFigures
    rules: ScoreFigures | None
    swap: SwapSet | None

    def as_dict(self) -> dict[str, Any]:
        """The figures in JSON's own types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> CreditScores:
        """Read what `as_dict` gave, or JSON made of it."""
        rules, swap = fields["rules"], fields["swap"]
        return cls(
            learned=_figures_of(fields["learned"]),
            rules=rules and _figures_of(rules),
            swap=swap and SwapSet(**swap),
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """What there is to say of them, for the card and for a page."""
        said = [f"the learned score has Gini {self.learned.gini:.3f} and KS {self.learned.ks:.3f}"]
        if self.rules is not None:
            said[0] += f", the rule-based one {self.rules.gini:.3f} and {self.rules.ks:.3f}"
        outside = self.learned.outside
        said.append(
            f"band {', '.join(outside)}: the risk told lies outside the 95 % interval of what was observed, as one"
            " band in twenty does where all are true"
            if outside
            else "in every band the risk told lies within the 95 % interval of what was observed"
        )
        if self.rules is not None and not self.rules.is_calibrated:
            said.append(
                "the rule-based score stands for no risk: outcomes are few, or more points do not go with less of it"
            )
        if self.swap is not None and self.swap.let_in is not None:
            said.append(
                f"approving {self.swap.approved:,} each, the learned score lets {self.swap.swapped:,} in of whom"
                f" {self.swap.let_in:.1%} did not pay, and turns as many away of whom {self.swap.turned_away:.1%}"
                " did not"
            )
        return tuple(said)

    @property
    def summary(self) -> pd.DataFrame:
        """Both scores, figure by figure, for people."""
        columns = {"learned": self.learned, "by rules": self.rules}
        rows = {
            "Gini": [f"{each.gini:.3f}" for each in columns.values() if each],
            "KS": [f"{each.ks:.3f}" for each in columns.values() if each],
            "bands outside their interval": [
                (", ".join(each.outside) or "none") if each.is_calibrated else "-"
                for each in columns.values()
                if each
            ],
        }
        if self.swap is not None:
            approved = f"{self.swap.approved:,} approved each; of {self.swap.swapped:,} each alone, not paid"
            rows[approved] = [
                "-" if rate is None else f"{rate:.1%}"
                for rate in (self.swap.let_in, self.swap.turned_away)
            ]
        heads = [name for name, each in columns.items() if each]
        return pd.DataFrame.from_dict(rows, orient="index", columns=heads)

    @property
    def table(self) -> pd.DataFrame:
        """Both scores, band by band, for people."""
        rows = [
            {
                "score": name,
                "band": each.band,
                "customers": f"{each.customers:,}",
                "risk told": "-" if each.told is None else f"{each.told:.1%}",
                "not paid": f"{each.observed:.1%} ({each.low:.1%} to {each.high:.1%})",
                "within": "-" if each.told is None else "yes" if each.holds else "no",
            }
            for name, figures in (("learned", self.learned), ("by rules", self.rules))
            if figures is not None
            for each in figures.bands
        ]
        return pd.DataFrame(rows).set_index(["score", "band"])


def compare_scores(
    package: Package, values: Floats, labels: Integers, probabilities: Floats
) -> CreditScores | None:
    """Hold a package's two credit scores against who paid.

    Parameters
    ----------
    package : Package
    values : float array of shape (n_rows, n_outputs)
        Customers that the model is about, in the order of `package.names`.
    labels : int array of shape (n_rows,), 0 or 1
        1 of who did not pay; both must occur.
    probabilities : float array of shape (n_rows,)
        What the package says of them.

    Returns
    -------
    CreditScores or None
        None for a package without a score.
    """
    scale = package.scale
    if scale is None:
        return None
    learned = np.array([scale.score(each) for each in probabilities.tolist()], dtype=np.int64)
    ruled = [score_by_rules(package, row) for row in values]
    inputs = package.rule_inputs
    if inputs is None:
        return CreditScores(
            learned=_figures(learned, -probabilities, probabilities, labels), rules=None, swap=None
        )
    raw = np.array(ruled, dtype=np.int64)
    scaled = [inputs.scaled(points) for points in raw.tolist()]
    told = [inputs.probability(points) for points in raw.tolist()]
    known = inputs.calibration is not None
    return CreditScores(
        learned=_figures(learned, -probabilities, probabilities, labels),
        rules=_figures(
            np.array(scaled if known else raw, dtype=np.int64),
            raw.astype(np.float64),
            np.array(told, dtype=np.float64) if known else None,
            labels,
        ),
        swap=_swapped(probabilities, raw, labels, package.decision.threshold),
    )


def _figures(
    scores: Integers, ranking: Floats, told: Floats | None, labels: Integers
) -> ScoreFigures:
    """Measure scores; `ranking` puts who is safest last."""
    good = 1 - labels
    false_rate, true_rate, _ = roc_curve(good, ranking)
    names = np.array([band(points) for points in scores.tolist()])
    bands = []
    for name in BAND_NAMES:
        inside = names == name
        customers, defaulted = int(inside.sum()), int(labels[inside].sum())
        seen = share(defaulted, customers)
        if seen is not None:
            bands.append(
                BandRisk(
                    band=name,
                    customers=customers,
                    told=None if told is None else float(told[inside].mean()),
                    defaulted=defaulted,
                    observed=seen.value,
                    low=seen.low,
                    high=seen.high,
                )
            )
    return ScoreFigures(
        gini=float(2 * roc_auc_score(good, ranking) - 1),
        ks=float(np.max(true_rate - false_rate)),
        bands=tuple(bands),
    )


def _swapped(probabilities: Floats, raw: Integers, labels: Integers, threshold: float) -> SwapSet:
    """Approve by the learned score below the threshold, and as many by rule score; ties as they come."""
    approved = probabilities < threshold
    count = int(approved.sum())
    by_rules = np.zeros(len(labels), dtype=np.bool_)
    by_rules[np.argsort(-raw, kind="stable")[:count]] = True
    let_in, turned_away = approved & ~by_rules, by_rules & ~approved
    return SwapSet(
        approved=count,
        swapped=int(let_in.sum()),
        let_in=float(labels[let_in].mean()) if let_in.any() else None,
        turned_away=float(labels[turned_away].mean()) if turned_away.any() else None,
    )


def _figures_of(fields: Mapping[str, Any]) -> ScoreFigures:
    return ScoreFigures(**{**fields, "bands": tuple(BandRisk(**each) for each in fields["bands"])})

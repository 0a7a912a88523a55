"""The manager's view of a champion: how good, how honest, and what acting on it means."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from commerce.records.instants import DAY, from_micros
from features.frames import training_frame
from features.snapshots.snapshot import Snapshot
from scoring.package import Package
from scoring.scorer import score
from scoring.wording import counted
from training.fitting.candidates import PLAIN
from training.fitting.schedule import cutoffs_for
from training.judging.credit_scores import CreditScores, compare_scores
from training.judging.drift import broken_promises
from training.judging.evaluation import Figures, measure
from training.judging.fairness import Fairness, GroupFigures
from training.judging.profit import Payoff
from training.judging.rivalry import last_cutoff
from training.judging.sensitivity import acts_on
from training.specs import find_spec
from workbench.champions import answering
from workbench.notebook import Bench
from workbench.runs.history import History
from workbench.trainings import standings_frame

Floats = NDArray[np.float64]

NOT_OUT_OF_TIME = "champion was trained on later records; figures are not out of time"


@dataclass(frozen=True, kw_only=True, eq=False)
class Review:
    """A champion held against what happened after the latest cutoff whose outcomes are known."""

    package: Package
    """The champion."""
    rows: pd.DataFrame
    """Customers at that cutoff, with the package's features and what came about."""
    cutoff: int
    """Epoch microseconds."""
    challenger: dict[str, Any]
    """What the latest training came to; empty where none was recorded by a run."""
    out_of_time: bool
    """Whether all that the champion learned from came about before that cutoff."""
    stand_in: str = ""
    """Why this version answers instead of the champion; empty where it is the champion."""

    @cached_property
    def values(self) -> Floats:
        """The package's features, one row per customer."""
        return self.rows[list(self.package.names)].to_numpy(dtype=np.float64)

    @cached_property
    def probabilities(self) -> Floats:
        """What the champion said."""
        return score(self.package, self.values).probability

    @cached_property
    def acted(self) -> NDArray[np.bool_]:
        """Whom the champion would have acted on: by expected gain where it knows one, else from its threshold on."""
        return acts_on(self.package, self.values)

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """What came about."""
        return self.rows["label"].to_numpy(dtype=np.int64)

    @cached_property
    def figures(self) -> Figures:
        """How good it was."""
        return measure(self.labels, self.probabilities)

    @property
    def verdict(self) -> pd.DataFrame:
        """The champion's figures in words, beside what they are held against."""
        found, card = self.figures, self.package.card
        rows = {
            "customers looked at": (f"{found.rows:,}", ""),
            "outcome came about": (f"{found.base_rate:.1%}", ""),
            "ranking (AUC)" + ("" if self.out_of_time else ", not out of time"): (
                f"{found.auc:.3f} ({found.auc_low:.3f} to {found.auc_high:.3f})",
                "0.500 is chance",
            ),
            "the same when it was trained (AUC)": (
                f"{card['out_of_time']['auc']:.3f}",
                f"plain logistic {card['baseline']['auc']:.3f}, "
                + (
                    "which it is itself"
                    if self.is_plain
                    else "beaten"
                    if self.beats_plain
                    else "not beaten"
                ),
            ),
            "error (Brier)": (f"{found.brier:.4f}", f"base rate {found.brier_base:.4f}"),
            "honesty (calibration error)": (f"{found.ece:.3f}", "0 is perfect"),
            "labels shuffled in training (AUC)": (
                f"{card['permuted_auc']:.3f}",
                "about .5",
            ),
        }
        return pd.DataFrame.from_dict(
            rows, orient="index", columns=[self.package.label, "held against"]
        )

    @property
    def is_plain(self) -> bool:
        """Whether it is a plain logistic regression itself."""
        candidates = self.package.card.get("candidates", ())
        return any(each["chosen"] and each["name"] == PLAIN for each in candidates)

    @property
    def beats_plain(self) -> bool:
        """Whether it ranked better than a plain logistic regression on the rows both were tested on."""
        card = self.package.card
        return bool(card["out_of_time"]["auc"] > card["baseline"]["auc"])

    @property
    def against_plain(self) -> str:
        """One sentence on the plain logistic regression."""
        card = self.package.card
        if self.is_plain:
            return "The champion is a plain logistic regression: when it was trained, nothing ranked better."
        return (
            f"When it was trained, the champion ranked with AUC {card['out_of_time']['auc']:.3f},"
            f" {'better' if self.beats_plain else 'no better'} than a plain logistic regression"
            f" with {card['baseline']['auc']:.3f}."
        )

    @property
    def standings(self) -> pd.DataFrame:
        """How it ranked when it was trained, beside a plain logistic and the one feature people would rank by."""
        card = self.package.card
        return standings_frame(card.get("standings", []), card.get("baseline_feature"))

    @property
    def fairness(self) -> pd.DataFrame:
        """How often each group of customers got what customers wish for, in the test rows of its training."""
        groups = tuple(GroupFigures(**group) for group in self.package.card.get("fairness", ()))
        favours = find_spec(self.package.model).favours
        return Fairness(favours=favours, groups=groups).table

    @cached_property
    def credit(self) -> CreditScores | None:
        """The learned credit score beside the rule-based one; None for models without a score."""
        return compare_scores(self.package, self.values, self.labels, self.probabilities)

    @property
    def credit_shown(self) -> tuple[pd.DataFrame, ...]:
        """What a page shows of both credit scores; nothing for models without a score."""
        if self.credit is None:
            return ()
        return (self.credit.summary, self.credit.table)

    @property
    def payoff(self) -> Payoff | None:
        """What acting on a customer brings; None where acting pays for nobody."""
        kept, economics = self.package.card.get("payoff"), find_spec(self.package.model).economics
        return kept and Payoff(**kept, economics=economics, currency=self.package.currency)

    @property
    def acting(self) -> pd.DataFrame:
        """What acting from the threshold on would have met."""
        chosen = self.acted
        came = self.labels == 1
        rows = {
            "customers acted on": f"{int(chosen.sum()):,} ({chosen.mean():.1%})",
            "of those, outcome came about": _share(came[chosen]),
            "of the others, outcome came about": _share(came[~chosen]),
            "of all outcomes, acted on": _share(chosen[came]),
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=["at the cutoff"])

    @property
    def gates(self) -> pd.DataFrame:
        """Every gate the champion passed when it was promoted."""
        gates = pd.DataFrame(self.package.card["gates"])
        return gates[["name", "verdict", "text"]].set_index("name")

    @property
    def is_later(self) -> bool:
        """Whether these outcomes are others than those the champion's card tells of, and out of time."""
        tested = self.package.trained_on.get("test_cutoff")
        return self.out_of_time and tested != from_micros(self.cutoff).isoformat()

    @cached_property
    def broken_promises(self) -> list[str]:
        """A line for each figure on later outcomes that is out of what the champion's card promises."""
        said = broken_promises(self.figures, self.package.card) if self.is_later else ()
        return [f"{self.package.model}: {sentence}." for sentence in said]

    @property
    def promise(self) -> str:
        """Whether the figures are as the card promises, in words."""
        if not self.is_later:
            return "Outcomes later than those its card tells of are not known yet."
        return "\n".join(self.broken_promises) or "Its figures are within what its card promises."

    @property
    def decision(self) -> str:
        """One sentence for the box on top."""
        found, threshold = self.figures, self.package.decision.threshold
        acted = int(self.acted.sum())
        quality = f"AUC {found.auc:.3f}" if self.out_of_time else NOT_OUT_OF_TIME
        against = f" {self.against_plain}" if self.out_of_time else ""
        by_gain = self.package.offer is not None
        begins = f"from a risk of {threshold:.1%}, " if acted and not by_gain else ""
        text = (
            f"Champion {self.package.label}: {quality}; {begins}{self.package.decision.at_or_above}"
            f" {f'{acted:,}' if acted else 'none'} of {counted(found.rows, 'customer')}"
            f"{' on whom it earns more than it costs' if acted and by_gain else ''}.{against}"
        )
        label = str(self.challenger.get("label", self.package.label))
        if label != self.package.label and not self.challenger.get("promoted"):
            text += f" Challenger {label} was refused: {'; '.join(self.challenger['refusals'])}"
        return " ".join([text, *self.broken_promises, *([self.stand_in] if self.stand_in else [])])

    @property
    def headline(self) -> str:
        """One line for the progress of a run."""
        found = self.figures
        if not self.out_of_time:
            return f"{self.package.label}: {NOT_OUT_OF_TIME}"
        return f"{self.package.label}: AUC {found.auc:.3f} on {counted(found.rows, 'customer')}"


def review(bench: Bench, snapshot: Snapshot, model: str) -> Review:
    """Hold a champion against the latest known outcomes; nothing is fitted.

    Raises
    ------
    PackageNotFound
        "model 'demo.churn' must have a published package; got none in ..."
    ChampionUnusable
        As `workbench.champions.answering`.
    """
    spec = bench.spec(model)
    package, stand_in = answering(bench, model)
    schedule = cutoffs_for(
        spec, first_occurred=snapshot.first_occurred, as_of=bench.cutoff, zone=bench.tenant.zone
    )
    rows = training_frame(
        snapshot,
        [schedule.test],
        spec.label,
        package.names,
        horizon_days=spec.horizon_days,
        known_before=bench.cutoff,
        keep_constant=True,
    )
    if package.population is not None and package.population.others:
        others = package.population.others
        told_by = {group.feature: rows[group.feature].to_numpy(float) for group in others}
        rows = rows[package.population.within(told_by)].reset_index(drop=True)
    return Review(
        package=package,
        rows=rows,
        cutoff=schedule.test,
        challenger=_latest_training(bench, model),
        out_of_time=learned_until(package) <= schedule.test,
        stand_in=stand_in,
    )


def learned_until(package: Package) -> int:
    """Give the instant up to which a package learned, in epoch microseconds: the end of its last cutoff's horizon."""
    return last_cutoff(package) + int(package.trained_on["horizon_days"]) * DAY


def window(bench: Bench, found: Review, model: str) -> str:
    """Say which days a review looks at."""
    begins = from_micros(found.cutoff).astimezone(bench.tenant.zone)
    return f"customers as of {begins:%Y-%m-%d}, and the {bench.spec(model).horizon_days} days after"


def _latest_training(bench: Bench, model: str) -> dict[str, Any]:
    history = History(bench.settings.runs)
    trained = [
        record
        for record in history.records()
        if record.notebook == "20_train_model"
        and record.state == "succeeded"
        and (record.tenant, record.model) == (bench.tenant.slug, model)
    ]
    if not trained:
        return {}
    newest = max(trained, key=lambda record: record.started_at)
    return dict((history.result(newest.run_id) or {}).get("outputs", {}))


def _share(values: NDArray[np.bool_]) -> str:
    return f"{values.mean():.1%}" if len(values) else "-"

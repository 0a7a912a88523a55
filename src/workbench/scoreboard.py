"""Who is scored how: the customers to see first, and how scores are spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray
from sqlalchemy import select

from commerce.records import schema
from commerce.records.database import reading
from commerce.records.money import format_money
from features.declaring.activities import lines
from features.evaluating.favourites import favourites
from features.snapshots.snapshot import Snapshot
from scoring.decisions import Decision, decide_many
from scoring.package import Package
from scoring.scorer import score
from scoring.wording import counted
from serving.predict.nightly import BatchSummary
from workbench.customers import customer_names
from workbench.notebook import Bench

COLOUR = "#1f5a7a"


def to_see_first(
    bench: Bench,
    snapshot: Snapshot,
    package: Package,
    frame: pd.DataFrame,
    *,
    limit: int = 15,
    budget: int | None = None,
) -> pd.DataFrame:
    """List whom to see first, with the decision and the reasons for it.

    Where a package knows what acting on a customer is expected to earn, those are listed on whom it earns anything, the
    most first, with what each buys most often; else the customers of highest risk.

    Parameters
    ----------
    snapshot : Snapshot
        The stream, for what customers buy.
    frame : DataFrame
        ``customer_id`` and the package's features.
    limit : int, default 15
        Rows at most.
    budget : int, optional
        Minor units that acting may cost in all; a customer costs what an offer does.

    Returns
    -------
    DataFrame
        By customer (the shop's own id, else ``number:17``).
    """
    decisions = decide_many(package, frame[list(package.names)].to_numpy(dtype=np.float64))
    names, customers = customer_names(bench), frame["customer_id"].tolist()
    if package.offer is None:
        order = np.argsort([-decision.risk for decision in decisions], kind="stable")[:limit]
        rows = [_row(names[customers[place]], decisions[place], package) for place in order]
    else:
        chosen = best(decisions)
        if budget is not None and package.offer.cost:
            chosen = chosen[: budget // package.offer.cost]
        favourite = _favourites(bench, snapshot)
        rows = [
            _row(names[customers[place]], decisions[place], package)
            | _money(decisions[place], package.currency)
            | {"offer": favourite.get(customers[place], "")}
            for place in chosen[:limit]
        ]
    if not rows:
        return pd.DataFrame(columns=["customer"]).set_index("customer")
    shown = [name for name in _COLUMNS if any(row.get(name) is not None for row in rows)]
    return pd.DataFrame(rows)[shown].set_index("customer")


_COLUMNS = (
    "customer", "risk", "expected gain", "worth if kept", "offer", "score", "band", "rule score",
    "rule score scaled", "action", "because",
)  # fmt: skip


def best(decisions: Sequence[Decision]) -> list[int]:
    """Give the places of the decisions whose acting is expected to earn anything, the most first."""
    gains = [-(decision.decision.gain or 0) for decision in decisions]
    return [int(place) for place in np.argsort(gains, kind="stable") if gains[place] < 0]


def gain_sentence(package: Package, values: NDArray[np.float64]) -> str:
    """Say on how many customers a package acts, and what that is expected to earn in all."""
    decisions = decide_many(package, values)
    if package.offer is None:
        acted = sum(each.decision.action == package.decision.at_or_above for each in decisions)
        return f"{package.decision.at_or_above} {acted:,} of {counted(len(decisions), 'customer')}"
    chosen = best(decisions)
    gain = sum(decisions[place].decision.gain or 0 for place in chosen)
    share = len(chosen) / max(len(decisions), 1)
    return (
        f"an offer to {len(chosen):,} of {counted(len(decisions), 'customer')} ({share:.0%}) is expected to earn"
        f" {format_money(gain, package.currency)}, its cost of"
        f" {format_money(len(chosen) * package.offer.cost, package.currency)} deducted"
    )


def _money(decision: Decision, currency: str) -> dict[str, object]:
    found = decision.decision
    return {
        "expected gain": format_money(found.gain or 0, currency),
        "worth if kept": format_money(found.value or 0, currency),
    }


def _favourites(bench: Bench, snapshot: Snapshot) -> dict[str, str]:
    """Name the product that each customer buys most often, else the category."""
    found = favourites(snapshot, lines, cutoff=bench.cutoff)
    table = schema.product
    with reading(bench.engine) as connection:
        rows = connection.execute(
            select(table.c.id, table.c.name).where(table.c.tenant_id == bench.tenant.id)
        ).all()
    named = {row.id.hex: row.name for row in rows}
    return {
        customer: named.get(each.product_id or "", "") or each.category or ""
        for customer, each in found.items()
    }


def risk_figure(package: Package, values: NDArray[np.float64]) -> Figure:
    """Draw how risks are spread over customers with these features, and where acting begins."""
    probabilities = score(package, values).probability
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots()
    axes.hist(probabilities, bins=np.linspace(0, 1, 41).tolist(), color=COLOUR)
    threshold = package.decision.threshold
    axes.axvline(threshold, color="#c2571a", linestyle="--")
    axes.set_title(f"Risk of all customers; acting begins at {threshold:.1%}", loc="left")
    axes.set_xlabel("predicted risk")
    axes.set_ylabel("customers")
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure


def headline(summary: BatchSummary) -> str:
    """Say what a batch did, in one line."""
    known = summary.customers - summary.written
    kept = f" ({known:,} known already)" if known else ""
    spread = _spread(summary.bands or summary.actions, summary.customers)
    return f"{summary.written:,} scores written{kept}: {spread}"


def decision(summary: BatchSummary) -> str:
    """Say what the scores ask for, for the box on top."""
    asked = ", ".join(f"{action} {count:,}" for action, count in summary.actions.items())
    return f"{summary.model_version} over {summary.customers:,} customers: {asked or 'nobody'}"


def _spread(counts: Mapping[str, int], total: int) -> str:
    return ", ".join(f"{name} {count / total:.0%}" for name, count in counts.items())


def _row(customer: str, decision: Decision, package: Package) -> dict[str, object]:
    return {
        "customer": customer,
        "risk": decision.chance.removeprefix("risk "),
        "score": decision.score,
        "band": decision.band,
        "rule score": decision.rule_score,
        "rule score scaled": package.scaled(decision.rule_score),
        "action": decision.decision.action,
        "because": " ".join(reason.text for reason in decision.reasons[:2]),
    }

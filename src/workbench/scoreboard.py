"""Who is scored how: the customers to see first, and how scores are spread."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray
from sqlalchemy import select

from commerce.records import schema
from commerce.records.database import reading
from commerce.records.identity import Identity
from scoring.decisions import Decision, decide_many
from scoring.package import Package
from scoring.scorer import score
from serving.predict.batch import BatchSummary
from workbench.notebook import Bench

COLOUR = "#1f5a7a"


def riskiest(
    bench: Bench, package: Package, frame: pd.DataFrame, *, limit: int = 15
) -> pd.DataFrame:
    """List the customers of highest risk with the decision and the reasons for it.

    Parameters
    ----------
    frame : DataFrame
        ``customer_id`` and the package's features.

    Returns
    -------
    DataFrame
        By customer (the shop's own id, else ``number:17``): risk, score and band where there are any, action, reasons.
    """
    decisions = decide_many(package, frame[list(package.names)].to_numpy(dtype=np.float64))
    order = np.argsort([-decision.risk for decision in decisions], kind="stable")[:limit]
    names = customer_names(bench)
    rows = [_row(names[frame["customer_id"].iloc[place]], decisions[place]) for place in order]
    return pd.DataFrame(rows).set_index("customer").dropna(axis="columns", how="all")


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


def _row(customer: str, decision: Decision) -> dict[str, object]:
    return {
        "customer": customer,
        "risk": f"{decision.risk:.1%}",
        "score": decision.score,
        "band": decision.band,
        "rule score": decision.rule_score,
        "action": decision.decision.action,
        "because": " ".join(reason.text for reason in decision.reasons[:2]),
    }


def customer_names(bench: Bench) -> dict[str, str]:
    """Name every customer by the shop's own id, else ``number:17``; by the id that frames hold."""
    table = schema.customer
    query = select(table.c.id, table.c.number, table.c.external_id)
    with reading(bench.engine) as connection:
        rows = connection.execute(query.where(table.c.tenant_id == bench.tenant.id)).all()
    return {row.id.hex: Identity._make(row).text for row in rows}

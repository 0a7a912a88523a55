"""A newcomer's way through one shop: its stream, one customer's life, features, and one explained answer."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from sqlalchemy import func, select

from commerce.records import schema
from commerce.records.database import reading
from commerce.records.identity import find_customer
from commerce.records.money import format_money
from commerce.records.stream import FEATURE_COLUMNS, customer_rows
from features.catalogue import CATALOGUE
from features.evaluating.online import online_features
from scoring.decisions import Decision, decide
from scoring.package import Package
from training.judging.baselines import single_feature_power
from workbench.champions import answering
from workbench.notebook import Bench

COLOUR = "#1f5a7a"


def event_types(bench: Bench) -> pd.DataFrame:
    """Count the stream's events by type, most frequent first."""
    table = schema.event
    query = (
        select(table.c.type, func.count().label("events"))
        .where(table.c.tenant_id == bench.tenant.id)
        .group_by(table.c.type)
        .order_by(func.count().desc())
    )
    with reading(bench.engine) as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    return pd.DataFrame(rows, columns=["type", "events"]).set_index("type")


def months_figure(bench: Bench) -> Figure:
    """Draw how many orders were placed in each month."""
    table = schema.event
    query = select(table.c.occurred_at).where(
        table.c.tenant_id == bench.tenant.id, table.c.type == "order.placed"
    )
    with reading(bench.engine) as connection:
        placed = pd.Series(connection.execute(query).scalars().all())
    months = placed.dt.tz_convert(bench.tenant.zone.key).dt.strftime("%Y-%m")
    counts = months.value_counts().sort_index()
    figure = Figure(figsize=(8, 2.8), layout="constrained")
    axes = figure.subplots()
    axes.bar(counts.index.to_list(), counts.to_list(), color=COLOUR)
    axes.set_title("Orders placed, by month", loc="left")
    axes.tick_params(axis="x", rotation=90)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure


def busiest(bench: Bench) -> str:
    """Name the customer with the most events: there is much to see."""
    table = schema.event
    query = (
        select(table.c.customer_id)
        .where(table.c.tenant_id == bench.tenant.id, table.c.customer_id.is_not(None))
        .group_by(table.c.customer_id)
        .order_by(func.count().desc(), table.c.customer_id)
        .limit(1)
    )
    with reading(bench.engine) as connection:
        return str(connection.execute(query).scalar_one())


def life(bench: Bench, customer: str, *, last: int = 15) -> pd.DataFrame:
    """List a customer's latest events, as a feature could read them.

    Parameters
    ----------
    customer : str
        The shop's own id, our UUID, or ``number:17``.
    """
    with reading(bench.engine) as connection:
        key = find_customer(connection, bench.tenant, customer).id
        rows = customer_rows(connection, bench.tenant.id, key, bench.cutoff)
    table = pd.DataFrame(rows, columns=list(FEATURE_COLUMNS)).tail(last)
    instants = pd.to_datetime(table["occurred_at"], unit="us", utc=True)
    shown = {
        "when": instants.dt.tz_convert(bench.tenant.zone.key).dt.strftime("%Y-%m-%d %H:%M"),
        "type": table["type"],
        "amount": [_money(minor, bench) for minor in table["base_minor"]],
        "quantity": table["quantity"],
        "method": table["method"],
        "reason": table["reason"],
    }
    return pd.DataFrame(shown).fillna("").set_index("when")


def traits(bench: Bench, customer: str, names: Iterable[str]) -> pd.DataFrame:
    """Show a customer's features as the server would compute them this instant.

    Raises
    ------
    UnknownFeature
        "feature must be in the catalogue; got ..."
    """
    chosen = CATALOGUE.subset(list(names))
    with reading(bench.engine) as connection:
        key = find_customer(connection, bench.tenant, customer).id
        values = online_features(connection, bench.tenant.id, key, bench.cutoff, chosen)
    rows = [
        (output.name, value, output.unit, output.description)
        for output, value in zip(chosen.outputs, values, strict=True)
    ]
    columns = ["feature", "value", "unit", "meaning"]
    return pd.DataFrame(rows, columns=columns).set_index("feature").round(2)


def answer(bench: Bench, model: str | Package, customer: str) -> Decision:
    """Answer for one customer, by the same function that answers over HTTP.

    Parameters
    ----------
    model : str or Package
        The name of a model, whose champion is asked, or where that cannot be used the last usable version; or a
        package that was never published.
    customer : str
        The shop's own id, our UUID, or ``number:17``.

    Raises
    ------
    PackageNotFound, ChampionUnusable
        As `workbench.champions.answering`.
    """
    package = answering(bench, model)[0] if isinstance(model, str) else model
    with reading(bench.engine) as connection:
        key = find_customer(connection, bench.tenant, customer).id
        chosen = CATALOGUE.subset(package.names)
        values = online_features(connection, bench.tenant.id, key, bench.cutoff, chosen)
    return decide(package, values)


def reasons(decision: Decision) -> pd.DataFrame:
    """Lay out why a risk is as high as it is, strongest reason first."""
    rows = [(reason.text, reason.contribution) for reason in decision.reasons]
    return pd.DataFrame(rows, columns=["because", "raises the log-odds by"]).round(3)


def power(frame: pd.DataFrame, features: Iterable[str]) -> pd.Series[float]:
    """Give the AUC of each feature alone: .5 says nothing, 1 says all."""
    return pd.Series(single_feature_power(frame, tuple(features)), name="AUC alone").round(3)


def _money(minor: float | None, bench: Bench) -> str:
    if minor is None or np.isnan(minor):
        return ""
    return format_money(int(minor), bench.tenant.currency)

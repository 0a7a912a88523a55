"""How customers moved from band to band between two instants, as tables and a figure."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from analytics.migration import Migration, migration
from commerce.records.database import reading
from scoring.scale import BAND_NAMES
from scoring.wording import counted
from serving.predict.scores import latest_bands
from workbench.customers import customer_names
from workbench.notebook import Bench


def moved(bench: Bench, model: str, *, since: datetime | None = None) -> Migration:
    """Read how bands changed up to the bench's instant; by default in the 30 days before."""
    before = since or bench.as_of - timedelta(days=30)
    with reading(bench.engine) as connection:
        found = (bench.tenant.id, model)
        return migration(
            latest_bands(connection, *found, until=before),
            latest_bands(connection, *found, since=before, until=bench.as_of),
            BAND_NAMES,
        )


def shown(bench: Bench, model: str) -> tuple[object, ...]:
    """What a page shows of how bands changed; nothing where nobody was scored before."""
    found = moved(bench, model)
    figure = migration_figure(found)
    return () if figure is None else (figure, fallen(bench, found))


def migration_figure(found: Migration) -> Figure | None:
    """Draw who moved from which band to which, as shares of the band before; None where nobody was scored twice."""
    if not found.customers:
        return None
    shares = np.array([[share or 0.0 for share in row] for row in found.shares])
    figure = Figure(figsize=(5.2, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for before, row in enumerate(found.counts):
        for after, count in enumerate(row):
            if count:
                colour = "white" if shares[before, after] > 0.5 else "black"
                text = f"{count:,}\n{shares[before, after]:.0%}"
                axes.text(after, before, text, ha="center", va="center", color=colour)
    places = range(len(found.bands))
    axes.set_xticks(places, found.bands)
    axes.set_yticks(places, found.bands)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("band now")
    axes.set_ylabel("band before")
    axes.set_title(sentence(found), loc="left", fontsize=10)
    return figure


def sentence(found: Migration) -> str:
    """Say how many moved, in one line."""
    return (
        f"Of {counted(found.customers, 'customer')} scored before and since, {found.up:,} rose to a better band and"
        f" {found.down:,} fell to a worse one"
    )


def fallen(bench: Bench, found: Migration) -> pd.DataFrame:
    """List the customers who fell most, by the shop's own id."""
    names = customer_names(bench)
    rows = [
        {
            "customer": names.get(fall.customer_id.hex, str(fall.customer_id)),
            "before": f"{fall.before.score} ({fall.before.band})",
            "now": f"{fall.after.score} ({fall.after.band})",
            "points": -fall.points,
        }
        for fall in found.fell
    ]
    return pd.DataFrame(rows, columns=["customer", "before", "now", "points"]).set_index("customer")

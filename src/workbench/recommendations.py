"""What building recommendations came to, in sentences and tables."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select

from commerce.records import schema
from commerce.records.database import reading
from commerce.records.instants import from_micros
from scoring.published import current_any
from scoring.ranker import rank
from scoring.ranking import RECOMMENDATIONS, SOURCES, Blend, RankingPackage
from scoring.recommended import sentence
from scoring.wording import counted
from training.fitting.ranking_data import RankingData
from training.judging.rankings import RankingReport
from training.publishing.rankings import RankingResult
from workbench.customers import customer_names
from workbench.notebook import Bench

_SHOWN, _PLACES = 3, 5
"""Customers whose recommendations are shown, and how many each."""


def headline(result: RankingResult) -> str:
    """Say what building recommendations came to, in one line.

    Parameters
    ----------
    result : RankingResult

    Returns
    -------
    str
        "demo.recommendations/1: blend, recall@10 0.198, NDCG@10 0.394, 3,651 products".
    """
    return (
        f"{result.label}: {result.kept}, recall@10 {result.recall:.3f}, NDCG@10 {result.ndcg:.3f},"
        f" {counted(result.products, 'product')}"
    )


def splits_table(data: RankingData) -> pd.DataFrame:
    """Show what a ranking learns from and is judged by.

    Parameters
    ----------
    data : RankingData

    Returns
    -------
    DataFrame
        A row per split, and one of all that is known.
    """
    rows = [
        {
            "split": name,
            "known before": f"{from_micros(known.before).astimezone(data.tenant.zone):%Y-%m-%d}",
            "products": f"{len(known.products):,}",
            "customers": f"{len(known.customers):,}",
            "purchases": f"{len(known.product):,}",
            "who bought after": "" if ranked is None else f"{ranked:,}",
        }
        for name, known, ranked in (
            ("blend", data.tuning.known, len(data.tuning.customers)),
            ("judged", data.test.known, len(data.test.customers)),
            ("published", data.known, None),
        )
    ]
    return pd.DataFrame(rows).set_index("split")


def blend_table(blend: Blend) -> pd.DataFrame:
    """Show how much each source counts.

    Parameters
    ----------
    blend : Blend

    Returns
    -------
    DataFrame
        A row per source: its weight, and what it says.
    """
    rows = zip(SOURCES, blend.weights, SOURCES.values(), strict=True)
    table = pd.DataFrame(rows, columns=["source", "weight", "what it says"])
    return table.set_index("source").round({"weight": 3})


def figures_table(report: RankingReport) -> pd.DataFrame:
    """Show how good the blend is beside the baselines.

    Parameters
    ----------
    report : RankingReport

    Returns
    -------
    DataFrame
        A row per ranking: recall and NDCG of the first ten, and recall of what was bought before and of what was new.
    """
    rows = {name: found.as_dict() for name, found in report.figures.items()}
    table = pd.DataFrame.from_dict(rows, orient="index").round(4)
    table.columns = pd.Index(["recall@10", "NDCG@10", "of what was had", "of what was new"])
    return table.rename_axis("ranking")


def shown(bench: Bench, data: RankingData) -> pd.DataFrame:
    """Show what the published ranking recommends to the customers who bought last.

    Parameters
    ----------
    bench : Bench
    data : RankingData

    Returns
    -------
    DataFrame
        A row per customer and place: the product, and why. Stock is not looked at.
    """
    package = current_any(bench.settings.packages, bench.tenant.slug, RECOMMENDATIONS)
    assert isinstance(package, RankingPackage)
    known = data.known
    last = list(dict.fromkeys(reversed(known.customer.tolist())))[:_SHOWN]
    listed = []
    for customer in last:
        mine = known.customer == customer
        bought = zip(known.product[mine].tolist(), known.days_ago[mine].tolist(), strict=True)
        ranked = rank(package, [(known.products[product], days) for product, days in bought])
        for place, found in zip(range(1, _PLACES + 1), ranked, strict=False):
            listed.append((known.customers[customer], place, found.product, found.reason))
    names, who = _product_names(bench), customer_names(bench)
    rows = [
        {
            "customer": who[customer],
            "place": place,
            "product": names[product],
            "why": sentence(why, names),
        }
        for customer, place, product, why in listed
    ]
    return pd.DataFrame(rows).set_index(["customer", "place"])


def _product_names(bench: Bench) -> dict[str, str]:
    """What the shop calls its products, by the id that rankings hold."""
    table = schema.product
    query = select(table.c.id, table.c.name).where(table.c.tenant_id == bench.tenant.id)
    with reading(bench.engine) as connection:
        return {row.id.hex: row.name for row in connection.execute(query)}

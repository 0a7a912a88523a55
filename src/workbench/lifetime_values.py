"""What customers are worth and in which segment they are, in tables and sentences for notebooks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from commerce.records.money import format_money
from scoring.lifetime_value import ValuePackage
from scoring.segments import RULES, SEGMENTS, SegmentPackage
from scoring.wording import counted
from training.fitting.value_data import ValueData, inputs_of
from training.judging.values import ValueReport
from training.segmenting import SegmentData
from workbench.exports import export_table
from workbench.notebook import Bench


def headline(package: ValuePackage, values: pd.DataFrame) -> str:
    """Say what valuing customers came to, in one line.

    Parameters
    ----------
    package : ValuePackage
    values : DataFrame
        As `value_table` gives it.

    Returns
    -------
    str
        "demo.lifetime_value/1: 4,321 customers, 12,345.00 EUR expected within 90 days".
    """
    expected = format_money(round(float(values["predicted"].sum())), package.currency)
    return (
        f"{package.label}: {counted(len(values), 'customer')}, {expected} expected within"
        f" {package.forecast.horizon_days} days"
    )


def rows_table(data: ValueData) -> pd.DataFrame:
    """Show whom the forecast learns from and is judged by.

    Parameters
    ----------
    data : ValueData

    Returns
    -------
    DataFrame
        A row for each of both: the cutoff, customers, and how many of them paid after it.
    """
    rows = [
        {
            "rows": name,
            "cutoff": f"{each.frame['cutoff'].iloc[0].tz_convert(data.tenant.zone):%Y-%m-%d}",
            "customers": f"{len(each.frame):,}",
            "paid after it": f"{each.paid:,}",
            "in all": format_money(round(float(each.realised.sum())), data.tenant.currency),
        }
        for name, each in (
            ("learned from", data.rows[data.test_cutoff - data.horizon]),
            ("judged by", data.test),
        )
    ]
    return pd.DataFrame(rows).set_index("rows")


def figures_table(report: ValueReport) -> pd.DataFrame:
    """Show both forecasts out of time, beside what anybody would sort customers by.

    Parameters
    ----------
    report : ValueReport

    Returns
    -------
    DataFrame
        A row per forecast and per baseline, of which only the order is measured.
    """
    rows = {name: found.as_dict() for name, found in report.figures.items()}
    rows |= {name: {"spearman": found} for name, found in report.baselines.items()}
    table = pd.DataFrame.from_dict(rows, orient="index").round(4)
    table.columns = pd.Index(["expected over realised", "Spearman", "within the range"])
    return table.rename_axis("by")


def tenths_table(report: ValueReport, kept: str, currency: str) -> pd.DataFrame:
    """Show calibration by tenths of customers, the least expected first.

    Parameters
    ----------
    report : ValueReport
    kept : str
        "model" or "means".
    currency : str
        Of the amounts.

    Returns
    -------
    DataFrame
        A row per tenth: customers, and the means of what was expected and realised.
    """
    table = report.figures[kept].by_tenth.copy()
    table["expected over realised"] = (table["expected"] / table["realised"]).round(2)
    for name in ("expected", "realised"):
        table[name] = [format_money(round(amount), currency) for amount in table[name]]
    return table


def value_table(package: ValuePackage, data: ValueData) -> pd.DataFrame:
    """Work out what every customer on record is worth, as online answers do.

    Parameters
    ----------
    package : ValuePackage
    data : ValueData

    Returns
    -------
    DataFrame
        A row per customer, the most expected first: historical, predicted, low, high (minor units; NaN of who never
        ordered) and model_version, by customer_id.
    """
    rows = data.current
    past = rows["historical"].to_numpy(dtype=np.float64)
    found = package.expect(inputs_of(rows), past)
    table = pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            "historical": past,
            "predicted": found.predicted,
            "low": found.low,
            "high": found.high,
            "model_version": package.label,
        }
    )
    ordered = table.sort_values(["predicted", "customer_id"], ascending=[False, True])
    return ordered.set_index("customer_id")


def export_values(bench: Bench, values: pd.DataFrame) -> Path:
    """Write what every customer is worth to the tenant's file, whole; the one of before is replaced.

    Parameters
    ----------
    bench : Bench
    values : DataFrame
        As `value_table` gives it.

    Returns
    -------
    Path
        A CSV, amounts in minor units.
    """
    path = bench.settings.home / "data" / "values" / f"{bench.tenant.slug}.csv"
    export_table(values.reset_index(), path)
    return path


def segments_table(data: SegmentData) -> pd.DataFrame:
    """Show every segment, and what a customer of it went on to spend.

    Parameters
    ----------
    data : SegmentData

    Returns
    -------
    DataFrame
        A row per segment: what it means, customers now, and the mean spent within the horizon by those who were in it
        a horizon ago.
    """
    meanings = {rule.name: rule.meaning for rule in RULES}
    rows = []
    for name in SEGMENTS:
        mean = data.mean(name)
        spent = "" if mean is None else format_money(round(mean), data.tenant.currency)
        rows.append(
            {
                "segment": name,
                "meaning": meanings.get(name, "No order that stands."),
                "customers": f"{data.customers[name]:,}",
                f"spent in {data.horizon_days} days": spent,
            }
        )
    return pd.DataFrame(rows).set_index("segment")


def segments_headline(package: SegmentPackage, data: SegmentData) -> str:
    """Say what segmenting customers came to, in one line.

    Parameters
    ----------
    package : SegmentPackage
    data : SegmentData

    Returns
    -------
    str
        "demo.segments/1: 4,321 customers in 10 segments, 512 champions".
    """
    everybody = sum(data.customers.values())
    return (
        f"{package.label}: {counted(everybody, 'customer')} in {len(SEGMENTS)} segments,"
        f" {data.customers['champions']:,} champions"
    )

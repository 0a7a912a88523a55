"""Measure lifetime value on Online Retail, out of time, at several cutoffs and horizons.

    .venv/bin/python -m benchmarks.values --data ../shared/data

Each row is made as of one horizon before its end, from what was known by then, and held against what came. The first is
the protocol whose figures are kept by plain names: the last 90 days on file.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.figures import RESULTS, keep
from benchmarks.models.shops import online_retail

from commerce.records.database import reading
from commerce.records.instants import parse_as_of, to_micros
from commerce.records.tenants import find_tenant
from features.snapshots.snapshot import take_snapshot
from training import valuing
from training.judging.values import MODEL, ValueReport

ENDS = (
    *((end, 90) for end in ("2011-12-09", "2011-11-09", "2011-10-10", "2011-09-10")),
    *((end, 30) for end in ("2011-12-09", "2011-11-09", "2011-10-10", "2011-09-10", "2011-08-10")),
)
"""Up to when records count, and the horizon in days."""


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description="Measure lifetime value on Online Retail.")
    parser.add_argument(
        "--data", type=Path, required=True, help="Folder with online_retail.csv.gz."
    )
    asked = parser.parse_args()
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="bench-values-") as name:
        folder = Path(name)
        shop = online_retail(asked.data, folder / "gifts")
        with reading(shop.engine) as connection:
            tenant = find_tenant(connection, shop.tenant)
        snapshot = take_snapshot(shop.engine, tenant, folder / "snapshots")
        for end, days in ENDS:
            as_of = to_micros(parse_as_of(end, tenant.zone))
            data = valuing.load_value_data(tenant, snapshot, as_of=as_of, horizon_days=days)
            judged = valuing.examine(data, valuing.fit_values(data))
            report = judged.report
            print(f"{days} days up to {end}, {report.customers:,} customers: {judged.sentence}")
            print(f"  {judged.fitted.level.text}")
            for told, found in report.figures.items():
                print(f"  {told:<12} {found.told}, {found.inside:.1%} within their range")
            for told, order in report.baselines.items():
                print(f"  {told:<12} Spearman {order:.4f}")
            print(report.figures[MODEL].by_tenth.round().to_string())
            figures |= _named(report, "" if not figures else f"_{days}d_to_{end}")
    keep(RESULTS / "clv.json", figures)


def _named(report: ValueReport, where: str) -> dict[str, float]:
    """Name the figures of a protocol."""
    told = {f"clv_expected_over_realised{where}": report.figures[MODEL].ratio}
    for name, found in report.figures.items():
        told[f"clv_spearman_{name}{where}"] = found.spearman
        told[f"clv_within_range_{name}{where}"] = found.inside
    for name, order in report.baselines.items():
        told[f"clv_spearman_{name.replace(' ', '_')}{where}"] = order
    return told


if __name__ == "__main__":
    main()

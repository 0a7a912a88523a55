"""Measure lifetime value on Online Retail, out of time, at several cutoffs and horizons.

    .venv/bin/python -m benchmarks.values --data ../shared/data

At each cutoff the models are fitted two horizons before the end, set right by the horizon after, and judged by the
last. The first row is the protocol whose figures are kept: the last 90 days on file.
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
from training.judging.values import MEANS, MODEL

ENDS = (("2011-12-09", 90), ("2011-09-10", 90), ("2011-12-09", 30), ("2011-11-09", 30))
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
        for ends, days in ENDS:
            as_of = to_micros(parse_as_of(ends, tenant.zone))
            data = valuing.load_value_data(tenant, snapshot, as_of=as_of, horizon_days=days)
            judged = valuing.examine(data, valuing.fit_values(data))
            model, means = (judged.report.figures[name] for name in (MODEL, MEANS))
            print(
                f"{days} days up to {ends}, {judged.report.customers:,} customers: {judged.sentence}"
            )
            for told, found in ((MODEL, model), (MEANS, means)):
                print(f"  {told:<12} {found.told}, {found.inside:.1%} within their range")
            for told, order in judged.report.baselines.items():
                print(f"  {told:<12} Spearman {order:.4f}")
            print(model.by_tenth.round().to_string())
            if not figures:
                figures = {
                    "clv_expected_over_realised": model.ratio,
                    "clv_spearman": model.spearman,
                    "clv_within_range": model.inside,
                    **{
                        f"clv_spearman_{told.replace(' ', '_')}": order
                        for told, order in judged.report.baselines.items()
                    },
                }
    keep(RESULTS / "clv.json", figures)


if __name__ == "__main__":
    main()

"""Measure the models; figures are those of the exported package, out of time.

    .venv/bin/python -m benchmarks.models --data ../shared/data
    .venv/bin/python -m benchmarks.models --only credit

Online Retail by the protocol that others have published results on, everyone who ever bought; the active alone beside
it. The simulated shop against the ceiling of docs/simulator.md. Then what acting earns, and what training costs beside
a bare script.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import RESULTS, keep
from benchmarks.models.gains import gains
from benchmarks.models.memory import training_memory
from benchmarks.models.overhead import fit_overhead
from benchmarks.models.ranking import Ranked, bands_off, rank
from benchmarks.models.shops import Shop, online_retail, simulated

from scoring.package import Package
from training.fitting.dataset import Dataset

PARTS = ("retail", "churn", "credit", "gains", "cost")
"""What can be measured apart: Online Retail; the simulated shop's two models; what acting earns; what it costs."""

CEILINGS = {"churn": 0.851, "credit": 0.833}
"""What the frozen oracle reaches on 20,000 customers (docs/simulator.md)."""


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(
        description="Measure the models beside what anybody would try first."
    )
    parser.add_argument(
        "--data", type=Path, help="Folder with online_retail.csv.gz; left out without."
    )
    parser.add_argument("--customers", type=int, default=20_000, help="Of the simulated shop.")
    parser.add_argument(
        "--only",
        choices=PARTS,
        action="append",
        help="A part of it, may be given again; all by default (about 40 minutes).",
    )
    asked = parser.parse_args()
    parts = asked.only or PARTS
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="bench-models-") as name:
        folder = Path(name)
        if asked.data is not None and "retail" in parts:
            shop = online_retail(asked.data, folder / "gifts")
            package = shown(shop, "churn", everyone=True)[0]
            best = package[0]
            figures |= {"online_retail_auc": best.auc, "online_retail_brier": best.brier}
            _, dataset, active = shown(shop, "churn", everyone=False)
            tell_gains(shop, dataset, active)
        if set(parts) - {"retail"}:
            figures |= on_simulated(asked.customers, folder / "demo", parts)
    for name, figure in figures.items():
        print(f"{name} {figure:.4f}")
    keep(RESULTS / "models.json", figures)


def on_simulated(customers: int, folder: Path, parts: Sequence[str]) -> dict[str, float]:
    """Measure on the simulated shop what is asked for."""
    figures: dict[str, float] = {}
    shop = simulated(customers, folder)
    for model, ceiling in CEILINGS.items():
        if model in parts:
            ranked, _, _ = shown(shop, model, everyone=True)
            share = (ranked[0].auc - 0.5) / (ceiling - 0.5)
            figures[f"sim_{model}_oracle_share"] = share
            print(f"  {share:.3f} of the way from .5 to the oracle's {ceiling}")
    if "gains" in parts:
        _, dataset, active = shown(shop, "churn", everyone=False)
        tell_gains(shop, dataset, active)
    if "cost" in parts:
        figures["fit_overhead"] = fit_overhead(shop, folder)
        figures["training_memory_gb"] = training_memory(folder, customers)
    return figures


def shown(shop: Shop, model: str, *, everyone: bool) -> tuple[list[Ranked], Dataset, Package]:
    """Measure one model of one shop, and print it."""
    dataset = shop.dataset(model, everyone=everyone)
    print(
        f"{shop.tenant}.{model}, {dataset.population.description}: {len(dataset.train):,} rows to learn from,"
        f" {len(dataset.asked(dataset.test)):,} to be tested on"
    )
    challenger, rows = rank(dataset)
    for each in rows:
        print(f"  {each.name:<18} AUC {each.auc:.4f}  Brier {each.brier:.4f}  {each.seconds:.0f} s")
    print(f"  chosen: {challenger.fitted.chosen.name}")
    off = bands_off(challenger.package, dataset)
    print(f"  tenths off their interval: {'; '.join(off) or 'none'}")
    return rows, dataset, challenger.package


def tell_gains(shop: Shop, dataset: Dataset, package: Package) -> None:
    """Print what acting earns, by whom it chooses."""
    if package.offer is None:
        return
    for each in gains(shop, dataset, package):
        realised = "" if each.realised is None else f"  realised {each.realised:>12,.2f}"
        more = (
            ""
            if each.low is None or each.way == "expected gain"
            else f"  ours more by {each.low:,.0f} to {each.high:,.0f}"
        )
        print(
            f"  {each.customers:,} of {len(dataset.test):,} by {each.way:<14} expected {each.expected:>12,.2f}"
            f"{realised}{more}"
        )


if __name__ == "__main__":
    main()

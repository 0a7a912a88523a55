"""Measure the models; figures are those of the exported package, out of time.

    .venv/bin/python -m benchmarks.models --data ../shared/data

Online Retail by the protocol that others have published results on, everyone who ever bought; the active alone beside
it. The simulated shop against the ceiling of docs/simulator.md. Then what acting earns, and what training costs beside
a bare script.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.figures import RESULTS, keep
from benchmarks.models.gains import gains
from benchmarks.models.overhead import fit_overhead
from benchmarks.models.ranking import Ranked, bands_off, rank
from benchmarks.models.shops import Shop, online_retail, simulated

from scoring.package import Package
from training.fitting.dataset import Dataset

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
    asked = parser.parse_args()
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="bench-models-") as name:
        folder = Path(name)
        if asked.data is not None:
            shop = online_retail(asked.data, folder / "gifts")
            package = shown(shop, "churn", everyone=True)[0]
            best = package[0]
            figures |= {"online_retail_auc": best.auc, "online_retail_brier": best.brier}
            _, dataset, active = shown(shop, "churn", everyone=False)
            tell_gains(shop, dataset, active)
        shop = simulated(asked.customers, folder / "demo")
        for model, ceiling in CEILINGS.items():
            ranked, _, _ = shown(shop, model, everyone=True)
            share = (ranked[0].auc - 0.5) / (ceiling - 0.5)
            figures[f"sim_{model}_oracle_share"] = share
            print(f"  {share:.3f} of the way from .5 to the oracle's {ceiling}")
        _, dataset, active = shown(shop, "churn", everyone=False)
        tell_gains(shop, dataset, active)
        figures["fit_overhead"] = fit_overhead(shop, folder)
    for name, figure in figures.items():
        print(f"{name} {figure:.4f}")
    keep(RESULTS / "models.json", figures)


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

"""`bellwether features profile`: how the values of a tenant's features lie, and what each says alone."""

from __future__ import annotations

import click

from workbench.cli import home
from workbench.cli.console import examples, note, table

_SHOWN = 15


@click.command(
    epilog=examples(
        "bellwether features profile --tenant acme",
        "bellwether features profile --tenant acme --models churn",
    )
)
@click.option("--tenant", help="Whose; may be left out where there is only one tenant.")
@click.option("--models", help="Outcomes to hold features against, separated by commas.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole profile as JSON.")
def profile(tenant: str | None, models: str | None, as_json: bool) -> None:
    """Profile every feature at every cutoff.

    Share missing, quantiles, drift from the first cutoff (PSI and Kolmogorov-Smirnov), AUC of each alone
    against each model's outcome, and what the shop has no records for. Kept beside the feature tables, where
    `bellwether features show` and notebooks/explore/feature_profile.ipynb read it.
    """
    import json

    from training.specs import SPECS
    from workbench.profiles import make_profile

    bench = home.open_bench(tenant)
    chosen = models.split(",") if models else tuple(SPECS)
    with note(f"profiling {bench.tenant.slug}"):
        found = make_profile(bench, chosen)
    if as_json:
        click.echo(json.dumps(found.as_dict()))
        return
    strongest = sorted(
        found.features.items(),
        key=lambda item: -max((alone.strength for alone in item[1].power.values()), default=0),
    )[:_SHOWN]
    rows = [
        [
            name,
            f"{kept.missing[-1]:.1%}",
            f"{max(kept.psi):.3f}",
            f"{max(kept.ks):.3f}",
            *(
                f"{kept.power[label].auc:.3f}" if label in kept.power else "-"
                for label in found.labels
            ),
        ]
        for name, kept in strongest
    ]
    outcomes = [f"AUC {label}" for label in found.labels]
    click.echo(table(["strongest", "missing", "PSI", "KS", *outcomes], rows))
    click.echo(
        f"  {len(found.features)} features at {len(found.cutoffs)} cutoffs, {found.rows[-1]:,} customers at the last;"
        f" {len(found.absent)} without records here"
    )

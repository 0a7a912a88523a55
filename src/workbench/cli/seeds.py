"""`bellwether seed`: a few customers with orders and payments, to try things on."""

from __future__ import annotations

import click

from workbench.cli.console import examples
from workbench.cli.simulations import fill
from workbench.errors import PlanError

FEWEST, MOST = 10, 50
"""Customers of a sample."""


@click.command(
    epilog=examples(
        "bellwether seed --count 12",
        "bellwether seed --count 12 --tenant acme --tenant corner --seed 3",
    )
)
@click.option(
    "--count",
    type=int,
    default=20,
    show_default=True,
    help=f"Customers of each shop, {FEWEST} to {MOST}.",
)
@click.option(
    "--tenant",
    "tenants",
    multiple=True,
    default=("sample",),
    show_default=True,
    metavar="NAME",
    help="Name of the shop; repeatable.",
)
@click.option("--seed", type=int, default=7, show_default=True, help="Which of all possible shops.")
def seed(count: int, tenants: tuple[str, ...], seed: int) -> None:
    """Open a sample shop, or several: customers with two years of orders, payments, parcels and returns.

    The same options give the same records; a shop that has them is left as it is. For more customers, another time or
    currency there is `bellwether simulate`.
    """
    from simulation import SimulationOptions

    if not FEWEST <= count <= MOST:
        raise PlanError(
            f"count must be {FEWEST} to {MOST}; got {count}. For another number of customers:"
            f" bellwether simulate --tenant {tenants[0]} --customers {max(count, 1)}."
        )
    for tenant in dict.fromkeys(tenants):
        made = fill(tenant, SimulationOptions(customers=count, seed=seed))
        if made.events:
            click.echo(
                f"  tenant {tenant}: {made.customers} customers, {made.orders} orders, {made.events:,} events"
            )
        else:
            click.echo(f"  nothing to do: tenant {tenant} holds this very shop already")
    click.echo(f"  next: bellwether recompute-scores --tenant {tenants[0]}")

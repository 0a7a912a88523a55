"""`bellwether demo`: the whole way on a simulated shop, with nothing but this machine."""

from __future__ import annotations

import click

from workbench.cli import home
from workbench.cli.console import examples, note
from workbench.records import open_records
from workbench.settings import Settings

TENANT = "demo"
CUSTOMERS = (
    2500  # so that enough of them leave an invoice unpaid for credit to be learned and tested
)


@click.command(epilog=examples("bellwether demo", "bellwether serve --open demo"))
@click.pass_context
def demo(ctx: click.Context) -> None:
    """Go the whole way on a simulated shop.

    Simulates a shop, trains both models on it, scores its customers and builds the service.

    The shop is tenant demo: 2,500 customers over two years, its clock at 2026-01-01. A second call finds
    everything in place and says so.
    """
    from serving.bento.building import build_bento
    from workbench.cli.running import make_server, run_tenant
    from workbench.cli.service import project_of
    from workbench.runs.warm import LATER_STEPS, STEPS

    home.require_extra("notebooks", "serving")
    settings = home.settings()
    server = make_server(settings, load=STEPS, then=LATER_STEPS)
    if not _stands(settings):
        server.start()
        from simulation import SimulationOptions
        from workbench.cli.simulations import fill

        made = fill(TENANT, SimulationOptions(customers=CUSTOMERS))
        click.echo(
            f"  simulated tenant {TENANT}: {made.customers:,} customers, {made.orders:,} orders"
        )

    def build_service() -> None:
        with note("building the service"):
            bento = build_bento(project_of(settings.project), settings.home, home.environ())
        state = "built" if bento.built else "is up to date"
        click.echo(f"  service {bento.tag} {state} with {', '.join(bento.packages) or 'no model'}")

    with server:
        code = run_tenant(
            settings, tenant=TENANT, as_of=None, models=None, server=server, then=build_service
        )
    ctx.exit(code)


def _stands(settings: Settings) -> bool:
    """Whether the demo's tenant has its records."""
    from commerce.records.database import reading
    from commerce.records.stream import stream_state
    from commerce.records.tenants import list_tenants

    engine = open_records(settings)
    with reading(engine) as connection:
        found = [tenant for tenant in list_tenants(connection) if tenant.slug == TENANT]
        stands = bool(found) and stream_state(connection, found[0].id).events > 0
    engine.dispose()
    return stands

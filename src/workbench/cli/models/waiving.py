"""`bellwether models waive`, `waivers` and `withdraw`: somebody answers for a gate that refuses."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import click

from workbench.cli import home
from workbench.cli.console import examples, table

if TYPE_CHECKING:
    from datetime import date

    from commerce.records.tenants import Tenant

which_gate = click.argument("gate")
which_model = click.option(
    "--model", required=True, metavar="NAME", help='Of which model: "churn", or "demo.churn".'
)
whose = click.option(
    "--tenant", metavar="NAME", help="Whose; default: as the model's name says, or the only one."
)


@click.command(
    epilog=examples(
        "bellwether models waive fairness --model credit --why 'Checked with the works council.' --until 2026-06-30",
        "bellwether models waive calibration --model demo.churn --why 'Christmas only.' --until 2026-01-31",
    )
)
@which_gate
@which_model
@whose
@click.option(
    "--why", "--because", "because", required=True, metavar="WHY", help="Why, in a few words."
)
@click.option(
    "--until",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day it holds, on the clock of the shop's records.",
)
@click.option("--by", metavar="WHO", help="Who answers for it; default: who types.")
def waive(
    gate: str,
    model: str,
    tenant: str | None,
    because: str,
    until: datetime,
    by: str | None,
) -> None:
    """Answer for GATE, calibration or fairness, so that it stops no challenger up to a day.

    The next run trains again what the gate had stopped. The run, the model card and MLflow say of a version that
    needed it who waived the gate, until when and why.
    """
    from training.judging.waivers import Waiver, write_waiver

    shop, name = _found(model, tenant)
    given = Waiver(gate=gate, by=by or home.user(), because=because, until=until.date().isoformat())
    write_waiver(given, home.settings().packages, shop.slug, name)
    click.echo(
        f"  {shop.slug}.{name}: gate {gate} is {given.sentence}\n"
        f"  from the next run on: bellwether run --tenant {shop.slug} --models {name}"
    )
    if not given.holds(_day(shop)):
        click.echo(f"  it holds no more: the records of {shop.slug} have come to {_day(shop)}")


@click.command(
    epilog=examples(
        "bellwether models waivers", "bellwether models waivers --tenant demo --model credit --json"
    )
)
@click.option("--model", metavar="NAME", help="Only this model's.")
@click.option("--tenant", metavar="NAME", help="Whose; default: the only one.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def waivers(model: str | None, tenant: str | None, as_json: bool) -> None:
    """List the gates that somebody answers for: of which model, until when, who and why."""
    from dataclasses import asdict

    from training.judging.waivers import read_waivers
    from training.specs import SPECS

    shop, name = _found(model, tenant)
    day = _day(shop)
    found = [
        {"model": f"{shop.slug}.{each}", **asdict(waiver), "holds": waiver.holds(day)}
        for each in ((name,) if name else tuple(SPECS))
        for waiver in read_waivers(home.settings().packages, shop.slug, each).values()
    ]
    if as_json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
    elif not found:
        click.echo("  no gate is waived")
    else:
        rows = [
            [
                str(each["model"]),
                str(each["gate"]),
                f"{each['until']}{'' if each['holds'] else ', over'}",
                str(each["by"]),
                str(each["because"]),
            ]
            for each in found
        ]
        click.echo(table(["model", "gate", "until", "by", "because"], rows, left=(0, 1, 2, 3, 4)))


@click.command(epilog=examples("bellwether models withdraw fairness --model credit"))
@which_gate
@which_model
@whose
def withdraw(gate: str, model: str, tenant: str | None) -> None:
    """Withdraw the waiver of GATE: from the next training on it refuses again.

    A version that was promoted meanwhile keeps answering, and keeps the waiver in its card; to stop it, roll it back.
    """
    from training.judging.waivers import withdraw_waiver

    shop, name = _found(model, tenant)
    withdrawn = withdraw_waiver(gate, home.settings().packages, shop.slug, name)
    click.echo(f"  {shop.slug}.{name}: gate {gate} is no longer {withdrawn.sentence}")


def _found(model: str | None, tenant: str | None) -> tuple[Tenant, str]:
    """Find the tenant and the model that somebody named; of no model the name is empty."""
    from commerce.records.database import reading
    from training.specs import find_spec
    from workbench.records import open_records

    slug, _, name = (model or "").rpartition(".")
    spec = find_spec(name).name if name else ""
    with reading(open_records(home.settings())) as connection:
        return home.choose_tenant(connection, tenant or slug or None), spec


def _day(shop: Tenant) -> date:
    """Give the day that the records of a shop have come to."""
    from commerce.records.database import reading
    from commerce.records.tenants import clock
    from workbench.records import open_records

    with reading(open_records(home.settings())) as connection:
        return clock(connection, shop, now=home.now()).astimezone(shop.zone).date()

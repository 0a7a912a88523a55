"""`bellwether economics`: what acting costs and earns in a shop, and what the model's decisions make of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.console import examples, table
from workbench.cli.decided import find_decided, keep_decided
from workbench.errors import PlanError

if TYPE_CHECKING:
    from commerce.records.tenants import Tenant
    from training.specs import ModelSpec

_MEANINGS = {
    "margin": "earned of each amount that is paid",
    "loss": "lost of an order that is not paid",
    "success_rate": "kept by an offer, of those just seen who would leave",
    "success": "the same by silence, as campaigns showed it",
    "offer_share": "cost of an offer, as a share of the usual order",
    "offer_cost": "cost of an offer",
}


@click.group(
    epilog=examples(
        "bellwether economics show churn",
        "bellwether economics set churn --margin 0.35 --offer-cost 4.50",
        "bellwether economics set credit --margin 0.25 --loss 0.7 --tenant acme",
    )
)
def economics() -> None:
    """Show or set the money behind decisions.

    New margins and costs take effect at the next `bellwether run`: as a new decision over the same fitted model.
    """


@economics.command(
    epilog=examples("bellwether economics show churn", "bellwether economics show credit --json")
)
@click.argument("model")
@click.option("--tenant", metavar="NAME", help="Whose; default: the only one.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(model: str, tenant: str | None, as_json: bool) -> None:
    """Show what acting on MODEL costs and earns, and where each figure comes from."""
    shop, spec, decided = find_decided(model, tenant)
    figures = _figures(spec, decided)
    if as_json:
        click.echo(
            json.dumps({"tenant": shop.slug, "model": model, "economics": figures}, indent=1)
        )
        return
    rows = [
        [name, _written(name, each["value"], shop), each["from"], _MEANINGS[name]]
        for name, each in figures.items()
    ]
    click.echo(table(["economics", "value", "from", "what it is"], rows, left=(0, 2, 3)))


@economics.command(
    "set", epilog=examples("bellwether economics set churn --margin 0.35 --offer-cost 4.50")
)
@click.argument("model")
@click.option("--tenant", metavar="NAME", help="Whose; default: the only one.")
@click.option("--margin", type=float, help="Share that is earned of each amount paid.")
@click.option("--loss", type=float, help="Share of an order that is lost where it is not paid.")
@click.option(
    "--success",
    "success_rate",
    type=float,
    help="Share of leaving customers, just seen, whom an offer keeps.",
)
@click.option("--offer-cost", metavar="AMOUNT", help="Cost of an offer, in the shop's currency.")
@click.option(
    "--offer-share",
    type=float,
    help="Cost of an offer as a share of the usual order, where no cost is set.",
)
@click.option("--reset", is_flag=True, help="Take back everything that was set.")
def set_(
    model: str, tenant: str | None, reset: bool, offer_cost: str | None, **shares: float | None
) -> None:
    """Set what acting on MODEL costs and earns; what is not named stays."""
    from training.specs.decided import MONEY

    changes: dict[str, Any] = {name: value for name, value in shares.items() if value is not None}
    if offer_cost is not None:
        changes["offer_cost"] = _minor(offer_cost, find_decided(model, tenant)[0])
    keep_decided(model, tenant, changes, subject="economics", reset=MONEY if reset else ())


def _figures(spec: ModelSpec, decided: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the money in effect, and whether the shop set it or the model assumes it."""
    from training.specs.decided import MONEY, settings_of

    return {
        name: {
            "value": decided.get(name, getattr(spec.economics, name)),
            "from": "set" if name in decided else "assumed",
        }
        for name in settings_of(spec)
        if name in MONEY and (name in decided or getattr(spec.economics, name) is not None)
    }


def _written(name: str, value: Any, shop: Tenant) -> str:
    from commerce.records.money import format_money

    if name == "offer_cost":
        return format_money(value, shop.currency)
    if name == "success":
        return ", ".join(f"{each['rate']:.1%} from {each['from_days']:g} days" for each in value)
    return f"{value:.1%}"


def _minor(text: str, shop: Tenant) -> int:
    from decimal import Decimal, InvalidOperation

    from commerce.records.money import exact_minor

    try:
        return exact_minor(Decimal(text), shop.currency, "offer cost")
    except InvalidOperation:
        raise PlanError(
            f"offer cost must be an amount of {shop.currency}; got {text!r}. Write 4.50."
        ) from None

"""`bellwether load-test`: how many answers a running server gives, and how soon."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, TextIO

import click

from workbench.cli.console import examples, table
from workbench.errors import PlanError

if TYPE_CHECKING:
    from bellwether.load_test import Load
    from bellwether.questions import Question

_OWN_LIMIT = 0.7
"""The part of the time from which the command itself may be what is measured."""


@click.command(
    "load-test",
    epilog=examples(
        "bellwether serve --open demo &",
        "bellwether load-test --tenant demo --model churn",
        "bellwether load-test https://shop.example --tenant acme --key-file key --customers ids.txt --connections 32",
        "bellwether load-test --tenant demo --features '{\"orders_90d\": 3}' --seconds 5 --json",
    ),
)
@click.argument("url", default="http://localhost:3000")
@click.option("--tenant", metavar="NAME", help="Whose customers and model.")
@click.option("--model", default="churn", show_default=True, help="Which model is asked.")
@click.option(
    "--customers",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="Ids of customers, one a line; - reads standard input. Default: the shop's numbers 1 to --count.",
)
@click.option(
    "--count", default=100, show_default=True, type=click.IntRange(1), help="How many numbers."
)
@click.option("--features", metavar="JSON", help="Ask by these values instead of by customer.")
@click.option(
    "--connections",
    default=8,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="How many ask side by side.",
)
@click.option(
    "--seconds",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0.1, 3600),
    help="How long they ask.",
)
@click.option(
    "--key-file",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="Holds an API key, as create-key printed it. A shop that is left open to this machine needs none.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def load_test(
    url: str,
    tenant: str | None,
    model: str,
    customers: TextIO | None,
    count: int,
    features: str | None,
    connections: int,
    seconds: float,
    key_file: TextIO | None,
    as_json: bool,
) -> None:
    """Ask the server at URL about many customers for a while, and tell how many answers came, and how soon.

    Each connection asks its next question as soon as the last one is answered, so the server is as busy as that many
    clients make it. p50 is what half of the answers took at most, p99 what all but a hundredth did: read both, for the
    second is what some customer waits for. Refusals are counted by status, with the first sentence of each: 429 means
    that the credential asks more often than RATE_LIMIT allows, 503 that the server has no room, no store or no model.

    Every answer is a decision that the server keeps: ask a shop of your own, not somebody's at work. This
    command works some 1.5 ms at every question; where it says that it may be the limit itself, run several, or a tool
    such as wrk. `make bench-serving` measures the server beside its peers.
    """
    from bellwether.load_test import connect, measure

    key = None if key_file is None else key_file.read().strip()
    asked = _questions(model, customers, count, features)

    async def ask() -> Load:
        clients = connect(url, connections, key=key, tenant=tenant)
        try:
            await clients[0].ask(asked[0])  # what cannot be asked at all is one sentence
            return await measure(clients, asked, seconds=seconds)
        finally:
            for client in clients:
                await client.close()

    load = asyncio.run(ask())
    if as_json:
        click.echo(json.dumps(_figures(load), indent=1))
        return
    click.echo(f"  {model} asked at {url}, {connections} at a time, for {load.seconds:.1f} s")
    click.echo(told(load))


def _questions(
    model: str, customers: TextIO | None, count: int, features: str | None
) -> list[Question[Any]]:
    """Give what is asked in turn."""
    from bellwether.questions import predict

    if features is not None:
        if customers is not None:
            raise PlanError("--features must not come with --customers; got both. Leave one out.")
        return [predict(model, features=_values(features))]
    if customers is None:
        return [predict(model, customer_id=f"number:{each}") for each in range(1, count + 1)]
    ids = [line.strip() for line in customers if line.strip()]
    if not ids:
        raise PlanError(f"{customers.name} must hold ids, one a line; got none. Write some.")
    return [predict(model, customer_id=each) for each in ids]


def _values(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise PlanError(
            f"--features must be JSON; got {error}. Write '{{\"orders_90d\": 3}}'."
        ) from error
    if not isinstance(values, dict):
        raise PlanError("--features must be an object of values by name; got another.")
    return values


def _figures(load: Load) -> dict[str, Any]:
    half, almost_all = load.percentile(0.5), load.percentile(0.99)
    return {
        "seconds": round(load.seconds, 3),
        "answers": len(load.milliseconds),
        "answers_per_second": round(load.per_second, 1),
        "p50_ms": None if half is None else round(half, 2),
        "p99_ms": None if almost_all is None else round(almost_all, 2),
        "statuses": dict(load.statuses),
        "refusals": load.sentences,
        "own_share": round(load.own_share, 3),
    }


def told(load: Load) -> str:
    """Tell what came back, for people."""
    half, almost_all = load.percentile(0.5), load.percentile(0.99)
    lines = [f"  {len(load.milliseconds):,} answers, {load.per_second:,.0f} a second"]
    if half is not None and almost_all is not None:
        lines.append(f"  p50 {half:.1f} ms, p99 {almost_all:.1f} ms")
    rows = [
        [status, f"{times:,}", load.sentences.get(status, "")]
        for status, times in sorted(load.statuses.items())
    ]
    lines.append(table(["status", "times", "in the server's words"], rows, left=(0, 2)))
    if load.own_share >= _OWN_LIMIT:
        lines.append(
            f"  This command worked {load.own_share:.0%} of the time: it may be the limit itself, not the server."
        )
    return "\n".join(lines)

"""The evaluators by name, the instants and the records they are asked about: what build and parity share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from workbench.errors import PlanError

if TYPE_CHECKING:
    from features.evaluating.evaluator import Evaluator
    from workbench.notebook import Bench

ENGINES = ("duckdb", "python", "spark")
"""Every evaluator; whatever they are asked, they answer the same."""

Command = TypeVar("Command", bound=Callable[..., object])


def settle_cutoffs(bench: Bench, asked: Sequence[str], months: int | None = None) -> list[int]:
    """Settle the instants to look at, in order of time.

    Parameters
    ----------
    asked : sequence of str
        Dates, 00:00 where the tenant is, or ISO instants.
    months : int, optional
        So many beginnings of months up to the tenant's clock. Without either, it is the clock itself.

    Raises
    ------
    RecordError
        "as_of must not be later than ...; got ..."
    PlanError
        "cutoffs must be given by --cutoff or by --months; got both. Leave one out."
    """
    from commerce.records.instants import midnight, to_micros
    from commerce.records.tenants import settle_as_of

    if asked and months is not None:
        raise PlanError(
            "cutoffs must be given by --cutoff or by --months; got both. Leave one out."
        )
    if months is None:
        instants = [settle_as_of(text, bench.tenant, bench.as_of) for text in asked]
        return sorted({to_micros(instant) for instant in instants or [bench.as_of]})
    last = bench.day.year * 12 + bench.day.month - 1
    firsts = (date(month // 12, month % 12 + 1, 1) for month in range(last - months + 1, last + 1))
    return [to_micros(midnight(day, bench.tenant.zone)) for day in firsts]


def open_engine(
    name: str, held: ExitStack, *, master: str, folder: Path, settings: Sequence[str]
) -> Evaluator:
    """Make an evaluator ready; what it holds open is closed with `held`.

    Parameters
    ----------
    master : str
        Where Spark runs.
    folder : Path
        Where Spark keeps its scratch files and its log.
    settings : sequence of str
        Spark's own, ``NAME=VALUE``.

    Raises
    ------
    EngineMissing
        "engine spark must have pyspark; got none. Install bellwether[spark]."
    """
    if name == "spark":
        from features.evaluating.spark_evaluator import evaluator, session

        return evaluator(held.enter_context(session(master, folder, read_settings(settings))))
    if name == "duckdb":
        from features.evaluating import duckdb_evaluator

        return duckdb_evaluator.evaluate_each
    from features.evaluating import python_batch

    return python_batch.evaluate_each


def read_settings(settings: Sequence[str]) -> dict[str, str]:
    """Read settings of Spark."""
    for text in settings:
        if "=" not in text:
            raise click.BadParameter(
                f"setting must read NAME=VALUE; got {text!r}. See Spark's documentation.",
                param_hint="--conf",
            )
    return dict(text.split("=", 1) for text in settings)


def spark_options(command: Command) -> Command:
    """Give a command the options of Spark."""
    for option in (
        click.option(
            "--conf", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of Spark's."
        ),
        click.option(
            "--master",
            default="local[2]",
            show_default=True,
            help="Where Spark runs: local[CORES] or a cluster such as spark://host:7077.",
        ),
    ):
        command = option(command)
    return command

"""The options that several importers share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
"""An argument or option that must be an existing file."""

tenant_option = click.option(
    "--tenant", required=True, help="Whose records; created by the first import."
)


def tenant_conventions(command: Any) -> Any:
    """Add ``--currency`` and ``--timezone``, which the first import settles."""
    for option in (
        click.option("--timezone", metavar="ZONE", help="IANA name; of a new tenant, default UTC."),
        click.option("--currency", metavar="CODE", help="ISO 4217; of a new tenant, default USD."),
    ):
        command = option(command)
    return command


def column_options(columns: Mapping[str, str]) -> Callable[[Any], Any]:
    """Add an option for each column that a person may name: name of the option, and its help."""

    def add(command: Any) -> Any:
        for name, text in reversed(list(columns.items())):
            command = click.option(f"--{name}", metavar="COLUMN", help=text)(command)
        return command

    return add


def format_options(command: Any) -> Any:
    """Add what may be said about how a file is written."""
    for option in reversed(
        (
            click.option(
                "--delimiter", help="One character, or tab, space, comma, semicolon, pipe."
            ),
            click.option("--encoding", help="Such as utf-8 or cp1252."),
            click.option("--decimal", type=click.Choice([".", ","]), help="The decimal mark."),
            click.option(
                "--time-format",
                metavar="FORMAT",
                multiple=True,
                help="DMY, MDY, YMD or a pattern such as %d.%m.%Y; given more than once, tried in turn.",
            ),
            click.option(
                "--skip",
                type=click.IntRange(min=0),
                metavar="LINES",
                help="Lines above the header.  [default: those that are no row]",
            ),
            click.option(
                "--allow-refused",
                type=click.FloatRange(0, 1),
                default=0.05,
                show_default=True,
                metavar="SHARE",
                help="Share of rows that may be refused; where more are, nothing is taken in.",
            ),
        )
    ):
        command = option(command)
    return command

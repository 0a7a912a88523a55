"""`bellwether import again`: a file of a kind that came in before, with the options kept then."""

from __future__ import annotations

import click

from workbench.cli.console import examples
from workbench.cli.imports.saved import find_saved


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog=examples(
        "bellwether import transactions shop.csv --tenant acme --customer Kunde --save-as daily",
        "bellwether import again daily shop-2026-02-02.csv",
        "bellwether import again daily shop-2026-02-03.csv --encoding cp1252 --dry-run",
    ),
)
@click.argument("name")
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="FILE [OPTIONS]")
@click.pass_context
def again(ctx: click.Context, name: str, words: tuple[str, ...]) -> None:
    """Import FILE with the options that were saved as NAME.

    Options given here win over the saved ones; `bellwether import list` shows what is saved, and
    data/imports/NAME.toml may be changed by hand.
    """
    saved, parent = find_saved(name), ctx.parent
    assert parent is not None, "again is a command of a group"
    assert isinstance(parent.command, click.Group), "again is a command of a group"
    command = parent.command.get_command(parent, saved.kind)
    if command is None:
        raise click.UsageError(f"saved import must be of a known kind; got {saved.kind!r}.")
    unread = {option for option in saved.options if f"--{option}" not in _options(command)}
    if unread:
        raise click.UsageError(
            f"saved option must be one of import {saved.kind}; got {min(unread)!r}. Mend data/imports/{name}.toml."
        )
    given = command.make_context(saved.kind, list(words), parent=parent, resilient_parsing=True)
    typed = [*saved.words(command, given), *words]
    with command.make_context(saved.kind, typed, parent=parent) as own:
        command.invoke(own)


def _options(command: click.Command) -> set[str]:
    return {word for parameter in command.params for word in parameter.opts}

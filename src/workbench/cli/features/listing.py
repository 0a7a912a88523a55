"""`bellwether features list`: every feature in one line."""

from __future__ import annotations

import json

import click

from workbench.cli.console import examples, table


@click.command(
    "list",
    epilog=examples("bellwether features list", "bellwether features list --family orders --json"),
)
@click.option("--family", help="Only this family's.")
@click.option("--json", "as_json", is_flag=True, help="Print the declarations as JSON.")
def listing(family: str | None, as_json: bool) -> None:
    """List the features: name, meaning, unit, allowed range, value of an empty window."""
    from features.catalogue import CATALOGUE
    from features.comparing.changes import declarations
    from features.errors import DeclarationError
    from features.wording import allowed, empty
    from tabular.errors import did_you_mean

    families = dict.fromkeys(output.family for output in CATALOGUE.outputs)
    if family is not None and family not in families:
        raise DeclarationError(
            f"family must be one of the catalogue's; got {family!r}. {did_you_mean(family, families)}"
        )
    shown = [output for output in CATALOGUE.outputs if family in (None, output.family)]
    if as_json:
        known = declarations(CATALOGUE)
        click.echo(json.dumps({output.name: known[output.name] for output in shown}, indent=1))
        return
    rows = [
        [output.name, output.family, output.unit, allowed(output), empty(output)]
        for output in shown
    ]
    lines = table(["feature", "family", "unit", "allowed", "empty"], rows).splitlines()
    click.echo(
        "\n".join(
            f"{line:<{max(map(len, lines))}}  {meaning}"
            for line, meaning in zip(
                lines, ["meaning", *(output.description for output in shown)], strict=True
            )
        )
    )
    where = family or f"{len(families)} families"
    click.echo(f"  {len(shown)} features of {where}")

"""Options of an import kept under a name, so that the next export of the same kind needs none typed again.

A name is a file that people may read and change, ``data/imports/NAME.toml``: the kind, and every option as
it was given.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from workbench.cli import home
from workbench.errors import SettingsError

_OF_ONE_RUN = frozenset({"file", "folder", "dry_run", "as_json", "save_as", "backfill"})
"""Parameters that belong to one file, or to one way of looking at it."""
_META = "workbench.cli.imports.save_as"


@dataclass(frozen=True, kw_only=True)
class SavedImport:
    """A kind of import, and the options that were given for it, by their long names without dashes."""

    name: str
    kind: str
    options: Mapping[str, Any]

    def words(self, command: click.Command, given: click.Context) -> Iterator[str]:
        """Write its options as they are typed, but for those that are given anew.

        Parameters
        ----------
        command : Command
            The import's.
        given : Context
            Of what was typed beside the name.
        """
        for parameter in command.params:
            name = _long(parameter)
            if name not in self.options:
                continue
            values, anew = self.options[name], _typed(given, parameter)
            values = values if isinstance(values, list) else [values]
            if anew and name == "column":  # pairs, each of which stands for itself
                pairs = given.params.get(parameter.name or "") or ()
                own = {pair.partition("=")[0] for pair in pairs}
                values = [pair for pair in values if pair.partition("=")[0] not in own]
            elif anew:
                continue
            for value in values:
                yield f"--{name}"
                if value is not True:
                    yield str(value)


def _long(parameter: click.Parameter) -> str:
    return max(parameter.opts, key=len).lstrip("-")


def _typed(ctx: click.Context, parameter: click.Parameter) -> bool:
    source = ctx.get_parameter_source(parameter.name or "")
    return source is click.core.ParameterSource.COMMANDLINE


def _check_name(ctx: click.Context, _: click.Parameter, name: str | None) -> None:
    from commerce.records.tenants import SLUG

    if name is None:
        return
    if not SLUG.fullmatch(name):
        raise SettingsError(
            f"--save-as must be lower-case letters, digits, - and _; got {name!r}. Choose one like daily-sales."
        )
    ctx.meta[_META] = name


save_as_option = click.option(
    "--save-as",
    metavar="NAME",
    callback=_check_name,
    expose_value=False,
    help="Keep these options for `bellwether import again NAME FILE`.",
)


def asked_name() -> str | None:
    """Give the name under which the running command's options are to be kept, if any."""
    name: str | None = click.get_current_context().meta.get(_META)
    return name


def keep_options() -> None:
    """Keep what the running command was given, where it was asked to."""
    ctx, name = click.get_current_context(), asked_name()
    if name is None:
        return
    options = {
        _long(parameter): _plain(ctx.params[parameter.name])
        for parameter in ctx.command.params
        if parameter.name in ctx.params
        and parameter.name not in _OF_ONE_RUN
        and _typed(ctx, parameter)
    }
    from tabular.files import replace_text

    lines = [
        f"# bellwether import again {name} FILE",
        f"kind = {_written(ctx.command.name)}",
        "",
        "[options]",
        *(f"{option} = {_written(value)}" for option, value in options.items()),
    ]
    replace_text(_folder() / f"{name}.toml", "\n".join(lines) + "\n", private=True)


def saved_imports() -> list[SavedImport]:
    """Read every saved import, by name."""
    return [_read(path) for path in sorted(_folder().glob("*.toml"))]


def find_saved(name: str) -> SavedImport:
    """Read a saved import.

    Raises
    ------
    SettingsError
        "import must have been saved by its name; got 'dayly'. Did you mean daily?"
    """
    from tabular.errors import did_you_mean

    known = {path.stem: path for path in _folder().glob("*.toml")}
    if name not in known:
        raise SettingsError(
            f"import must have been saved by its name; got {name!r}. {did_you_mean(name, known)}"
            " Save one by `bellwether import transactions ... --save-as NAME`."
        )
    return _read(known[name])


def _folder() -> Path:
    return home.settings().imports


def _read(path: Path) -> SavedImport:
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
        return SavedImport(name=path.stem, kind=str(held["kind"]), options=dict(held["options"]))
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"saved import must be TOML with a kind and [options]; got {path}: {error}."
            " Mend the file, or save it anew."
        ) from error


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value.resolve())
    return value.isoformat() if isinstance(value, datetime) else value


def _written(value: Any) -> str:
    r"""Write a value as TOML does: a JSON text is one of TOML, but for one character.

    Examples
    --------
    >>> _written('a "quoted" Straße'), _written(("DMY", "%H:%M")), _written(True), _written(0.05)
    ('"a \\"quoted\\" Straße"', '["DMY", "%H:%M"]', 'true', '0.05')
    """
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_written, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

"""A group of subcommands that are loaded when they are asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click


class LazyGroup(click.Group):
    """A group over a table of subcommands, each of which is imported when it is asked for.

    Parameters
    ----------
    commands_at : mapping of str to str
        Name of each subcommand and where it lives, ``"module:attribute"``, in the order of the help.
    **attributes
        As for :class:`click.Group`.
    """

    def __init__(self, *, commands_at: Mapping[str, str], **attributes: object) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type]
        self._commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the subcommands."""
        return list(self._commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a subcommand; None where there is none of that name."""
        if cmd_name not in self._commands_at:
            return None
        module, _, attribute = self._commands_at[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Answer an unknown subcommand with the nearest known one."""
        if args and not args[0].startswith("-") and args[0] not in self._commands_at:
            from tabular.errors import did_you_mean

            raise click.UsageError(
                f"command must be a known one; got {args[0]!r}."
                f" {did_you_mean(args[0], self._commands_at)}"
            )
        return super().resolve_command(ctx, args)

"""How far reading or writing has come."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called with how far an import or a simulation has come; `workbench` draws the bar."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Show that ``done`` of ``total`` (None: not known) steps of a stage are behind us."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Show no progress."""

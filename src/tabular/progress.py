"""How far reading or writing has come."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Is told how far an import has come; `workbench` draws the bar."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Note that ``done`` of ``total`` (None: not known) steps of a stage are behind us."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Show no progress."""

"""What the command line prints: lines, tables, examples, and progress where someone watches."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from workbench.runs.exit_status import exit_codes

if TYPE_CHECKING:
    from rich.progress import TaskID

EXIT_CODES = f"\n\n\b\nExit codes:\n{exit_codes()}"
"""The table of exit codes, for the end of a help text."""


def examples(*lines: str) -> str:
    r"""Write the examples that end a help text.

    Examples
    --------
    >>> print(examples("bellwether doctor").replace("\b", ""))
    <BLANKLINE>
    Example:
      $ bellwether doctor
    """
    head = "Example:" if len(lines) == 1 else "Examples:"
    return "\b\n" + "\n".join([head, *(f"  $ {line}" for line in lines)])


def table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, left: Collection[int] = (0,)
) -> str:
    """Align rows under their heads: columns of words (the first, if nothing is said) to the left, others to the right.

    Examples
    --------
    >>> print(table(["model", "AUC"], [["churn", "0.83"]]))
      model   AUC
      churn  0.83
    """
    lines = [list(heads), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join(
        "  "
        + "  ".join(
            text.ljust(width) if column in left else text.rjust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def watched() -> bool:
    """Whether someone watches standard error."""
    return sys.stderr.isatty()


class Bar:
    """A progress bar on standard error; silent where nobody watches.

    Its instances can be given to an importer or a simulator as their ``progress``.
    """

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        self._progress = Progress(
            TextColumn("  {task.description:<24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not watched(),
        )
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Move the bar of a stage."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total)
        self._progress.update(self._tasks[stage], completed=done, total=total)

    def __enter__(self) -> Bar:
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Take the bar away."""
        self._progress.stop()


class Steps:
    """The steps at work and their current cells, on standard error; silent where nobody watches."""

    def __init__(self) -> None:
        self._cells: dict[str, str] = {}
        self._status = None
        if watched():
            from rich.console import Console

            self._status = Console(stderr=True).status("starting")

    def cell(self, label: str, number: int, count: int, title: str) -> None:
        """Show which cell of a step runs; none of it any more where there are no cells."""
        self._cells.pop(label, None)
        if self._status is not None:
            from rich.markup import escape

            if count:
                self._cells[label] = f"{label}  cell {number} of {count}: {escape(title)}"
            self._status.update("   ".join(self._cells.values()))

    def print(self, line: str) -> None:
        """Print a line on standard output, beside what is shown."""
        if self._status is not None:
            self._status.stop()
        click.echo(line)
        if self._status is not None:
            self._status.start()

    def __enter__(self) -> Steps:
        """Begin to show."""
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop showing."""
        if self._status is not None:
            self._status.stop()


@contextmanager
def note(text: str) -> Iterator[None]:
    """Show one line while something works, where someone watches."""
    with Steps() as steps:
        steps.cell("", 1, 1, text)
        yield

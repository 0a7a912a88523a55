"""Known errors become one sentence and an exit code."""

from __future__ import annotations

import sys
from typing import IO, Any

import click

from workbench.runs.exit_status import UNEXPECTED, USAGE

_OF_SERVING = {
    "bentoml",
    "fastapi",
    "fastapi_swagger",
    "httptools",
    "jwt",
    "limits",
    "starlette",
    "uvloop",
}
_OF_CLIENT = {"httpx"}
"""What the extras "serving" and "client" bring alone; any other library that may be missing comes with "notebooks"."""


class Refusal(click.ClickException):
    """A sentence on standard error, and the exit code that goes with it."""

    def __init__(self, sentence: str, code: int = USAGE.code) -> None:
        super().__init__(sentence)
        self.code = code

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """What the process exits with."""
        return self.code

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence."""
        click.echo(f"bellwether: {self.format_message()}", err=file is None, file=file)


def known_errors() -> tuple[type[Exception], ...]:
    """Give the base of every package's errors; asked only once an error is on its way."""
    from bellwether.errors import ClientError
    from commerce.records.errors import CommerceError
    from features.errors import FeatureError
    from scoring.errors import ScoringError
    from serving.errors import ServingError
    from tabular.errors import TableError
    from training.errors import TrainingError
    from workbench.errors import WorkbenchError

    ours: tuple[type[Exception], ...] = (
        ClientError,
        CommerceError,
        FeatureError,
        ScoringError,
        ServingError,
        TableError,
        TrainingError,
        WorkbenchError,
        ModuleNotFoundError,
        OSError,
    )
    store = sys.modules.get("sqlalchemy.exc")
    return ours if store is None else (*ours, store.OperationalError)


def refusal(error: Exception) -> Refusal:
    """Say a known error in one sentence."""
    if isinstance(error, ModuleNotFoundError):
        missing = (error.name or "").split(".")[0]
        extra = "client" if missing in _OF_CLIENT else "notebooks"
        extra = "serving" if missing in _OF_SERVING else extra
        return Refusal(
            f"libraries of this command must be installed; got no {error.name}."
            f" Install them: pip install 'bellwether[{extra}]'."
        )
    if isinstance(error, OSError) and error.strerror:
        place = f" {error.filename}" if error.filename else ""
        return Refusal(
            f"file{place} must be usable; got: {error.strerror}. Check the path and its permissions.",
            UNEXPECTED.code,
        )
    original = getattr(error, "orig", None)
    if original is not None:
        first = (
            str(original).strip().splitlines()[0] if str(original).strip() else "no reason given"
        )
        return Refusal(
            f"DATABASE_URL must lead to a record store that answers; got: {first.rstrip('.')}. Check that it may be"
            " written, and that the server is up.",
            UNEXPECTED.code,
        )
    return Refusal(str(error), getattr(error, "exit_code", USAGE.code))

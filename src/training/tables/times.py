"""When each row of a table was, and which rows are the latest."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from scoring.fields import Field, is_missing
from tabular.detection import DateOrderDetection
from tabular.errors import TableError
from tabular.times import TimeReader
from training.errors import InvalidTable
from training.tables.reading import is_number

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LATEST = 0.25
"""Share of the rows, the latest ones, that a model is tested on where times are known."""


def latest_rows(cells: Sequence[str], name: str, time_format: str | None) -> tuple[Flags, str]:
    """Mark the latest rows, from a time on that no earlier row shares.

    Parameters
    ----------
    cells : sequence of str
        Of the column that tells when each row was.
    name : str
        Of the column, for messages.
    time_format : str or None
        As `tabular.times.TimeReader` takes it; found where it is None.

    Returns
    -------
    bool array of shape (n_rows,)
    str
        The first of their times, as the file writes it.

    Raises
    ------
    InvalidTable
        "--time must ..."
    """
    times = _times(cells, name, time_format)
    start = float(np.quantile(times, 1 - LATEST, method="higher"))
    if start == times.min():
        start = min((time for time in set(times.tolist()) if time > start), default=np.inf)
    is_test = times >= start
    if not is_test.any():
        raise InvalidTable(f"--time must tell rows apart; got one time in {name!r}. Leave it out.")
    since = min(cell for cell, at in zip(cells, times, strict=True) if at == start)
    return is_test, since.strip()


def _times(cells: Sequence[str], name: str, time_format: str | None) -> Floats:
    """Read when each row was: numbers by their size, anything else as times."""
    if any(is_missing(cell) for cell in cells):
        count = sum(is_missing(cell) for cell in cells)
        raise InvalidTable(
            f"--time must be known of every row; got {count:,} rows without {name!r}. Leave them out of the file."
        )
    texts = sorted(set(cells))
    read: dict[str, float]
    if time_format is None and all(is_number(text) for text in texts):
        number = Field(name=name)
        read = {text: number.read(text) for text in texts}
        return np.array([read[cell] for cell in cells])
    try:
        if time_format is None:
            orders = DateOrderDetection()
            orders.feed(texts)
            time_format = orders.settled()
        reader = TimeReader(ZoneInfo("UTC"), time_format)
        read = {text: float(reader(text)) for text in texts}
    except TableError as error:
        raise InvalidTable(f"column {name!r}: {error}") from error
    except ValueError as error:
        raise InvalidTable(
            f"--time must hold times or numbers in every row; got {error} in {name!r}. Name another column."
        ) from error
    return np.array([read[cell] for cell in cells])

"""What is asked of a table: which column is learned, which of its values is meant, and what the others are for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from commerce.records.tenants import SLUG
from scoring.fields import is_missing
from tabular.errors import did_you_mean
from training.errors import InvalidTable

Integers = NDArray[np.int64]

_YES = ("yes", "true", "y", "t", "1", "positive", "bad", "churn", "churned", "default")
"""What an outcome is called that happened."""
_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of a table.

    Parameters
    ----------
    target : str
        The column that is learned.
    name : str
        Of the model: `shared.NAME`, asked at `POST /predict/NAME`.
    positive : str, optional
        The value of the target of which the probability is told; found where it has two.
    identifier : str, optional
        Whose rows they are: those of one are never on both sides of a fold, and nothing is learned from it.
    drop : tuple of str, default ()
        Columns that nothing is learned from.
    keep : tuple of str, default ()
        Columns that are learned from though they would be left out: what tells the outcome all by itself, say.
    time : str, optional
        When each row was; the model is then tested on the latest rows.
    """

    target: str
    name: str
    positive: str | None = None
    identifier: str | None = None
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    time: str | None = None

    def __post_init__(self) -> None:
        if not SLUG.fullmatch(self.name):
            raise InvalidTable(
                f"name must be small letters, digits, - and _, a letter or digit first; got {self.name!r}."
                " Give --name."
            )


def name_of(path: Path) -> str:
    """Make a model's name of a file's.

    Examples
    --------
    >>> name_of(Path("data/Churn_Modelling (1).csv.gz"))
    'churn_modelling_1'
    """
    stem = path.name.partition(".")[0].lower()
    return re.sub(r"[^a-z0-9]+", "_", stem).strip("_")[:63]


def find_column_named(option: str, name: str, columns: Sequence[str]) -> str:
    """Find a column by its name, whatever its case where no other is alike.

    Raises
    ------
    InvalidTable
        "--target must name a column of the file; got 'Exitd'. Did you mean Exited?"
    """
    if name in columns:
        return name
    alike = [column for column in columns if column.casefold() == name.strip().casefold()]
    if len(alike) == 1:
        return alike[0]
    raise InvalidTable(
        f"{option} must name a column of the file; got {name!r}. {did_you_mean(name, columns)}"
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """The target as it was read.

    Parameters
    ----------
    labels : int array of shape (n_rows,)
        1 where the target has the positive value, 0 where another one, -1 where it is missing.
    positive : str
    others : tuple of str
        Its other values, the most frequent first.
    note : str
        How the positive value was found, where nobody named it; else empty.
    """

    labels: Integers
    positive: str
    others: tuple[str, ...]
    note: str


def read_outcome(cells: Sequence[str], target: str, positive: str | None) -> Outcome:
    """Read the target.

    Parameters
    ----------
    cells : sequence of str
    target : str
        Its name, for messages.
    positive : str or None

    Returns
    -------
    Outcome

    Raises
    ------
    InvalidTable
        "target 'Exited' must have two values; got only '0'. ...", or "--positive must be given where the target has
        more than two values; got ..."
    """
    texts = ["" if is_missing(cell) else cell.strip() for cell in cells]
    counts = Counter(text for text in texts if text)
    values = [value for value, _ in counts.most_common()]
    shown = ", ".join(map(repr, values[:_SHOWN])) + (" ..." if len(values) > _SHOWN else "")
    if len(values) < 2:
        raise InvalidTable(
            f"target {target!r} must have two values to tell apart; got only {shown or 'missing ones'}."
            " Name another column, or bring rows of both."
        )
    note = ""
    if positive is not None:
        meant = [value for value in values if value.casefold() == positive.strip().casefold()]
        if not meant:
            raise InvalidTable(
                f"--positive must be a value of {target!r}; got {positive!r}. Its values: {shown}."
            )
        chosen = positive.strip() if positive.strip() in meant else meant[0]
    elif len(values) > 2:
        raise InvalidTable(
            f"--positive must be given where the target has more than two values; got {len(values)} in"
            f" {target!r}: {shown}. Name the one whose probability is wanted; all others count as not it."
        )
    else:
        said = [value for value in values if value.casefold() in _YES]
        chosen = said[0] if len(said) == 1 and set(values) != {"1", "2"} else values[-1]
        why = "it says so" if said == [chosen] and set(values) != {"1", "2"} else "it is the rarer"
        note = f"The probability is that of {target} = {chosen}, as {why}; --positive names another one."
    labels = np.array([-1 if not text else int(text == chosen) for text in texts], dtype=np.int64)
    others = tuple(value for value in values if value != chosen)
    return Outcome(labels=labels, positive=chosen, others=others, note=note)

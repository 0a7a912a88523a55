"""What the models predict, declared as data: whom a label is about, and what must come about.

Features use what was recorded, and occurred, before a cutoff ``t``. A label's population is chosen
from exactly that; its outcome is read off the events that occurred in ``[t, t + horizon)``, and off
the due dates that fall there, never off the moment at which somebody noticed. An outcome may be
asked for as it was known at an instant: then events recorded later do not count. The state of an
invoice at an instant is made of the events that occurred before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from features.declaring.activities import invoices, placed
from features.declaring.origins import Aggregates
from features.declaring.sources import Source, source
from features.errors import DeclarationError
from tabular.errors import did_you_mean


@dataclass(frozen=True)
class Had:
    """Customers with at least one event of a source before the cutoff.

    Parameters
    ----------
    rows : Source
        Whole events, without a column: ``source("order.placed")``.
    """

    rows: Source


@dataclass(frozen=True, kw_only=True)
class Owes:
    """Customers with an open aggregate at the cutoff, none of them too long past due.

    Parameters
    ----------
    aggregates : Source
        From ``per_aggregate``, settled by amount.
    days_past_due_below : int
        Days; customers with an open one that is as many whole days past due, or more, are left out.
    """

    aggregates: Source
    days_past_due_below: int


@dataclass(frozen=True)
class Without:
    """No event of a source occurs within the horizon.

    Parameters
    ----------
    rows : Source
        Whole events, without a column: ``source("order.placed")``.
    """

    rows: Source


@dataclass(frozen=True)
class Happens:
    """At least one event of a source occurs within the horizon.

    Parameters
    ----------
    rows : Source
        Whole events, without a column: ``source("order.placed")``.
    """

    rows: Source


@dataclass(frozen=True, kw_only=True)
class Reaches:
    """An aggregate open at the cutoff becomes some days past due within the horizon, still unpaid.

    Parameters
    ----------
    aggregates : Source
        From ``per_aggregate``, settled by amount.
    days_past_due : int
        Days; the instant this long after the due time must lie in the horizon, with a balance above 0.
    """

    aggregates: Source
    days_past_due: int


Population = Had | Owes
Outcome = Without | Happens | Reaches


@dataclass(frozen=True, kw_only=True)
class Label:
    """What a model predicts.

    Parameters
    ----------
    name : str
        Lower case, as a model's spec asks for it.
    description : str
        One sentence that says when the label is 1.
    population : Had or Owes
        Whom it is about.
    outcomes : tuple of Without, Happens or Reaches
        The label is 1 if any of them comes about.
    horizon_days : int
        Days, >= 1; how far after the cutoff to look, unless another horizon is asked for.
    version : int, default 1
        Raised when the meaning changes.

    Raises
    ------
    DeclarationError
        "label ... must have an outcome and a horizon of a day or more; got ...", "... of label ... must look at
        events; got ..." or "rows of label ... must be whole; got ...".

    Examples
    --------
    >>> from features.declaring.declaration import source
    >>> Label(
    ...     name="refunded",
    ...     description="Money goes back.",
    ...     population=Had(source("order.placed")),
    ...     outcomes=(Happens(source("payment.refunded")),),
    ...     horizon_days=30,
    ... ).types
    ('order.placed', 'payment.refunded')
    """

    name: str
    description: str
    population: Population
    outcomes: tuple[Outcome, ...]
    horizon_days: int
    version: int = 1

    def __post_init__(self) -> None:
        if not self.outcomes or self.horizon_days < 1:
            raise DeclarationError(
                f"label {self.name} must have an outcome and a horizon of a day or more;"
                f" got {len(self.outcomes)} outcomes in {self.horizon_days} days."
            )
        for part in (self.population, *self.outcomes):
            rows = part.aggregates if isinstance(part, Owes | Reaches) else part.rows
            if isinstance(rows.origin, Aggregates) != isinstance(part, Owes | Reaches):
                raise DeclarationError(
                    f"{type(part).__name__} of label {self.name} must look at"
                    f" {'aggregates' if isinstance(part, Owes | Reaches) else 'events'};"
                    f" got {rows.text}."
                )
            if rows.column is not None or rows.where:
                raise DeclarationError(
                    f"rows of label {self.name} must be whole; got {rows.text}."
                    " Leave out the column, and conditions on aggregates."
                )

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source the label looks at."""
        parts = (self.population, *self.outcomes)
        return tuple(
            part.aggregates if isinstance(part, Owes | Reaches) else part.rows for part in parts
        )

    @property
    def types(self) -> tuple[str, ...]:
        """Every event type the label looks at."""
        return tuple(sorted({name for rows in self.sources for name in rows.types}))


LABELS: Mapping[str, Label] = MappingProxyType(
    {
        "churn": Label(
            name="churn",
            description="No order is placed within the horizon.",
            population=Had(placed),
            outcomes=(Without(placed),),
            horizon_days=90,
        ),
        "credit": Label(
            name="credit",
            description=(
                "An invoice open at the cutoff becomes 30 days past due, or a payment is charged back."
            ),
            population=Owes(aggregates=invoices, days_past_due_below=30),
            outcomes=(
                Reaches(aggregates=invoices, days_past_due=30),
                Happens(source("payment.charged_back")),
            ),
            horizon_days=60,
        ),
    }
)
"""The shop's own labels, by name."""


def find_label(name: str) -> Label:
    """Give a label by its name.

    Parameters
    ----------
    name : str
        "churn" or "credit".

    Returns
    -------
    Label
        The shop's own of that name.

    Raises
    ------
    DeclarationError
        "label must be one of the shop's own; got ... Did you mean ...?".

    Examples
    --------
    >>> find_label("churn").horizon_days
    90
    >>> find_label("chrun")
    Traceback (most recent call last):
        ...
    features.errors.DeclarationError: label must be one of the shop's own; got 'chrun'. Did you mean churn?
    """
    if name not in LABELS:
        raise DeclarationError(
            f"label must be one of the shop's own; got {name!r}. {did_you_mean(name, LABELS)}"
        )
    return LABELS[name]

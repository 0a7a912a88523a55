"""A table of points as a file: for a spreadsheet, for another program, or as a query that scores where the data is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
from sqlalchemy import (
    DOUBLE_PRECISION,
    Column,
    ColumnElement,
    Double,
    Float,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from scoring.points import Characteristic, GroupLine, Line, PointsTable
from scoring.scale import HIGHEST, LOWEST
from tabular.files import replace_text
from workbench.errors import PlanError
from workbench.exports import export_table

KEY, SOURCE = "customer_id", "features"
"""The column that names a customer, and the table of features, in the query."""

Number = ColumnElement[float]


def write_scorecard(card: PointsTable, path: Path) -> None:
    """Write a scorecard whole or not at all; a file that is there is replaced.

    Parameters
    ----------
    card : PointsTable
    path : Path
        Ends in .csv (bins and points), .json (all of it) or .sql (a query over a table `features`).

    Raises
    ------
    PlanError
        "file must end in one of .csv, .json, .sql; got ..."
    """
    check_target(path)
    _WRITERS[path.suffix.lower()](card, path)


def check_target(path: Path) -> None:
    """Refuse a file of a kind that is not written."""
    if path.suffix.lower() not in _WRITERS:
        raise PlanError(
            f"file must end in one of {', '.join(_WRITERS)}; got {path.name!r}. Rename it."
        )


def as_sql(card: PointsTable) -> str:
    """Write a scorecard as a query that SQLite and DuckDB, among others, run as it is.

    Returns
    -------
    str
        It gives ``customer_id`` and ``score`` of every row of a table ``features``, which has a column for each
        characteristic, NULL where missing; it ends in a semicolon and a newline.
    """
    text = str(_query(card).compile(compile_kwargs={"literal_binds": True}))
    text = text.replace(" + CASE WHEN", "\n  + CASE WHEN")  # a line for each characteristic
    return f"-- {card.label} as a scorecard: one score per row of {SOURCE}, NULL is a missing value\n{text};\n"


def _query(card: PointsTable) -> Select[tuple[object, int]]:
    """Add points up, convert them, and clip the score, a step each."""
    told_by = tuple(dict.fromkeys(each.feature for each in card.groups))
    read = dict.fromkeys([*(each.name for each in card.characteristics), *told_by])
    source = Table(SOURCE, MetaData(), Column(KEY, Text), *(Column(name, Double) for name in read))
    # as a double from the start: in DuckDB what is written out is a decimal of so many digits
    added: Number = cast(_number(card.base), DOUBLE_PRECISION)
    for each in card.characteristics:
        added = added + _points(each, source.c[each.name])
    kept = (source.c[name] for name in told_by)
    step = select(source.c[KEY], *kept, added.label("points")).subquery("added")
    if card.curve:
        lowest, *higher = card.curve
        told = case(
            *(
                (step.c.points >= line.at_least, _converted(line, step.c.points))
                for line in reversed(higher)
            ),
            else_=_converted(lowest, step.c.points),
        )
        step = select(
            step.c[KEY], *(step.c[name] for name in told_by), told.label("points")
        ).subquery("curved")
    if card.groups:
        told = case(
            *(
                (_holds(each, step.c[each.feature]), _converted(each.line, step.c.points))
                for each in card.groups
            ),
            else_=step.c.points,
        )
        step = select(step.c[KEY], told.label("points")).subquery("grouped")
    clipped = case(
        (step.c.points < LOWEST, literal(LOWEST)),
        (step.c.points > HIGHEST, literal(HIGHEST)),
        else_=func.round(step.c.points),
    )
    return select(step.c[KEY], cast(clipped, Integer).label("score"))


def _points(each: Characteristic, column: Column[float]) -> Number:
    """Read the points of a value, the lowest bin first."""
    whens: list[tuple[ColumnElement[bool], Number]] = [(column.is_(None), _number(each.missing))]
    for part in each.bins:
        if part.below is not None:
            whens.append((column < part.below, _number(part.points)))
    return case(*whens, else_=_number(each.bins[-1].points))


def _converted(line: Line, points: Number) -> Number:
    return _number(line.times) * points + _number(line.plus)


def _holds(group: GroupLine, column: ColumnElement[float]) -> ColumnElement[bool]:
    tests: list[ColumnElement[bool]] = []
    if group.missing:
        tests.append(column.is_(None))
    if group.above is not None:
        tests.append(column > group.above)
    if group.equals is not None:
        tests.append(column == group.equals)
    return or_(*tests)


def _number(value: float) -> Number:
    return literal(value, Float)


def _write_csv(card: PointsTable, path: Path) -> None:
    export_table(pd.DataFrame(list(card.rows)), path)


def _write_json(card: PointsTable, path: Path) -> None:
    replace_text(path, json.dumps(card.as_dict(), indent=1) + "\n")


def _write_sql(card: PointsTable, path: Path) -> None:
    replace_text(path, as_sql(card))


_WRITERS: Mapping[str, Callable[[PointsTable, Path], None]] = {
    ".csv": _write_csv,
    ".json": _write_json,
    ".sql": _write_sql,
}

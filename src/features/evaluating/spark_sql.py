"""The queries of :mod:`features.evaluating.partial_sql` in Spark's words: one tree, two dialects, the same integers.

What differs is written down here and nowhere else. What does not differ, and is relied upon: ``FILTER``, ``DIV``
that cuts towards zero, ``%``, ``GREATEST`` and ``LEAST`` that pass over what is missing, and, under ANSI rules, an
overflow that is refused instead of wrapped around.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from sqlglot import exp

from features.declaring.compilation import Catalogue
from features.evaluating.expressions import case, literal, not_null
from features.evaluating.partial_sql import partial_query
from features.snapshots.canonical import SCHEMA

INSTANTS = 2**63
"""How many instants there are in a 64-bit integer: ids are smaller, so that an instant times this, plus an id,
orders rows as the pair does."""

_WIDE = "DECIMAL(38, 0)"


@lru_cache(maxsize=32)
def spark_statement(catalogue: Catalogue) -> str:
    """Write the query for one cutoff.

    Returns
    -------
    str
        Columns and rows as :func:`features.evaluating.partial_sql.partial_query` says, in no order: sorting them
        on a cluster would run the query twice. It has one parameter, ``:cutoff``.

    Examples
    --------
    >>> from features.declaring.declaration import catalogue, source, total
    >>> spend = total(source("order.paid").of("base_minor"), name="spend", description="Paid.")
    >>> print(spark_statement(catalogue(spend)))  # doctest: +ELLIPSIS
    WITH admitted AS (SELECT * FROM event WHERE recorded_at < :cutoff AND occurred_at < :cutoff) SELECT c.customer, \
... SUM(CAST(base_minor AS DECIMAL(38, 0))) FILTER(WHERE type = 'order.paid') AS s0 ... WHERE c.known_from < :cutoff
    """
    query = partial_query(catalogue)
    query.set("order", None)
    return in_spark(query)


def in_spark(query: exp.Expr) -> str:
    """Write a query of ours for Spark.

    Parameters
    ----------
    query : sqlglot expression
        Built of what :mod:`features.evaluating.expressions` has; it is left as it is.

    Examples
    --------
    >>> import sqlglot
    >>> in_spark(sqlglot.parse_one("SELECT ARG_MAX(value, (occurred_at, id)), a // 7", read="duckdb"))
    'SELECT MAX_BY(value, CASE WHEN NOT value IS NULL THEN (CAST(occurred_at AS DECIMAL(38, 0)) * \
9223372036854775808) + id END), a DIV 7'
    """
    holder = exp.Paren(this=query.copy())
    for kind, rewrite in _REWRITES.items():
        for node in list(holder.find_all(kind)):
            rewrite(node)
    written: exp.Expr = holder.this
    return written.sql("spark")


def event_columns() -> str:
    """The columns of a snapshot's files, as Spark declares them.

    Examples
    --------
    >>> event_columns()[:46]
    'id BIGINT, type STRING, customer_id STRING, se'
    """
    words = {"int64": "BIGINT", "string": "STRING"}
    return ", ".join(f"{column.name} {words[str(column.type)]}" for column in SCHEMA)


def _name(node: exp.Expr) -> None:
    """Write a parameter as ``:cutoff``."""
    node.replace(exp.Placeholder(this=node.name))


def _widen(node: exp.Expr) -> None:
    """Sum in 38 digits, where DuckDB takes 128 bits: a sum of BIGINT is a BIGINT here, and may overflow."""
    node.set("this", exp.cast(node.this, _WIDE))


def _take_at(function: str) -> Callable[[exp.Expr], None]:
    """Give the value of the first or last row: by one number, and passing over rows without a value.

    A pair would do, but makes Spark sort all rows instead of hashing them.
    """

    def rewrite(node: exp.Expr) -> None:
        value, (when, number) = node.this, node.expression.expressions
        place = exp.cast(when, _WIDE) * literal(INSTANTS) + number
        node.replace(exp.func(function, value, case(not_null(value), place)))

    return rewrite


_REWRITES: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.Parameter: _name,
    exp.Sum: _widen,
    exp.ArgMin: _take_at("MIN_BY"),
    exp.ArgMax: _take_at("MAX_BY"),
}

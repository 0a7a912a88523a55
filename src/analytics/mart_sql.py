"""The tables of a mart and what fills them, as DuckDB's SQL.

``kept`` holds events by kind, each with ``known``, the instant from which it counts, and ``gone``, the instant at which
it was annulled. The views of the same names show what counts as of the variable ``as_of``; questions read those alone,
so none can look past its instant.

What depends on several events is worked out when they come in, for every instant at once, so that a question is one
look through narrow rows: ``kept.movement`` has the changes of what was sold and taken back, each at the instant from
which it is known, and those known before an instant add up to what was so at it; a row of ``kept.step`` knows the next.

Orders, customers, products and words are known by a number, 0 where there is none.
"""

from __future__ import annotations

from analytics.movement_sql import MOVEMENTS, NEVER
from commerce.records.states import DELIVERY, ORDER, RETURN
from commerce.records.stream import ANNULLED

MACHINES = (ORDER, DELIVERY, RETURN)
"""Whose states are followed: each of their events leads to one state."""

_COMMON = "id BIGINT, known BIGINT, gone BIGINT"
_GOODS = "day DATE, sale INTEGER, customer INTEGER, product INTEGER"
_TABLES = {
    "line": f"{_GOODS}, word INTEGER, units BIGINT, amount BIGINT, alone BOOLEAN",
    "placed": "day DATE, sale INTEGER, customer INTEGER, units BIGINT, amount BIGINT",
    "called_off": "sale INTEGER",
    "goods_back": f"{_GOODS}, sent BOOLEAN, units BIGINT, amount BIGINT",
    "money_back": "sale INTEGER, amount BIGINT",
    "step": "occurred BIGINT, day DATE, code UTINYINT, record UHUGEINT, until BIGINT, until_known BIGINT, began DATE,"
    " plain BOOLEAN",
    "payment": "day DATE, type VARCHAR, method VARCHAR, amount BIGINT",
    "review": "occurred BIGINT, day DATE, record UHUGEINT, product INTEGER, type VARCHAR, stars BIGINT",
    "country": "occurred BIGINT, customer INTEGER, country VARCHAR",
}
_NUMBERED = ("sale", "customer", "product", "word")

RETURNED = ("order.returned", "return.approved")
"""Goods that came back."""
REDUCED = "order.reduced"
"""A part of an order that was called off, or costs less."""
REFUNDED = ("payment.refunded", "payment.charged_back", "invoice.credited")
"""Money of an order that went back, or need not come any more."""
PAYMENTS = ("payment.captured", "payment.failed", "payment.refunded", "payment.charged_back")
LINKED = {
    "payment": ("payment.refunded", "payment.charged_back"),
    "invoice": ("invoice.credited",),
    "return_request": ("return.approved",),
}
"""Tables that say which order a record is of, and the events of such records that need to know."""

_SALES = ("order.line", "order.placed", "order.cancelled", *RETURNED, REDUCED, *REFUNDED)


def code_of(machine: int, state: int) -> int:
    """Number a state of one of `MACHINES`, by their places."""
    return machine * 16 + state


def _codes() -> list[tuple[str, int]]:
    """Give the state to which each event leads; a cart is no order yet."""
    return [
        (word, code_of(place, machine.states.index(move.targets[0])))
        for place, machine in enumerate(MACHINES)
        for word, move in machine.moves.items()
        if word != ANNULLED and not word.startswith("cart.") and not move.stays
    ]


def _listed(types: tuple[str, ...]) -> str:
    return ", ".join(f"'{each}'" for each in types)


TABLES = (
    "CREATE SCHEMA kept",
    *(f"CREATE TABLE kept.{name} ({_COMMON}, {columns})" for name, columns in _TABLES.items()),
    "CREATE TABLE kept.person (known BIGINT, gone BIGINT, customer INTEGER, day DATE)",
    f"CREATE TABLE kept.movement (known BIGINT, {_GOODS}, word INTEGER, units_sold BIGINT, units_back BIGINT,"
    " gross BIGINT, taken_back BIGINT)",
    *(f"CREATE TABLE {name}_key (key VARCHAR, number INTEGER)" for name in _NUMBERED),
    "CREATE TABLE calendar (start BIGINT, day DATE)",
    "CREATE TABLE link (record VARCHAR, of_order VARCHAR)",
    "CREATE TABLE move (type VARCHAR, code UTINYINT)",
    f"INSERT INTO move VALUES {', '.join(map(str, _codes()))}",
    "CREATE TABLE assortment (product INTEGER, category INTEGER)",
    "CREATE TABLE named (word INTEGER, category INTEGER)",
    # What of an amount belongs to all up to here: the difference of neighbours is the part of one, and adds up exactly.
    "CREATE MACRO part(amount, upto, whole) AS CASE WHEN whole > 0"
    " THEN CAST(CAST(amount AS HUGEINT) * upto // whole AS BIGINT) ELSE 0 END",
)

STREAM = f"""
CREATE OR REPLACE VIEW fresh AS
SELECT id, type, customer_id, product_id, coalesce(aggregate_id, 'event ' || id) AS record, occurred_at AS occurred,
    base_minor, quantity, value, method, category, reason, greatest(recorded_at, occurred_at) AS known,
    coalesce(until, {NEVER}) AS gone
FROM arrived
LEFT JOIN (
    SELECT value AS annulled, min(greatest(recorded_at, occurred_at)) AS until
    FROM arrived WHERE type = '{ANNULLED}' GROUP BY ALL
) ON id = annulled
WHERE type <> '{ANNULLED}'
"""
"""What arrived, but for what is annulled of it."""

NUMBERS = tuple(
    f"""
INSERT INTO {name}_key
SELECT key, (SELECT count(*) FROM {name}_key) + row_number() OVER () FROM (
    SELECT DISTINCT {column} AS key FROM fresh{joined} WHERE {column} IS NOT NULL{only}
) WHERE key NOT IN (SELECT key FROM {name}_key)
"""
    for name, column, joined, only in (
        (
            "sale",
            "coalesce(link.of_order, fresh.record)",
            " LEFT JOIN link USING (record)",
            f" AND type IN ({_listed(_SALES)})",
        ),
        ("customer", "customer_id", "", ""),
        ("product", "product_id", "", ""),
        ("word", "category", "", " AND type = 'order.line'"),
    )
)

_JOINED = {
    "sale": "LEFT JOIN link USING (record)"
    " LEFT JOIN sale_key ON sale_key.key = coalesce(link.of_order, fresh.record)",
    "customer": "LEFT JOIN customer_key ON customer_key.key = customer_id",
    "product": "LEFT JOIN product_key ON product_key.key = product_id",
    "word": "LEFT JOIN word_key ON word_key.key = category",
    "day": "ASOF JOIN calendar ON fresh.occurred >= calendar.start",
    "move": "JOIN move USING (type)",
}
_SALE = "sale_key.number"
_CUSTOMER = "coalesce(customer_key.number, 0)"
_PRODUCT = "coalesce(product_key.number, 0)"
_WORD = "coalesce(word_key.number, 0)"
_AMOUNT = "coalesce(base_minor, 0)"
_UNITS = f"coalesce(quantity, 0), {_AMOUNT}"


def _rows(values: str, types: str, *joined: str) -> str:
    """Select what came in of some types, with the numbers that stand for its names."""
    joins = " ".join(_JOINED[each] for each in joined)
    return f"SELECT id, known, gone, {values} FROM fresh {joins} WHERE {types}"


def _of(*types: str) -> str:
    return f"type IN ({_listed(types)})"


_EVENTS = (
    "INSERT INTO kept.line "
    + _rows(
        f"day, {_SALE}, {_CUSTOMER}, {_PRODUCT}, {_WORD}, {_UNITS}, TRUE",
        _of("order.line"),
        "day",
        "sale",
        "customer",
        "product",
        "word",
    ),
    "INSERT INTO kept.placed "
    + _rows(f"day, {_SALE}, {_CUSTOMER}, {_UNITS}", _of("order.placed"), "day", "sale", "customer"),
    "INSERT INTO kept.called_off " + _rows(_SALE, _of("order.cancelled"), "sale"),
    "INSERT INTO kept.goods_back "
    + _rows(
        f"day, {_SALE}, {_CUSTOMER}, {_PRODUCT}, type <> '{REDUCED}', {_UNITS}",
        _of(*RETURNED, REDUCED),
        "day",
        "sale",
        "customer",
        "product",
    ),
    "INSERT INTO kept.money_back " + _rows(f"{_SALE}, {_AMOUNT}", _of(*REFUNDED), "sale"),
    "INSERT INTO kept.payment "
    + _rows(f"day, type, coalesce(method, ''), {_AMOUNT}", _of(*PAYMENTS), "day"),
    "INSERT INTO kept.review "
    + _rows(
        f"fresh.occurred, day, md5_number(record), {_PRODUCT}, type, coalesce(value, 0)",
        _of("review.posted", "review.edited", "review.removed"),
        "day",
        "product",
    ),
    "INSERT INTO kept.country "
    + _rows(
        f"fresh.occurred, {_CUSTOMER}, upper(trim(category))",
        "category IS NOT NULL"
        " AND (type = 'customer.registered' OR (type = 'customer.profiled' AND reason = 'country'))",
        "customer",
    ),
    # Who is known, and since which day: the first of what was recorded at once, and what came late and was before it.
    f"""
INSERT INTO kept.person
WITH seen AS (
    SELECT customer_id, known, gone, occurred, known = occurred AS prompt FROM fresh WHERE customer_id IS NOT NULL
),
prompt AS MATERIALIZED (
    SELECT customer_id, min(known) AS known, gone, min(occurred) AS occurred
    FROM seen WHERE prompt GROUP BY customer_id, gone
),
firsts AS (
    FROM prompt UNION ALL
    SELECT DISTINCT customer_id, seen.known, seen.gone, seen.occurred
    FROM seen LEFT JOIN (FROM prompt WHERE gone = {NEVER}) AS lasting USING (customer_id)
    WHERE NOT prompt AND seen.occurred < coalesce(lasting.occurred, {NEVER})
)
SELECT known, gone, {_CUSTOMER}, day FROM firsts ASOF JOIN calendar ON firsts.occurred >= calendar.start
LEFT JOIN customer_key ON customer_key.key = customer_id
""",
)

_STEPS = (
    "CREATE OR REPLACE TEMP TABLE moving AS "
    + _rows("fresh.occurred, day, code, md5_number(record) AS record", "TRUE", "day", "move"),
    "CREATE OR REPLACE TEMP TABLE moved AS SELECT DISTINCT record FROM moving",
    """
INSERT INTO moving SELECT id, known, gone, occurred, day, code, record FROM kept.step WHERE record IN (FROM moved)
""",
    "DELETE FROM kept.step WHERE record IN (FROM moved)",
    # Plain is what came to be known in the order in which it happened: at any instant its beginning is known.
    f"""
INSERT INTO kept.step
SELECT * EXCLUDE (follows), bool_and(follows AND gone = {NEVER}) OVER (PARTITION BY record, code // 16) FROM (
    SELECT *, lead(occurred) OVER steps, lead(known) OVER steps, first_value(day) OVER steps,
        coalesce(known >= lag(known) OVER steps AND code <> lag(code) OVER steps, TRUE) AS follows
    FROM moving WINDOW steps AS (PARTITION BY record, code // 16 ORDER BY occurred, id)
)
""",
    "DROP TABLE moving",
    "DROP TABLE moved",
)

FILLING = (*_EVENTS, *_STEPS, *MOVEMENTS)

_BEFORE = "known < getvariable('as_of')"
_ALIVE = f"{_BEFORE} AND gone >= getvariable('as_of')"

VIEWS = (
    *(
        f"CREATE VIEW {name} AS SELECT * FROM kept.{name} WHERE {_ALIVE}"
        for name in (*_TABLES, "person")
        if name != "called_off"
    ),
    f"CREATE VIEW called_off AS SELECT DISTINCT sale FROM kept.called_off WHERE {_ALIVE}",
    # The latest of what was said of a record, or a customer: by when it happened, then by its number.
    "CREATE MACRO latest(said, occurred, id) AS arg_max(said, CAST(occurred AS HUGEINT) * 9007199254740992 + id)",
    f"CREATE VIEW movement AS SELECT * FROM kept.movement WHERE {_BEFORE}",
)

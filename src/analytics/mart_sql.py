"""The tables of a mart and what fills them, as DuckDB's SQL.

``kept`` holds events by kind, each with ``known``, the instant from which it counts, and ``gone``, the instant at which it
was annulled. The views of the same names show what counts as of the variable ``as_of``; questions read those alone, so
none can look past its instant.

A record (an order, a payment, a review ...) is known by a hash of 128 bits of its id; customers, products and words by a
number, 0 where there is none.
"""

from __future__ import annotations

from commerce.records.moves import Machine
from commerce.records.states import DELIVERY, ORDER, RETURN
from commerce.records.stream import ANNULLED

NEVER = 2**63 - 1
"""Later than any instant."""

MACHINES = (ORDER, DELIVERY, RETURN)
"""Whose states are followed: each of their events leads to one state."""

_COMMON = "id BIGINT, known BIGINT, gone BIGINT"
_TABLES = {
    "line": "day DATE, sale UHUGEINT, customer INTEGER, product INTEGER, word INTEGER, units BIGINT, amount BIGINT",
    "placed": "day DATE, sale UHUGEINT, customer INTEGER, units BIGINT, amount BIGINT",
    "goods_back": "day DATE, sale UHUGEINT, customer INTEGER, product INTEGER, sent BOOLEAN, units BIGINT, amount BIGINT",
    "money_back": "sale UHUGEINT, amount BIGINT",
    "step": "occurred BIGINT, day DATE, machine VARCHAR, record UHUGEINT, state VARCHAR",
    "payment": "day DATE, type VARCHAR, method VARCHAR, amount BIGINT",
    "review": "occurred BIGINT, day DATE, record UHUGEINT, product INTEGER, type VARCHAR, stars BIGINT",
    "country": "occurred BIGINT, customer INTEGER, country VARCHAR",
}
_NUMBERED = ("customer", "product", "word")

RETURNED = ("order.returned", "return.approved")
"""Goods that came back."""
REDUCED = "order.reduced"
"""A part of an order that was called off, or costs less."""
REFUNDED = ("payment.refunded", "payment.charged_back", "invoice.credited")
"""Money of an order that went back, or need not come any more."""
PAYMENTS = (
    "payment.captured",
    "payment.failed",
    "payment.refunded",
    "payment.charged_back",
    "payment.lost",
)
LINKED = {
    "payment": ("payment.refunded", "payment.charged_back"),
    "invoice": ("invoice.credited",),
    "return_request": ("return.approved",),
}
"""Tables that say which order a record is of, and the events of such records that need to know."""


def _listed(types: tuple[str, ...]) -> str:
    return ", ".join(f"'{each}'" for each in types)


def _moves(machine: Machine) -> dict[str, str]:
    """Give the state to which each event of a machine leads, where it leads to one."""
    return {
        word: move.targets[0]
        for word, move in machine.moves.items()
        if word != ANNULLED and not move.stays and len(move.targets) == 1
    }


TABLES = (
    "CREATE SCHEMA kept",
    *(f"CREATE TABLE kept.{name} ({_COMMON}, {columns})" for name, columns in _TABLES.items()),
    "CREATE TABLE kept.person (known BIGINT, gone BIGINT, customer INTEGER, day DATE)",
    *(f"CREATE TABLE {name}_key (key VARCHAR PRIMARY KEY, number INTEGER)" for name in _NUMBERED),
    "CREATE TABLE calendar (start BIGINT, day DATE)",
    "CREATE TABLE link (record VARCHAR PRIMARY KEY, sale UHUGEINT)",
    "CREATE TABLE move (type VARCHAR, machine VARCHAR, state VARCHAR)",
    *(
        f"INSERT INTO move VALUES ('{word}', '{machine.kind}', '{state}')"
        for machine in MACHINES
        for word, state in _moves(machine).items()
    ),
    "CREATE TABLE assortment (product INTEGER, category INTEGER)",
    "CREATE TABLE named (word INTEGER, category INTEGER)",
)

STREAM = f"""
CREATE OR REPLACE VIEW fresh AS
SELECT id, type, customer_id, product_id, aggregate_id, occurred_at AS occurred, base_minor, quantity, value, method,
    category, reason, greatest(recorded_at, occurred_at) AS known, coalesce(until, {NEVER}) AS gone
FROM arrived
LEFT JOIN (
    SELECT value AS annulled, min(greatest(recorded_at, occurred_at)) AS until
    FROM arrived WHERE type = '{ANNULLED}' GROUP BY ALL
) ON id = annulled
WHERE type <> '{ANNULLED}'
"""
"""What arrived, but for what is annulled of it; where nothing is, no event is looked up."""

NUMBERS = tuple(
    f"""
INSERT INTO {name}_key
SELECT key, (SELECT count(*) FROM {name}_key) + row_number() OVER (ORDER BY key)
FROM (SELECT DISTINCT {column} AS key FROM fresh WHERE {column} IS NOT NULL{only})
WHERE key NOT IN (SELECT key FROM {name}_key)
"""
    for name, column, only in (
        ("customer", "customer_id", ""),
        ("product", "product_id", ""),
        ("word", "category", " AND type = 'order.line'"),
    )
)


def _filled(table: str, values: str, types: str, *joined: str, where: str = "") -> str:
    numbers = {
        "customer": "LEFT JOIN customer_key ON customer_key.key = customer_id",
        "product": "LEFT JOIN product_key ON product_key.key = product_id",
        "word": "LEFT JOIN word_key ON word_key.key = category",
        "day": "ASOF JOIN calendar ON fresh.occurred >= calendar.start",
        "link": "LEFT JOIN link ON link.record = aggregate_id",
    }
    return (
        f"INSERT INTO kept.{table} SELECT id, known, gone, {values} FROM fresh"
        f" {' '.join(numbers.get(each, each) for each in joined)} WHERE {types}{where}"
    )


_SALE = "md5_number(coalesce(aggregate_id, 'event ' || id))"
_CUSTOMER = "coalesce(customer_key.number, 0)"
_PRODUCT = "coalesce(product_key.number, 0)"
_WORD = "coalesce(word_key.number, 0)"
_UNITS = "coalesce(quantity, 0), coalesce(base_minor, 0)"
_AMOUNT = "coalesce(base_minor, 0)"

_FIRST_LINES = f"SELECT {_SALE} AS of_sale, min(known) AS lines_known FROM fresh WHERE type = 'order.line' GROUP BY ALL"

FILLING = (
    _filled(
        "line",
        f"day, {_SALE}, {_CUSTOMER}, {_PRODUCT}, {_WORD}, {_UNITS}",
        "type = 'order.line'",
        "day",
        "customer",
        "product",
        "word",
    ),
    # An order without lines is a line of nothing in particular, until lines of it are known.
    f"UPDATE kept.line SET gone = least(gone, lines_known) FROM ({_FIRST_LINES}) WHERE sale = of_sale AND product = -1",
    f"INSERT INTO kept.line SELECT id, known, least(gone, coalesce(lines_known, {NEVER})), day, {_SALE}, {_CUSTOMER},"
    f" -1, 0, {_UNITS} FROM fresh ASOF JOIN calendar ON fresh.occurred >= calendar.start"
    f" LEFT JOIN customer_key ON customer_key.key = customer_id LEFT JOIN ({_FIRST_LINES}) ON of_sale = {_SALE}"
    f" WHERE type = 'order.placed' AND coalesce(lines_known, {NEVER}) > known",
    _filled(
        "placed", f"day, {_SALE}, {_CUSTOMER}, {_UNITS}", "type = 'order.placed'", "day", "customer"
    ),
    _filled(
        "goods_back",
        f"day, coalesce(link.sale, {_SALE}), {_CUSTOMER}, {_PRODUCT}, type <> '{REDUCED}', {_UNITS}",
        f"type IN ({_listed((*RETURNED, REDUCED))})",
        "day",
        "customer",
        "product",
        "link",
    ),
    _filled(
        "money_back",
        f"coalesce(link.sale, {_SALE}), {_AMOUNT}",
        f"type IN ({_listed(REFUNDED)})",
        "link",
    ),
    _filled(
        "step",
        f"fresh.occurred, day, machine, {_SALE}, state",
        "TRUE",
        "JOIN move USING (type)",
        "day",
    ),
    _filled(
        "payment",
        f"day, type, coalesce(method, ''), {_AMOUNT}",
        f"type IN ({_listed(PAYMENTS)})",
        "day",
    ),
    _filled(
        "review",
        f"fresh.occurred, day, {_SALE}, {_PRODUCT}, type, coalesce(value, 0)",
        "type IN ('review.posted', 'review.edited', 'review.removed')",
        "day",
        "product",
    ),
    _filled(
        "country",
        f"fresh.occurred, {_CUSTOMER}, upper(trim(category))",
        "category IS NOT NULL AND (type = 'customer.registered' OR (type = 'customer.profiled' AND reason = 'country'))",
        "customer",
    ),
    # Who is known, and since which day: the first of what was recorded at once, and whatever was recorded late.
    f"""
INSERT INTO kept.person
WITH seen AS (SELECT customer_id, known, gone, occurred, known = occurred AS prompt FROM fresh WHERE customer_id IS NOT NULL),
firsts AS (
    SELECT customer_id, min(known) AS known, gone, min(occurred) AS occurred FROM seen WHERE prompt GROUP BY customer_id, gone
    UNION SELECT customer_id, known, gone, occurred FROM seen WHERE NOT prompt
)
SELECT known, gone, {_CUSTOMER}, day FROM firsts ASOF JOIN calendar ON firsts.occurred >= calendar.start
LEFT JOIN customer_key ON customer_key.key = customer_id
""",
)

_ALIVE = "known < getvariable('as_of') AND gone >= getvariable('as_of')"

VIEWS = (
    *(
        f"CREATE VIEW {name} AS SELECT * FROM kept.{name} WHERE {_ALIVE}"
        for name in (*_TABLES, "person")
    ),
    # What of an amount belongs to all up to here: the difference of neighbours is the part of one, and adds up exactly.
    "CREATE MACRO part(amount, upto, whole) AS CASE WHEN whole > 0"
    " THEN CAST(CAST(amount AS HUGEINT) * upto // whole AS BIGINT) ELSE 0 END",
    """
CREATE VIEW called_off AS SELECT DISTINCT record AS sale FROM step WHERE machine = 'order' AND state = 'cancelled'
""",
    # What was taken back of what was sold, on the day of the sale; see `analytics.sales`.
    """
CREATE VIEW taken AS
WITH goods AS MATERIALIZED (
    SELECT sale, product, sum(units) AS goods_units, sum(amount) AS goods FROM goods_back GROUP BY ALL
),
money AS MATERIALIZED (
    SELECT sale, greatest(sum(money), sum(goods)) AS money
    FROM (SELECT sale, amount AS money, 0 AS goods FROM money_back UNION ALL SELECT sale, 0, goods FROM goods)
    GROUP BY sale
),
touched AS MATERIALIZED (SELECT sale FROM called_off UNION SELECT sale FROM money),
piece AS MATERIALIZED (
    SELECT sold.*, coalesce(product_key.key, '') AS product_id, coalesce(word_key.key, '') AS word_text FROM (
        SELECT sale, product, day, word, max(customer) AS customer, sum(units) AS units, sum(amount) AS amount
        FROM line WHERE sale IN (FROM touched) GROUP BY sale, product, day, word
    ) AS sold LEFT JOIN product_key ON product_key.number = product LEFT JOIN word_key ON word_key.number = word
),
summed AS (
    SELECT piece.*, coalesce(goods_units, 0) AS goods_units, coalesce(goods, 0) AS goods,
        sum(units) OVER same AS all_units, sum(units) OVER upto AS units_upto,
        sum(amount) OVER same AS all_amount, sum(amount) OVER upto AS amount_upto
    FROM piece LEFT JOIN goods USING (sale, product)
    WINDOW same AS (PARTITION BY sale, product), upto AS (PARTITION BY sale, product ORDER BY day, word_text)
),
returned AS (
    SELECT sale, product, day, customer, word, units, amount, product_id, word_text,
        part(least(goods_units, all_units), units_upto, all_units)
            - part(least(goods_units, all_units), units_upto - units, all_units) AS units_back,
        part(least(goods, all_amount), amount_upto, all_amount)
            - part(least(goods, all_amount), amount_upto - amount, all_amount) AS amount_back
    FROM summed
),
rest AS (
    SELECT returned.*, amount - amount_back AS owned,
        sum(amount - amount_back) OVER whole AS all_owned, sum(amount - amount_back) OVER upto AS owned_upto,
        greatest(0, coalesce(money, 0) - sum(amount_back) OVER whole) AS refunded
    FROM returned LEFT JOIN money USING (sale)
    WINDOW whole AS (PARTITION BY sale), upto AS (PARTITION BY sale ORDER BY day, product_id, word_text)
)
SELECT sale, product, day, customer, word, CASE WHEN called_off.sale IS NULL THEN units_back ELSE units END AS units,
    CASE WHEN called_off.sale IS NULL THEN amount_back + part(least(refunded, all_owned), owned_upto, all_owned)
        - part(least(refunded, all_owned), owned_upto - owned, all_owned) ELSE amount END AS amount
FROM rest LEFT JOIN called_off USING (sale)
UNION ALL
SELECT sale, product, day, customer, 0, units, amount FROM goods_back WHERE sale NOT IN (SELECT sale FROM piece)
""",
    """
CREATE VIEW movement AS
SELECT sale, greatest(product, 0) AS product, day, customer, word, units AS units_sold, 0 AS units_back,
    amount AS gross, 0 AS taken_back
FROM line
UNION ALL
SELECT sale, greatest(product, 0), day, customer, word, 0, units, 0, amount FROM taken
""",
)

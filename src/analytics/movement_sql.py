"""How the changes of what was sold and taken back are worked out, as DuckDB's SQL.

It looks at the orders that the rows since ``first_id`` touch, whole, and writes ``kept.movement`` anew for them; what
is taken back of what, `analytics.sales` says.
"""

NEVER = 2**63 - 1
"""Later than any instant."""

_TOUCHING = (
    "CREATE OR REPLACE TEMP TABLE touching AS "
    + " UNION ".join(
        f"SELECT sale FROM kept.{name} WHERE id >= getvariable('first_id')"
        for name in ("line", "placed", "goods_back", "money_back", "called_off")
    ),
    """
UPDATE kept.line SET alone = FALSE FROM (
    SELECT sale, product FROM kept.line WHERE sale IN (FROM touching) GROUP BY sale, product HAVING count(*) > 1
) AS several WHERE line.sale = several.sale AND line.product = several.product
""",
    "DELETE FROM kept.movement WHERE sale IN (FROM touching)",
    # An order without lines is a line of nothing in particular, until lines of it are known.
    f"""
CREATE OR REPLACE TEMP TABLE sold AS
SELECT known, gone, sale, product, day, customer, word, units, amount FROM kept.line WHERE sale IN (FROM touching)
UNION ALL
SELECT known, least(gone, coalesce(lines_known, {NEVER})), sale, 0, day, customer, 0, units, amount FROM kept.placed
LEFT JOIN (
    SELECT sale, min(known) AS lines_known FROM kept.line WHERE sale IN (FROM touching) GROUP BY sale
) USING (sale)
WHERE sale IN (FROM touching) AND coalesce(lines_known, {NEVER}) > known
""",
)

_THEN = "known <= k AND gone > k"
_PIECE = "sale, product, day, customer, word"

# What is taken back of an order, after each instant ``k`` at which anything about it came to be known, until the next.
_TAKEN = f"""
CREATE OR REPLACE TEMP TABLE taken AS
WITH back AS MATERIALIZED (
    SELECT known, gone, sale FROM kept.goods_back WHERE sale IN (FROM touching)
    UNION ALL SELECT known, gone, sale FROM kept.money_back WHERE sale IN (FROM touching)
    UNION ALL SELECT known, gone, sale FROM kept.called_off WHERE sale IN (FROM touching)
),
told AS (
    SELECT known, gone, sale FROM back
    UNION ALL SELECT known, gone, sale FROM sold WHERE sale IN (SELECT sale FROM back)
),
spans AS MATERIALIZED (
    SELECT sale, k, lead(k) OVER (PARTITION BY sale ORDER BY k) AS until FROM (
        SELECT sale, known AS k FROM told UNION SELECT sale, gone FROM told WHERE gone < {NEVER}
    )
),
goods AS MATERIALIZED (
    SELECT sale, k, product, sum(units) AS goods_units, sum(amount) AS goods
    FROM kept.goods_back JOIN spans USING (sale) WHERE {_THEN} GROUP BY sale, k, product
),
money AS (
    SELECT sale, k, greatest(sum(money), sum(goods)) AS money FROM (
        SELECT sale, k, amount AS money, 0 AS goods FROM kept.money_back JOIN spans USING (sale) WHERE {_THEN}
        UNION ALL SELECT sale, k, 0, goods FROM goods
    ) GROUP BY sale, k
),
off AS (SELECT DISTINCT sale, k FROM kept.called_off JOIN spans USING (sale) WHERE {_THEN}),
piece AS MATERIALIZED (
    SELECT pieces.*, coalesce(product_key.key, '') AS product_id, coalesce(word_key.key, '') AS word_text FROM (
        SELECT k, until, {_PIECE}, sum(units) AS units, sum(amount) AS amount
        FROM sold JOIN spans USING (sale) WHERE {_THEN} GROUP BY k, until, {_PIECE}
    ) AS pieces
    LEFT JOIN product_key ON product_key.number = product LEFT JOIN word_key ON word_key.number = word
),
summed AS (
    SELECT piece.*, coalesce(goods_units, 0) AS goods_units, coalesce(goods, 0) AS goods,
        sum(units) OVER same AS all_units, sum(units) OVER upto AS units_upto,
        sum(amount) OVER same AS all_amount, sum(amount) OVER upto AS amount_upto
    FROM piece LEFT JOIN goods USING (sale, k, product)
    WINDOW same AS (PARTITION BY sale, k, product),
        upto AS (PARTITION BY sale, k, product ORDER BY day, word_text, customer)
),
returned AS (
    SELECT k, until, {_PIECE}, units, amount, product_id, word_text,
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
    FROM returned LEFT JOIN money USING (sale, k)
    WINDOW whole AS (PARTITION BY sale, k),
        upto AS (PARTITION BY sale, k ORDER BY day, product_id, word_text, customer)
)
SELECT k, until, {_PIECE}, CASE WHEN off.sale IS NULL THEN units_back ELSE units END AS units,
    CASE WHEN off.sale IS NULL THEN amount_back + part(least(refunded, all_owned), owned_upto, all_owned)
        - part(least(refunded, all_owned), owned_upto - owned, all_owned) ELSE amount END AS amount
FROM rest LEFT JOIN off USING (sale, k)
UNION ALL
SELECT k, until, sale, product, day, customer, 0, units, amount
FROM kept.goods_back JOIN spans USING (sale) WHERE {_THEN} AND (sale, k) NOT IN (SELECT (sale, k) FROM piece)
"""

MOVEMENTS = (
    *_TOUCHING,
    _TAKEN,
    f"""
INSERT INTO kept.movement
SELECT known, day, sale, customer, product, word, units, 0, amount, 0 FROM sold WHERE gone > known
UNION ALL
SELECT gone, day, sale, customer, product, word, -units, 0, -amount, 0 FROM sold WHERE gone > known AND gone < {NEVER}
UNION ALL
SELECT k, day, sale, customer, product, word, 0, sum(units), 0, sum(amount) FROM (
    SELECT k, {_PIECE}, units, amount FROM taken
    UNION ALL SELECT until, {_PIECE}, -units, -amount FROM taken WHERE until IS NOT NULL
) GROUP BY k, {_PIECE} HAVING sum(units) <> 0 OR sum(amount) <> 0
""",
    "DROP TABLE touching",
    "DROP TABLE sold",
    "DROP TABLE taken",
)

-- Fourteen features for every customer known at $t, by hand, for DuckDB.
--
-- Reads a view `snapshot` of the Parquet files. The first statements run once; the last one at each cutoff $t, in
-- epoch microseconds. An event counts from the instant at which it was both recorded and had occurred.

CREATE TEMP MACRO days(n) AS n * 86400000000;

CREATE TEMP TABLE customer AS
SELECT customer_id, (row_number() OVER (ORDER BY customer_id) - 1)::INT AS customer, known_from
FROM (
    SELECT customer_id, min(greatest(occurred_at, recorded_at)) AS known_from
    FROM snapshot
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
);

CREATE TEMP TABLE event AS
SELECT customer, type = 'order.paid' AS paid, occurred_at AS ts, greatest(occurred_at, recorded_at) AS known_at,
    base_minor AS amount
FROM snapshot JOIN customer USING (customer_id)
WHERE type IN ('order.paid', 'order.returned', 'return.approved');

SELECT customer_id,
    coalesce(paid_7d, 0) AS paid_7d, coalesce(paid_30d, 0) AS paid_30d, coalesce(paid_90d, 0) AS paid_90d,
    coalesce(paid_365d, 0) AS paid_365d, coalesce(paid, 0) AS paid,
    coalesce(spend_7d, 0)::DOUBLE AS spend_7d, coalesce(spend_30d, 0)::DOUBLE AS spend_30d,
    coalesce(spend_90d, 0)::DOUBLE AS spend_90d, coalesce(spend_365d, 0)::DOUBLE AS spend_365d,
    coalesce(returned_7d, 0) AS returned_7d, coalesce(returned_30d, 0) AS returned_30d,
    coalesce(returned_90d, 0) AS returned_90d, coalesce(returned_365d, 0) AS returned_365d,
    ($t - latest) / days(1) AS days_since_paid
FROM customer LEFT JOIN (
    SELECT customer,
        count(*) FILTER (paid AND ts >= $t - days(7)) AS paid_7d,
        count(*) FILTER (paid AND ts >= $t - days(30)) AS paid_30d,
        count(*) FILTER (paid AND ts >= $t - days(90)) AS paid_90d,
        count(*) FILTER (paid AND ts >= $t - days(365)) AS paid_365d,
        count(*) FILTER (paid) AS paid,
        sum(amount) FILTER (paid AND ts >= $t - days(7)) AS spend_7d,
        sum(amount) FILTER (paid AND ts >= $t - days(30)) AS spend_30d,
        sum(amount) FILTER (paid AND ts >= $t - days(90)) AS spend_90d,
        sum(amount) FILTER (paid AND ts >= $t - days(365)) AS spend_365d,
        count(*) FILTER (NOT paid AND ts >= $t - days(7)) AS returned_7d,
        count(*) FILTER (NOT paid AND ts >= $t - days(30)) AS returned_30d,
        count(*) FILTER (NOT paid AND ts >= $t - days(90)) AS returned_90d,
        count(*) FILTER (NOT paid AND ts >= $t - days(365)) AS returned_365d,
        max(ts) FILTER (paid) AS latest
    FROM event
    WHERE known_at < $t
    GROUP BY customer
) USING (customer)
WHERE known_from < $t
ORDER BY customer

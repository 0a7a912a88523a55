-- The questions as an analyst would write them over the snapshot's files, as the stream is at its end. One that follows
-- "-- ask NAME" is asked beside the question of that name; days are those of the session's time zone.

-- ask sales_total
WITH placed AS (
    SELECT aggregate_id FROM event
    WHERE type = 'order.placed'
        AND CAST(to_timestamp(occurred_at / 1000000) AS DATE) BETWEEN DATE '2025-01-01' AND DATE '2025-12-31'
),
cancelled AS (SELECT DISTINCT aggregate_id FROM event WHERE type = 'order.cancelled')
SELECT
    (SELECT count(*) FROM placed WHERE aggregate_id NOT IN (FROM cancelled)),
    (SELECT CAST(sum(base_minor) AS BIGINT) FROM event
    WHERE type = 'order.line'
        AND CAST(to_timestamp(occurred_at / 1000000) AS DATE) BETWEEN DATE '2025-01-01' AND DATE '2025-12-31')

-- ask payment_rates
SELECT count(*), CAST(sum(base_minor) AS BIGINT) FROM event
WHERE type = 'payment.captured'
    AND CAST(to_timestamp(occurred_at / 1000000) AS DATE) BETWEEN DATE '2025-01-01' AND DATE '2025-12-31'
    AND recorded_at < 1767225600000000

-- ask inactive_rate
SELECT
    (SELECT count(DISTINCT customer_id) FROM event
    WHERE type = 'order.placed' AND CAST(to_timestamp(occurred_at / 1000000) AS DATE) > DATE '2025-12-02'
        AND aggregate_id NOT IN (SELECT aggregate_id FROM event WHERE type = 'order.cancelled')),
    (SELECT count(DISTINCT customer_id) FROM event)

-- ask order_lifecycle
WITH began AS (
    SELECT aggregate_id FROM event
    WHERE type IN ('order.placed', 'order.completed', 'order.cancelled') GROUP BY aggregate_id
    HAVING min(CAST(to_timestamp(occurred_at / 1000000) AS DATE)) BETWEEN DATE '2025-01-01' AND DATE '2025-12-31'
)
SELECT substr(type, 7), count(*) FROM event
WHERE type IN ('order.placed', 'order.completed', 'order.cancelled') AND aggregate_id IN (FROM began)
GROUP BY type

-- ask cohorts
WITH firsts AS (
    SELECT customer_id, min(CAST(to_timestamp(occurred_at / 1000000) AS DATE)) AS day FROM event
    WHERE type = 'order.placed'
        AND aggregate_id NOT IN (SELECT aggregate_id FROM event WHERE type = 'order.cancelled')
    GROUP BY customer_id
)
SELECT count(*) FROM firsts WHERE day BETWEEN DATE '2025-01-01' AND DATE '2025-12-31'

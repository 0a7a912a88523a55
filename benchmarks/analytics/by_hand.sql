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

-- ask sales_metrics
SELECT CAST(date_trunc('week', CAST(to_timestamp(occurred_at / 1000000) AS DATE)) AS DATE), CAST(sum(base_minor) AS BIGINT)
FROM event
WHERE type = 'order.line'
    AND CAST(to_timestamp(occurred_at / 1000000) AS DATE) BETWEEN DATE '2025-01-01' AND DATE '2025-12-31'
GROUP BY 1

-- ask top_products
SELECT product_id, CAST(sum(quantity) AS BIGINT) AS units FROM event
WHERE type = 'order.line'
    AND CAST(to_timestamp(occurred_at / 1000000) AS DATE) BETWEEN DATE '2025-01-01' AND DATE '2025-12-31'
GROUP BY product_id

-- ask revenue_by_category
SELECT category, CAST(sum(base_minor) AS BIGINT) FROM event
WHERE type = 'order.line'
    AND CAST(to_timestamp(occurred_at / 1000000) AS DATE) BETWEEN DATE '2025-01-01' AND DATE '2025-12-31'
GROUP BY category

-- ask customer_segments
WITH bought AS (
    SELECT customer_id, count(*) AS orders FROM event
    WHERE type = 'order.placed'
        AND aggregate_id NOT IN (SELECT aggregate_id FROM event WHERE type = 'order.cancelled')
    GROUP BY customer_id
)
SELECT count(*), quantile_disc(orders, [0.2, 0.4, 0.6, 0.8]) FROM bought

-- ask new_customers
SELECT least(count(*), 1000) FROM (
    SELECT customer_id FROM event WHERE customer_id IS NOT NULL GROUP BY customer_id
    HAVING min(CAST(to_timestamp(occurred_at / 1000000) AS DATE)) > DATE '2025-12-02'
)

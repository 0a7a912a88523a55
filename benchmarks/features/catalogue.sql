-- The features for every customer known at $t, by hand, for DuckDB: those, and in that order, that the last SELECT
-- names. It is checked against their declarations; a feature that it does not name is not asked of it.
--
-- Reads a view `snapshot` of the Parquet files. The first statements run once; the last one at each cutoff $t, in
-- epoch microseconds. An event counts from the instant at which it was both recorded and had occurred.

CREATE TEMP MACRO days(n) AS n * 86400000000;
CREATE TEMP MACRO past(part, whole) AS part / nullif(whole, 0);

CREATE TEMP TABLE customer AS
SELECT customer_id, (row_number() OVER (ORDER BY customer_id) - 1)::INT AS customer, known_from
FROM (
    SELECT customer_id, min(greatest(occurred_at, recorded_at)) AS known_from
    FROM snapshot
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
);

CREATE TEMP TABLE event AS
SELECT customer, type, id, occurred_at AS ts, greatest(occurred_at, recorded_at) AS known_at, due_at,
    base_minor AS amount, quantity, value, method, category, reason, product_id, seller_id, aggregate_id
FROM snapshot JOIN customer USING (customer_id)
WHERE type IN (
    'order.placed', 'order.paid', 'order.cancelled', 'order.line', 'order.returned', 'return.approved',
    'return.requested', 'payment.captured', 'payment.failed', 'payment.refunded', 'payment.charged_back',
    'invoice.issued', 'invoice.paid', 'invoice.credited', 'delivery.promised', 'delivery.delivered',
    'delivery.withdrawn', 'delivery.failed', 'delivery.proof_failed', 'auction.bid', 'auction.won',
    'auction.outbid', 'auction.sold', 'wallet.held', 'wallet.topped_up', 'wallet.released', 'wallet.spent',
    'wallet.refunded', 'review.posted', 'review.edited', 'review.removed', 'points.earned', 'points.deducted',
    'dispute.opened', 'dispute.closed', 'customer.registered', 'customer.profiled'
);

WITH
placed AS (
    SELECT customer, id, ts, amount, quantity, value,
        ts >= $t - days(365) AS y,
        ($t - 1 - ts) // days(1) AS age_day,
        (ts + days(3)) // days(1) % 7 AS weekday,
        ts // 3600000000 % 24 AS hour
    FROM event
    WHERE type = 'order.placed' AND known_at < $t
),
orders AS (
    SELECT customer,
        count(*) AS orders,
        count(*) FILTER (ts >= $t - days(30)) AS orders_30d,
        count(*) FILTER (ts >= $t - days(90)) AS orders_90d,
        count(*) FILTER (ts >= $t - days(180)) AS orders_180d,
        count(*) FILTER (ts >= $t - days(275)) AS orders_275d,
        count(*) FILTER (y) AS orders_365d,
        max(amount) FILTER (y) AS largest_order_365d,
        min(amount) FILTER (y) AS smallest_order_365d,
        sum(value) FILTER (y) / count(value) FILTER (y) AS basket_lines_365d,
        sum(quantity) FILTER (y) / count(quantity) FILTER (y) AS basket_units_365d,
        arg_min(amount, (ts, id)) AS first_order_value,
        arg_max(amount, (ts, id)) AS last_order_value,
        ($t - max(ts)) / days(1) AS days_since_order,
        ($t - min(ts)) / days(1) AS days_since_first_order,
        count(*) FILTER (y AND weekday >= 5) AS weekend_orders_365d,
        count(*) FILTER (y AND (hour >= 22 OR hour <= 5)) AS night_orders_365d,
        sum(hour) FILTER (y) / count(*) FILTER (y) AS order_hour_365d,
        bit_count(bit_or(1 << weekday) FILTER (y)) AS order_weekdays_365d
    FROM placed
    GROUP BY customer
),
order_days AS (
    SELECT customer, count(*) AS order_days, count(*) FILTER (age_day < 365) AS order_days_365d
    FROM (SELECT DISTINCT customer, age_day FROM placed)
    GROUP BY customer
),
order_months AS (
    SELECT customer, count(*) AS order_months_365d
    FROM (SELECT DISTINCT customer, age_day // 30 FROM placed WHERE y)
    GROUP BY customer
),
order_gaps AS (
    SELECT customer, count(*) AS gaps, sum(gap) AS gap_sum, sum(gap * gap) AS gap_squares,
        sum(gap) FILTER (before >= $t - days(180)) / count(*) FILTER (before >= $t - days(180)) / 24
            AS order_gap_days_180d
    FROM (
        SELECT customer, before, (ts - before) // 3600000000 AS gap
        FROM (SELECT customer, ts, lag(ts) OVER (PARTITION BY customer ORDER BY ts, id) AS before FROM placed)
        WHERE before IS NOT NULL
    )
    GROUP BY customer
),
paid AS (
    SELECT customer,
        count(*) AS paid_orders,
        count(*) FILTER (ts >= $t - days(90)) AS paid_orders_90d,
        count(*) FILTER (ts >= $t - days(365)) AS paid_orders_365d,
        sum(amount) AS spend,
        sum(amount) FILTER (ts >= $t - days(30)) AS spend_30d,
        sum(amount) FILTER (ts >= $t - days(90)) AS spend_90d,
        sum(amount) FILTER (ts >= $t - days(180)) AS spend_180d,
        sum(amount) FILTER (ts >= $t - days(275)) AS spend_275d,
        sum(amount) FILTER (ts >= $t - days(365)) AS spend_365d,
        spend_90d / count(amount) FILTER (ts >= $t - days(90)) AS monetary_value_90d,
        spend_365d / count(amount) FILTER (ts >= $t - days(365)) AS monetary_value_365d,
        spend / count(amount) AS monetary_value
    FROM event
    WHERE type = 'order.paid' AND known_at < $t
    GROUP BY customer
),
lines AS (
    SELECT customer, count(*) AS order_lines_365d, sum(amount) / count(amount) AS line_value_365d
    FROM event
    WHERE type = 'order.line' AND known_at < $t AND ts >= $t - days(365)
    GROUP BY customer
),
products AS (
    SELECT customer, count(*) AS products, count(*) FILTER (latest >= $t - days(90)) AS products_90d,
        count(*) FILTER (latest >= $t - days(365)) AS products_365d
    FROM (
        SELECT customer, product_id, max(ts) AS latest
        FROM event
        WHERE type = 'order.line' AND known_at < $t AND product_id IS NOT NULL
        GROUP BY customer, product_id
    )
    GROUP BY customer
),
categories AS (
    SELECT customer, count(*) AS categories, count(*) FILTER (latest >= $t - days(365)) AS categories_365d
    FROM (
        SELECT customer, category, max(ts) AS latest
        FROM event
        WHERE type = 'order.line' AND known_at < $t AND category IS NOT NULL
        GROUP BY customer, category
    )
    GROUP BY customer
),
sellers AS (
    SELECT customer, count(*) AS sellers_365d
    FROM (
        SELECT DISTINCT customer, seller_id
        FROM event
        WHERE type = 'order.line' AND known_at < $t AND ts >= $t - days(365) AND seller_id IS NOT NULL
    )
    GROUP BY customer
),
captured AS (
    SELECT customer,
        count(*) AS payments,
        count(*) FILTER (ts >= $t - days(90)) AS payments_90d,
        count(*) FILTER (ts >= $t - days(365)) AS payments_365d,
        count(*) FILTER (method = 'cash_on_delivery') AS cash_on_delivery_payments,
        count(*) FILTER (method = 'wallet' AND ts >= $t - days(365)) AS wallet_payments_365d,
        sum(amount) FILTER (ts >= $t - days(365)) / count(amount) FILTER (ts >= $t - days(365))
            AS payment_value_365d,
        ($t - max(ts)) / days(1) AS days_since_payment
    FROM event
    WHERE type = 'payment.captured' AND known_at < $t
    GROUP BY customer
),
methods AS (
    SELECT customer, count(*) AS payment_methods_365d
    FROM (
        SELECT DISTINCT customer, method
        FROM event
        WHERE type = 'payment.captured' AND known_at < $t AND ts >= $t - days(365) AND method IS NOT NULL
    )
    GROUP BY customer
),
delivered AS (
    SELECT customer, count(*) AS delivered_orders,
        count(*) FILTER (ts >= $t - days(365)) AS delivered_orders_365d,
        ($t - max(ts)) / days(1) AS days_since_delivery
    FROM event
    WHERE type = 'delivery.delivered' AND known_at < $t
    GROUP BY customer
),
reviewed AS (
    SELECT customer,
        count(*) AS reviews,
        count(*) FILTER (ts >= $t - days(365)) AS reviews_365d,
        sum(value) FILTER (ts >= $t - days(365)) / count(value) FILTER (ts >= $t - days(365))
            AS stars_mean_365d,
        sum(value) / count(value) AS stars_mean,
        min(value) FILTER (ts >= $t - days(365)) AS stars_lowest_365d,
        arg_max(value, (ts, id)) AS stars_last,
        count(*) FILTER (value IN (1, 2) AND ts >= $t - days(365)) AS low_reviews_365d,
        ($t - max(ts)) / days(1) AS days_since_review
    FROM event
    WHERE type = 'review.posted' AND known_at < $t
    GROUP BY customer
),
profile AS (
    SELECT customer,
        arg_max(value, (ts, id)) FILTER (reason = 'newsletter') AS newsletter,
        arg_max(value, (ts, id)) FILTER (reason = 'age') AS customer_age,
        arg_max(value, (ts, id)) FILTER (reason = 'credit_score') AS external_credit_score,
        arg_max(value, (ts, id)) FILTER (reason = 'balance') AS account_balance,
        arg_max(value, (ts, id)) FILTER (reason = 'num_of_products') AS products_held,
        arg_max(value, (ts, id)) FILTER (reason = 'has_cr_card') AS has_credit_card,
        arg_max(value, (ts, id)) FILTER (reason = 'is_active_member') AS is_active_member,
        count(DISTINCT reason) AS profile_fields,
        count(*) FILTER (ts >= $t - days(365)) AS profile_changes_365d,
        ($t - max(ts)) / days(1) AS days_since_profile_change
    FROM event
    WHERE type = 'customer.profiled' AND known_at < $t
    GROUP BY customer
),
rest AS (  -- the types with few events, in one pass
    SELECT customer,
        count(*) FILTER (type = 'order.cancelled' AND y) AS cancelled_orders_365d,
        count(*) FILTER (type = 'payment.failed') AS failed_payments,
        count(*) FILTER (type = 'payment.failed' AND ts >= $t - days(90)) AS failed_payments_90d,
        count(*) FILTER (type = 'payment.failed' AND y) AS failed_payments_365d,
        sum(amount) FILTER (type = 'payment.failed' AND y)
            / count(amount) FILTER (type = 'payment.failed' AND y) AS failed_payment_value_365d,
        ($t - max(ts) FILTER (type = 'payment.failed')) / days(1) AS days_since_failed_payment,
        sum(amount) FILTER (type = 'payment.refunded' AND y) AS refunds_365d,
        count(*) FILTER (type = 'payment.charged_back') AS chargebacks,
        count(*) FILTER (type = 'delivery.failed' AND y) AS failed_deliveries_365d,
        count(*) FILTER (type = 'delivery.proof_failed' AND y) AS failed_proofs_365d,
        count(*) FILTER (back AND ts >= $t - days(90)) AS returns_90d,
        count(*) FILTER (back AND y) AS returns_365d,
        count(*) FILTER (back) AS returns,
        sum(amount) FILTER (back) AS returned_amount,
        sum(amount) FILTER (back AND y) AS returned_amount_365d,
        max(amount) FILTER (back AND y) AS largest_return_365d,
        ($t - max(ts) FILTER (back)) / days(1) AS days_since_return,
        count(DISTINCT reason) FILTER (type = 'return.requested' AND y) AS return_reasons_365d,
        count(*) FILTER (type = 'auction.bid') AS bids,
        count(*) FILTER (type = 'auction.bid' AND ts >= $t - days(90)) AS bids_90d,
        count(*) FILTER (type = 'auction.bid' AND y) AS bids_365d,
        count(DISTINCT aggregate_id) FILTER (type = 'auction.bid' AND y) AS auctions_joined_365d,
        sum(amount) FILTER (type = 'auction.bid' AND y)
            / count(amount) FILTER (type = 'auction.bid' AND y) AS bid_amount_mean_365d,
        max(value) FILTER (type = 'auction.bid' AND y) AS highest_bid_365d,
        ($t - max(ts) FILTER (type = 'auction.bid')) / days(1) AS days_since_bid,
        count(*) FILTER (type = 'auction.won' AND y) AS auctions_won_365d,
        count(*) FILTER (type = 'auction.outbid' AND y) AS outbids_365d,
        count(*) FILTER (type = 'auction.sold' AND y) AS auctions_sold_365d,
        sum(amount) FILTER (type = 'wallet.held' AND y) AS wallet_held_365d,
        sum(amount) FILTER (type = 'wallet.released' AND y) AS wallet_released_365d,
        sum(amount) FILTER (type = 'wallet.spent') AS wallet_spent,
        sum(amount) FILTER (type = 'wallet.spent' AND y) AS wallet_spent_365d,
        count(*) FILTER (type = 'wallet.refunded' AND y) AS wallet_refunds_365d,
        count(*) FILTER (type = 'wallet.topped_up' AND ts >= $t - days(90)) AS top_ups_90d,
        count(*) FILTER (type = 'wallet.topped_up' AND y) AS top_ups_365d,
        sum(amount) FILTER (type = 'wallet.topped_up') AS topped_up,
        sum(amount) FILTER (type = 'wallet.topped_up' AND y) AS topped_up_365d,
        topped_up_365d / count(amount) FILTER (type = 'wallet.topped_up' AND y) AS top_up_mean_365d,
        max(amount) FILTER (type = 'wallet.topped_up' AND y) AS largest_top_up_365d,
        ($t - max(ts) FILTER (type = 'wallet.topped_up')) / days(1) AS days_since_top_up,
        count(*) FILTER (type IN ('review.edited', 'review.removed') AND y) AS reviews_revised_365d,
        count(*) FILTER (type = 'points.deducted' AND y) AS penalties_365d,
        sum(value) FILTER (type = 'points.deducted') AS points_deducted,
        sum(value) FILTER (type = 'points.deducted' AND y) AS points_deducted_365d,
        count(*) FILTER (type = 'dispute.opened') AS disputes,
        count(*) FILTER (type = 'dispute.opened' AND y) AS disputes_365d,
        sum(amount) FILTER (type = 'dispute.opened' AND y) AS disputed_amount_365d,
        ($t - max(ts) FILTER (type = 'dispute.opened')) / days(1) AS days_since_dispute,
        ($t - min(ts) FILTER (type = 'customer.registered')) / days(1) AS days_since_registration,
        ($t - max(ts) FILTER (type = 'invoice.issued')) / days(1) AS days_since_invoice
    FROM (
        SELECT *, ts >= $t - days(365) AS y, type IN ('order.returned', 'return.approved') AS back
        FROM event
        WHERE known_at < $t AND type IN (
            'order.cancelled', 'payment.failed', 'payment.refunded', 'payment.charged_back', 'delivery.failed',
            'delivery.proof_failed', 'order.returned', 'return.approved', 'return.requested', 'auction.bid',
            'auction.won', 'auction.outbid', 'auction.sold', 'wallet.held', 'wallet.released', 'wallet.spent',
            'wallet.refunded', 'wallet.topped_up', 'review.edited', 'review.removed', 'points.deducted',
            'dispute.opened', 'customer.registered', 'invoice.issued'
        )
    )
    GROUP BY customer
),
points AS (
    SELECT customer, sum(value) AS points_earned,
        sum(value) FILTER (ts >= $t - days(365)) AS points_earned_365d,
        points_earned_365d / count(value) FILTER (ts >= $t - days(365)) AS points_per_sale_365d,
        ($t - max(ts)) / days(1) AS days_since_points
    FROM event
    WHERE type = 'points.earned' AND known_at < $t
    GROUP BY customer
),
top_up_gaps AS (
    SELECT customer, sum(gap) / count(*) / 24 AS top_up_gap_days
    FROM (
        SELECT customer, (ts - lag(ts) OVER (PARTITION BY customer ORDER BY ts, id)) // 3600000000 AS gap
        FROM event
        WHERE type = 'wallet.topped_up' AND known_at < $t
    )
    WHERE gap IS NOT NULL
    GROUP BY customer
),
invoice_event AS (
    SELECT customer, aggregate_id, type, id, ts, due_at, amount,
        sum(amount) FILTER (type = 'invoice.issued') OVER (PARTITION BY customer, aggregate_id) AS issued,
        sum(amount) FILTER (type <> 'invoice.issued')
            OVER (PARTITION BY customer, aggregate_id ORDER BY ts, id) AS settled
    FROM event
    WHERE type IN ('invoice.issued', 'invoice.paid', 'invoice.credited') AND known_at < $t
        AND aggregate_id IS NOT NULL
),
invoice AS (
    SELECT customer, opened_at, id, issued, greatest(issued - settled, 0) AS balance, due_at,
        CASE WHEN settled >= issued THEN coalesce(reached_at, opened_at) END AS settled_at,
        greatest(coalesce(settled_at, $t) - due_at, 0) AS late,
        opened_at >= $t - days(365) AS y
    FROM (
        SELECT customer, min(id) FILTER (type = 'invoice.issued') AS id,
            min(ts) FILTER (type = 'invoice.issued') AS opened_at,
            min(due_at) FILTER (type = 'invoice.issued') AS due_at,
            coalesce(any_value(issued), 0) AS issued,
            coalesce(sum(amount) FILTER (type <> 'invoice.issued'), 0) AS settled,
            min(ts) FILTER (type <> 'invoice.issued' AND invoice_event.settled >= invoice_event.issued)
                AS reached_at
        FROM invoice_event
        GROUP BY customer, aggregate_id
    )
    WHERE opened_at IS NOT NULL
),
invoices AS (
    SELECT customer,
        count(*) AS invoices,
        count(*) FILTER (y) AS invoices_365d,
        count(*) FILTER (settled_at IS NULL) AS open_invoices,
        sum(balance) FILTER (settled_at IS NULL) AS open_invoice_balance,
        count(*) FILTER (settled_at IS NULL AND late > 0) AS overdue_invoices,
        max(late // days(1)) FILTER (settled_at IS NULL) AS current_days_past_due,
        max(late // days(1)) FILTER (y) AS days_past_due_365d,
        sum(late // days(1)) FILTER (y AND (settled_at IS NOT NULL OR due_at < $t))
            / count(late) FILTER (y AND (settled_at IS NOT NULL OR due_at < $t)) AS mean_days_past_due_365d,
        count(*) FILTER (y AND settled_at IS NOT NULL AND late > 0) AS invoices_paid_late_365d,
        count(*) FILTER (late > 0) AS invoices_late,
        count(*) FILTER (settled_at IS NOT NULL AND late = 0) AS invoices_paid_in_time,
        sum(greatest(settled_at - opened_at, 0) // 3600000000) FILTER (y)
            / count(settled_at) FILTER (y) AS hours_to_settle_365d,
        sum(issued) FILTER (y) AS invoiced_365d,
        max(issued) FILTER (y) AS largest_invoice_365d,
        arg_max(late // days(1), (opened_at, id)) AS last_invoice_days_past_due
    FROM invoice
    GROUP BY customer
),
delivery AS (
    SELECT *, greatest(coalesce(arrived_at, $t) - due_at, 0) AS late, opened_at >= $t - days(365) AS y
    FROM (
        SELECT customer, min(id) FILTER (type = 'delivery.promised') AS id,
            min(ts) FILTER (type = 'delivery.promised') AS opened_at,
            min(due_at) FILTER (type = 'delivery.promised') AS due_at,
            min(ts) FILTER (type <> 'delivery.promised') AS arrived_at
        FROM event
        WHERE type IN ('delivery.promised', 'delivery.delivered', 'delivery.withdrawn') AND known_at < $t
            AND aggregate_id IS NOT NULL
        GROUP BY customer, aggregate_id
    )
    WHERE opened_at IS NOT NULL
),
deliveries AS (
    SELECT customer,
        count(*) FILTER (late > 0 AND opened_at >= $t - days(90)) AS late_deliveries_90d,
        count(*) FILTER (late > 0 AND y) AS late_deliveries_365d,
        count(*) FILTER (arrived_at IS NULL) AS open_deliveries,
        count(*) FILTER (y AND due_at IS NOT NULL AND (arrived_at IS NOT NULL OR due_at < $t))
            AS deliveries_due_365d,
        sum(late // 3600000000) FILTER (y AND late > 0) / count(*) FILTER (y AND late > 0)
            AS delivery_hours_late_365d,
        max(late // 3600000000) FILTER (y) AS worst_delivery_hours_late_365d,
        arg_max(late // 3600000000, (opened_at, id)) AS last_delivery_hours_late,
        sum(greatest(arrived_at - opened_at, 0) // 3600000000) FILTER (y)
            / count(arrived_at) FILTER (y) AS delivery_hours_365d
    FROM delivery
    GROUP BY customer
),
open_disputes AS (
    SELECT customer, count(*) FILTER (closed_at IS NULL) AS open_disputes,
        sum(greatest(closed_at - opened_at, 0) // 3600000000) FILTER (opened_at >= $t - days(365))
            / count(closed_at) FILTER (opened_at >= $t - days(365)) AS dispute_hours_365d
    FROM (
        SELECT customer, min(ts) FILTER (type = 'dispute.opened') AS opened_at,
            min(ts) FILTER (type = 'dispute.closed') AS closed_at
        FROM event
        WHERE type IN ('dispute.opened', 'dispute.closed') AND known_at < $t AND aggregate_id IS NOT NULL
        GROUP BY customer, aggregate_id
    )
    WHERE opened_at IS NOT NULL
    GROUP BY customer
),
filled AS (
    SELECT c.customer, c.customer_id,
        * EXCLUDE (customer, customer_id, known_from)
        REPLACE (
            coalesce(orders, 0) AS orders, coalesce(orders_30d, 0) AS orders_30d,
            coalesce(orders_90d, 0) AS orders_90d, coalesce(orders_180d, 0) AS orders_180d,
            coalesce(orders_275d, 0) AS orders_275d, coalesce(orders_365d, 0) AS orders_365d,
            coalesce(weekend_orders_365d, 0) AS weekend_orders_365d,
            coalesce(night_orders_365d, 0) AS night_orders_365d,
            coalesce(order_weekdays_365d, 0) AS order_weekdays_365d,
            coalesce(order_days, 0) AS order_days, coalesce(order_days_365d, 0) AS order_days_365d,
            coalesce(order_months_365d, 0) AS order_months_365d,
            coalesce(paid_orders, 0) AS paid_orders, coalesce(paid_orders_90d, 0) AS paid_orders_90d,
            coalesce(paid_orders_365d, 0) AS paid_orders_365d,
            coalesce(spend, 0) AS spend, coalesce(spend_30d, 0) AS spend_30d,
            coalesce(spend_90d, 0) AS spend_90d, coalesce(spend_180d, 0) AS spend_180d,
            coalesce(spend_275d, 0) AS spend_275d, coalesce(spend_365d, 0) AS spend_365d,
            coalesce(order_lines_365d, 0) AS order_lines_365d,
            coalesce(products, 0) AS products, coalesce(products_90d, 0) AS products_90d,
            coalesce(products_365d, 0) AS products_365d,
            coalesce(categories, 0) AS categories, coalesce(categories_365d, 0) AS categories_365d,
            coalesce(sellers_365d, 0) AS sellers_365d,
            coalesce(payments, 0) AS payments, coalesce(payments_90d, 0) AS payments_90d,
            coalesce(payments_365d, 0) AS payments_365d,
            coalesce(cash_on_delivery_payments, 0) AS cash_on_delivery_payments,
            coalesce(wallet_payments_365d, 0) AS wallet_payments_365d,
            coalesce(payment_methods_365d, 0) AS payment_methods_365d,
            coalesce(delivered_orders, 0) AS delivered_orders,
            coalesce(delivered_orders_365d, 0) AS delivered_orders_365d,
            coalesce(reviews, 0) AS reviews, coalesce(reviews_365d, 0) AS reviews_365d,
            coalesce(low_reviews_365d, 0) AS low_reviews_365d,
            coalesce(profile_fields, 0) AS profile_fields,
            coalesce(profile_changes_365d, 0) AS profile_changes_365d,
            coalesce(cancelled_orders_365d, 0) AS cancelled_orders_365d,
            coalesce(failed_payments, 0) AS failed_payments,
            coalesce(failed_payments_90d, 0) AS failed_payments_90d,
            coalesce(failed_payments_365d, 0) AS failed_payments_365d,
            coalesce(refunds_365d, 0) AS refunds_365d, coalesce(chargebacks, 0) AS chargebacks,
            coalesce(failed_deliveries_365d, 0) AS failed_deliveries_365d,
            coalesce(failed_proofs_365d, 0) AS failed_proofs_365d,
            coalesce(returns_90d, 0) AS returns_90d, coalesce(returns_365d, 0) AS returns_365d,
            coalesce(returns, 0) AS returns, coalesce(returned_amount, 0) AS returned_amount,
            coalesce(returned_amount_365d, 0) AS returned_amount_365d,
            coalesce(return_reasons_365d, 0) AS return_reasons_365d,
            coalesce(bids, 0) AS bids, coalesce(bids_90d, 0) AS bids_90d, coalesce(bids_365d, 0) AS bids_365d,
            coalesce(auctions_joined_365d, 0) AS auctions_joined_365d,
            coalesce(auctions_won_365d, 0) AS auctions_won_365d, coalesce(outbids_365d, 0) AS outbids_365d,
            coalesce(auctions_sold_365d, 0) AS auctions_sold_365d,
            coalesce(wallet_held_365d, 0) AS wallet_held_365d,
            coalesce(wallet_released_365d, 0) AS wallet_released_365d,
            coalesce(wallet_spent, 0) AS wallet_spent, coalesce(wallet_spent_365d, 0) AS wallet_spent_365d,
            coalesce(wallet_refunds_365d, 0) AS wallet_refunds_365d,
            coalesce(top_ups_90d, 0) AS top_ups_90d, coalesce(top_ups_365d, 0) AS top_ups_365d,
            coalesce(topped_up, 0) AS topped_up, coalesce(topped_up_365d, 0) AS topped_up_365d,
            coalesce(reviews_revised_365d, 0) AS reviews_revised_365d,
            coalesce(penalties_365d, 0) AS penalties_365d,
            coalesce(points_deducted, 0) AS points_deducted,
            coalesce(points_deducted_365d, 0) AS points_deducted_365d,
            coalesce(points_earned, 0) AS points_earned,
            coalesce(points_earned_365d, 0) AS points_earned_365d,
            coalesce(disputes, 0) AS disputes, coalesce(disputes_365d, 0) AS disputes_365d,
            coalesce(disputed_amount_365d, 0) AS disputed_amount_365d,
            coalesce(open_disputes, 0) AS open_disputes,
            coalesce(invoices, 0) AS invoices, coalesce(invoices_365d, 0) AS invoices_365d,
            coalesce(open_invoices, 0) AS open_invoices,
            coalesce(open_invoice_balance, 0) AS open_invoice_balance,
            coalesce(overdue_invoices, 0) AS overdue_invoices,
            coalesce(current_days_past_due, 0) AS current_days_past_due,
            coalesce(invoices_paid_late_365d, 0) AS invoices_paid_late_365d,
            coalesce(invoices_late, 0) AS invoices_late,
            coalesce(invoices_paid_in_time, 0) AS invoices_paid_in_time,
            coalesce(late_deliveries_90d, 0) AS late_deliveries_90d,
            coalesce(late_deliveries_365d, 0) AS late_deliveries_365d,
            coalesce(open_deliveries, 0) AS open_deliveries,
            coalesce(deliveries_due_365d, 0) AS deliveries_due_365d
        )
    FROM customer AS c
        LEFT JOIN orders USING (customer)
        LEFT JOIN order_days USING (customer)
        LEFT JOIN order_months USING (customer)
        LEFT JOIN order_gaps USING (customer)
        LEFT JOIN paid USING (customer)
        LEFT JOIN lines USING (customer)
        LEFT JOIN products USING (customer)
        LEFT JOIN categories USING (customer)
        LEFT JOIN sellers USING (customer)
        LEFT JOIN captured USING (customer)
        LEFT JOIN methods USING (customer)
        LEFT JOIN delivered USING (customer)
        LEFT JOIN reviewed USING (customer)
        LEFT JOIN profile USING (customer)
        LEFT JOIN rest USING (customer)
        LEFT JOIN points USING (customer)
        LEFT JOIN top_up_gaps USING (customer)
        LEFT JOIN invoices USING (customer)
        LEFT JOIN deliveries USING (customer)
        LEFT JOIN open_disputes USING (customer)
    WHERE c.known_from < $t
)
SELECT customer_id,
    orders_30d, orders_90d, orders_180d, orders_365d, orders, paid_orders_90d, paid_orders_365d, paid_orders,
    past(cancelled_orders_365d, orders_365d) AS cancellation_rate_365d,
    spend_30d::DOUBLE AS spend_30d, spend_90d::DOUBLE AS spend_90d, spend_365d::DOUBLE AS spend_365d,
    spend::DOUBLE AS spend,
    coalesce(past(spend, paid_orders), 0) AS average_order_value,
    past(spend_365d, paid_orders_365d) AS average_order_value_365d,
    largest_order_365d, smallest_order_365d, basket_lines_365d, basket_units_365d, first_order_value,
    last_order_value, line_value_365d, products_90d, products_365d, products,
    past(order_lines_365d, products_365d) AS lines_per_product_365d,
    categories_365d, categories, sellers_365d, days_since_order,
    gap_sum / gaps / 24 AS order_gap_days,
    CASE WHEN gaps >= 2
        THEN sqrt(greatest(gap_squares / gaps - (gap_sum / gaps) * (gap_sum / gaps), 0)) / 24
    END AS order_gap_deviation_days,
    order_gap_days_180d,
    past(order_gap_deviation_days, order_gap_days) AS order_gap_variation,
    past(days_since_order, order_gap_days) AS overdue_for_order,
    order_days_365d, order_days, order_months_365d,
    coalesce(past(orders_90d, orders_365d), 0) AS order_trend,
    coalesce(past(spend_90d, spend_365d), 0) AS spend_trend,
    past(orders, days_since_first_order) AS orders_per_day,
    order_weekdays_365d,
    past(weekend_orders_365d, orders_365d) AS weekend_order_share_365d,
    order_hour_365d,
    past(night_orders_365d, orders_365d) AS night_order_share_365d,
    past(last_order_value, average_order_value) AS last_order_in_averages,
    (days_since_order >= 14)::INT + (days_since_order >= 30)::INT + (days_since_order >= 90)::INT
        + (days_since_order >= 180)::INT + (days_since_order >= 365)::INT AS recency_band,
    (orders_365d >= 1)::INT + (orders_365d >= 2)::INT + (orders_365d >= 4)::INT + (orders_365d >= 8)::INT
        + (orders_365d >= 16)::INT AS frequency_band,
    monetary_value_90d, monetary_value_365d, monetary_value,
    past(monetary_value_90d, monetary_value_365d) AS monetary_trend,
    (monetary_trend >= 0.5)::INT + (monetary_trend >= 0.8)::INT + (monetary_trend >= 1.25)::INT
        + (monetary_trend >= 2)::INT AS monetary_band,
    orders_365d - orders_275d AS orders_season_ahead,
    (spend_365d - spend_275d)::DOUBLE AS spend_season_ahead,
    past(orders_season_ahead, orders_365d) AS season_order_share,
    past(spend_season_ahead, spend_365d) AS season_spend_share,
    past(spend_180d, spend_365d) AS half_year_spend_share,
    payments, failed_payments_365d, failed_payments,
    coalesce(past(failed_payments, failed_payments + payments), 0) AS failed_payment_rate,
    past(failed_payments_90d, failed_payments_90d + payments_90d) AS failed_payment_rate_90d,
    cash_on_delivery_payments,
    coalesce(past(cash_on_delivery_payments, payments), 0) AS cash_on_delivery_rate,
    payment_methods_365d,
    past(wallet_payments_365d, payments_365d) AS wallet_payment_rate_365d,
    payment_value_365d, days_since_payment, failed_payment_value_365d, days_since_failed_payment,
    refunds_365d::DOUBLE AS refunds_365d,
    past(refunds_365d, spend_365d) AS refund_rate_365d,
    chargebacks,
    past(chargebacks, payments) AS chargeback_rate,
    invoices_365d, invoices, open_invoices, open_invoice_balance::DOUBLE AS open_invoice_balance,
    overdue_invoices, current_days_past_due, days_past_due_365d, mean_days_past_due_365d,
    invoices_paid_late_365d, invoices_late,
    past(invoices_paid_in_time, invoices_paid_in_time + invoices_late) AS promises_kept,
    hours_to_settle_365d,
    past(open_invoice_balance, invoiced_365d) AS pay_later_utilisation,
    past(invoiced_365d, spend_365d) AS pay_later_share_365d,
    largest_invoice_365d::DOUBLE AS largest_invoice_365d, last_invoice_days_past_due,
    (current_days_past_due >= 1)::INT + (current_days_past_due >= 8)::INT + (current_days_past_due >= 15)::INT
        + (current_days_past_due >= 30)::INT + (current_days_past_due >= 60)::INT
        + (current_days_past_due >= 90)::INT AS past_due_band,
    past(open_invoice_balance, average_order_value) AS exposure,
    days_since_invoice, delivered_orders_365d, delivered_orders, late_deliveries_90d, late_deliveries_365d,
    open_deliveries,
    past(late_deliveries_365d, deliveries_due_365d) AS late_delivery_rate_365d,
    delivery_hours_late_365d, worst_delivery_hours_late_365d, last_delivery_hours_late, delivery_hours_365d,
    failed_deliveries_365d, failed_proofs_365d, days_since_delivery,
    returns_90d, returns_365d, returns, returned_amount::DOUBLE AS returned_amount, largest_return_365d,
    past(returns_365d, orders_365d) AS returns_per_order_365d,
    return_reasons_365d,
    coalesce(past(returned_amount, spend), 0) AS return_rate,
    past(returned_amount_365d, spend_365d) AS return_rate_365d,
    days_since_return, bids_90d, bids, auctions_joined_365d, auctions_won_365d,
    past(auctions_won_365d, auctions_joined_365d) AS auction_win_rate_365d,
    past(bids_365d, auctions_joined_365d) AS bids_per_auction_365d,
    past(outbids_365d, bids_365d) AS outbid_rate_365d,
    bid_amount_mean_365d, highest_bid_365d,
    past(highest_bid_365d, bid_amount_mean_365d) AS bid_headroom_365d,
    past(wallet_held_365d, topped_up_365d) AS hold_ratio_365d,
    days_since_bid, auctions_sold_365d, top_ups_90d, top_ups_365d,
    topped_up_365d::DOUBLE AS topped_up_365d, topped_up::DOUBLE AS topped_up, top_up_mean_365d,
    past(wallet_released_365d, wallet_held_365d) AS wallet_release_rate_365d,
    wallet_spent_365d::DOUBLE AS wallet_spent_365d, wallet_spent::DOUBLE AS wallet_spent,
    past(wallet_spent, topped_up) AS wallet_use,
    wallet_refunds_365d, largest_top_up_365d, top_up_gap_days, days_since_top_up,
    reviews_365d, reviews, stars_mean_365d, stars_mean, stars_lowest_365d, stars_last, low_reviews_365d,
    past(low_reviews_365d, reviews_365d) AS low_review_share_365d,
    stars_last - stars_mean AS stars_last_above_mean,
    coalesce(past(reviews, orders), 0) AS review_rate,
    reviews_revised_365d, days_since_review,
    points_earned::DOUBLE AS points_earned, points_deducted::DOUBLE AS points_deducted,
    (points_earned - points_deducted)::DOUBLE AS points_balance,
    points_per_sale_365d,
    past(points_deducted, points_deducted + points_earned) AS points_lost_share,
    penalties_365d,
    past(points_deducted_365d, points_earned_365d) AS penalty_rate_365d,
    days_since_points, disputes_365d, disputes, open_disputes, dispute_hours_365d,
    past(disputed_amount_365d, spend_365d) AS dispute_rate_365d,
    past(disputes, payments) AS disputes_per_payment,
    days_since_dispute, days_since_first_order, days_since_registration,
    days_since_first_order - days_since_order AS days_ordering,
    past(days_ordering, days_since_first_order) AS active_share,
    (days_since_first_order >= 30)::INT + (days_since_first_order >= 90)::INT
        + (days_since_first_order >= 180)::INT + (days_since_first_order >= 365)::INT
        + (days_since_first_order >= 730)::INT AS tenure_band,
    newsletter, customer_age, external_credit_score, account_balance, products_held, has_credit_card,
    is_active_member, profile_fields, profile_changes_365d, days_since_profile_change
FROM filled
ORDER BY customer

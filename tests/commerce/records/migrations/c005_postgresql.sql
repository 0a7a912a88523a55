SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.account_balance_moves_with_posting() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.balance IS DISTINCT FROM OLD.balance AND NOT EXISTS (
    SELECT 1 FROM posting
    WHERE posting.id = NEW.last_posting_id AND posting.tenant_id = NEW.tenant_id
    AND NEW.last_posting_id IS DISTINCT FROM OLD.last_posting_id
    AND (posting.credit_account_id = NEW.id AND NEW.balance = OLD.balance + posting.amount
        OR posting.debit_account_id = NEW.id AND NEW.balance = OLD.balance - posting.amount)
) THEN RAISE EXCEPTION 'account.balance must move with a posting'; END IF; RETURN NEW; END $$;
CREATE FUNCTION public.auction_status_moves_with_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = replace(NEW.id::text, '-', '')
    AND transition.record = 'auction'
    AND transition.source = OLD.status AND transition.target = NEW.status
) THEN RAISE EXCEPTION 'auction.status must move with an event that makes the move'; END IF; RETURN NEW; END $$;
CREATE FUNCTION public.bid_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'bid is append-only: add a row that corrects'; END $$;
CREATE FUNCTION public.brand_status_moves_with_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = replace(NEW.id::text, '-', '')
    AND transition.record = 'brand'
    AND transition.source = OLD.status AND transition.target = NEW.status
) THEN RAISE EXCEPTION 'brand.status must move with an event that makes the move'; END IF; RETURN NEW; END $$;
CREATE FUNCTION public.delivery_status_moves_with_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = replace(NEW.id::text, '-', '')
    AND transition.record = 'delivery'
    AND transition.source = OLD.status AND transition.target = NEW.status
) THEN RAISE EXCEPTION 'delivery.status must move with an event that makes the move'; END IF; RETURN NEW; END $$;
CREATE FUNCTION public.dispute_status_moves_with_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = replace(NEW.id::text, '-', '')
    AND transition.record = 'dispute'
    AND transition.source = OLD.status AND transition.target = NEW.status
) THEN RAISE EXCEPTION 'dispute.status must move with an event that makes the move'; END IF; RETURN NEW; END $$;
CREATE FUNCTION public.event_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'event is append-only: add a row that corrects'; END $$;
CREATE FUNCTION public.orders_status_moves_with_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = replace(NEW.id::text, '-', '')
    AND transition.record = 'orders'
    AND transition.source = OLD.status AND transition.target = NEW.status
) THEN RAISE EXCEPTION 'orders.status must move with an event that makes the move'; END IF; RETURN NEW; END $$;
CREATE FUNCTION public.payment_event_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'payment_event is append-only: add a row that corrects'; END $$;
CREATE FUNCTION public.payment_status_moves_with_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = replace(NEW.id::text, '-', '')
    AND transition.record = 'payment'
    AND transition.source = OLD.status AND transition.target = NEW.status
) THEN RAISE EXCEPTION 'payment.status must move with an event that makes the move'; END IF; RETURN NEW; END $$;
CREATE FUNCTION public.posting_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'posting is append-only: add a row that corrects'; END $$;
CREATE FUNCTION public.posting_moves_balance() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN UPDATE account SET last_posting_id = NEW.id, balance = balance
    + CASE WHEN id = NEW.credit_account_id THEN NEW.amount ELSE -NEW.amount END
    WHERE id IN (NEW.debit_account_id, NEW.credit_account_id)
    AND tenant_id = NEW.tenant_id AND balance IS NOT NULL; RETURN NULL; END $$;
CREATE FUNCTION public.product_status_moves_with_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = replace(NEW.id::text, '-', '')
    AND transition.record = 'product'
    AND transition.source = OLD.status AND transition.target = NEW.status
) THEN RAISE EXCEPTION 'product.status must move with an event that makes the move'; END IF; RETURN NEW; END $$;
CREATE FUNCTION public.return_request_status_moves_with_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = replace(NEW.id::text, '-', '')
    AND transition.record = 'return_request'
    AND transition.source = OLD.status AND transition.target = NEW.status
) THEN RAISE EXCEPTION 'return_request.status must move with an event that makes the move'; END IF; RETURN NEW; END $$;
CREATE FUNCTION public.review_status_moves_with_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = replace(NEW.id::text, '-', '')
    AND transition.record = 'review'
    AND transition.source = OLD.status AND transition.target = NEW.status
) THEN RAISE EXCEPTION 'review.status must move with an event that makes the move'; END IF; RETURN NEW; END $$;
CREATE FUNCTION public.score_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'score is append-only: add a row that corrects'; END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.account (
    id bigint NOT NULL,
    tenant_id integer NOT NULL,
    asset text NOT NULL,
    kind text NOT NULL,
    key text DEFAULT ''::text NOT NULL,
    balance bigint,
    last_posting_id bigint,
    CONSTRAINT ck_account_balance CHECK ((balance >= 0))
);
CREATE SEQUENCE public.account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.account_id_seq OWNED BY public.account.id;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_key (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    secret_hash text NOT NULL,
    role text NOT NULL,
    user_id uuid,
    created_at bigint NOT NULL,
    revoked_at bigint,
    CONSTRAINT ck_api_key_role CHECK ((role = ANY (ARRAY['user'::text, 'seller'::text, 'delivery'::text, 'admin'::text, 'superadmin'::text])))
);
CREATE TABLE public.auction (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    external_id text,
    product_id uuid,
    variant_id uuid,
    seller_id uuid,
    status text NOT NULL,
    currency text NOT NULL,
    opening_minor bigint NOT NULL,
    reserve_minor bigint,
    buy_now_minor bigint,
    increments jsonb,
    starts_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    extension_seconds integer DEFAULT 0 NOT NULL,
    extensions_left integer DEFAULT 0 NOT NULL,
    order_id uuid,
    event_id bigint,
    CONSTRAINT ck_auction_buy_now_minor CHECK ((buy_now_minor > opening_minor)),
    CONSTRAINT ck_auction_extensions_left CHECK ((extensions_left >= 0)),
    CONSTRAINT ck_auction_opening_minor CHECK ((opening_minor > 0)),
    CONSTRAINT ck_auction_period CHECK ((starts_at < ends_at)),
    CONSTRAINT ck_auction_reserve_minor CHECK ((reserve_minor >= opening_minor)),
    CONSTRAINT ck_auction_status CHECK ((status = ANY (ARRAY['draft'::text, 'submitted'::text, 'scheduled'::text, 'live'::text, 'sold'::text, 'unsold'::text, 'rejected'::text])))
);
CREATE TABLE public.bid (
    id bigint NOT NULL,
    tenant_id integer NOT NULL,
    auction_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    event_id bigint NOT NULL,
    amount_minor bigint NOT NULL,
    maximum_minor bigint NOT NULL,
    placed_at bigint NOT NULL,
    CONSTRAINT ck_bid_amounts CHECK (((amount_minor > 0) AND (maximum_minor >= amount_minor)))
);
CREATE SEQUENCE public.bid_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.bid_id_seq OWNED BY public.bid.id;
CREATE TABLE public.brand (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    owner_id uuid,
    status text NOT NULL,
    reason text,
    event_id bigint,
    CONSTRAINT ck_brand_status CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'rejected'::text])))
);
CREATE TABLE public.category (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    parent_id uuid,
    name text NOT NULL
);
CREATE TABLE public.counter (
    tenant_id integer NOT NULL,
    name text NOT NULL,
    value bigint NOT NULL
);
CREATE TABLE public.customer (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    external_id text,
    full_name text,
    email text,
    phone text,
    country text,
    created_at bigint NOT NULL,
    latitude double precision,
    longitude double precision,
    address text,
    erased_at bigint,
    CONSTRAINT ck_customer_latitude CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT ck_customer_longitude CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision)))
);
CREATE TABLE public.delivery (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    status text NOT NULL,
    promised_at bigint,
    delivered_at bigint,
    courier_id uuid,
    pin_hash text,
    token_hash text,
    proof_expires_at bigint,
    wrong_tries integer DEFAULT 0 NOT NULL,
    proof_latitude double precision,
    proof_longitude double precision,
    event_id bigint,
    CONSTRAINT ck_delivery_status CHECK ((status = ANY (ARRAY['available'::text, 'processing'::text, 'shipped'::text, 'delivered'::text]))),
    CONSTRAINT ck_delivery_wrong_tries CHECK ((wrong_tries >= 0))
);
CREATE TABLE public.dispute (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    payment_id uuid NOT NULL,
    customer_id uuid,
    reference text,
    status text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    reason text,
    opened_at bigint NOT NULL,
    event_id bigint,
    CONSTRAINT ck_dispute_amount_minor CHECK ((amount_minor > 0)),
    CONSTRAINT ck_dispute_status CHECK ((status = ANY (ARRAY['open'::text, 'won'::text, 'lost'::text])))
);
CREATE TABLE public.event (
    id bigint NOT NULL,
    tenant_id integer NOT NULL,
    type text NOT NULL,
    customer_id uuid,
    actor_id uuid,
    seller_id uuid,
    product_id uuid,
    aggregate_type text,
    aggregate_id text,
    occurred_at bigint NOT NULL,
    recorded_at bigint NOT NULL,
    ingested_at bigint NOT NULL,
    due_at bigint,
    amount_minor bigint,
    currency text,
    base_minor bigint,
    quantity bigint,
    value bigint,
    method text,
    category text,
    reason text,
    source_key text NOT NULL,
    attributes jsonb,
    CONSTRAINT ck_event_amount_has_currency CHECK ((((amount_minor IS NULL) = (base_minor IS NULL)) AND ((amount_minor IS NULL) OR (currency IS NOT NULL)))),
    CONSTRAINT ck_event_recorded_after_occurred CHECK ((recorded_at >= occurred_at))
);
CREATE SEQUENCE public.event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.event_id_seq OWNED BY public.event.id;
CREATE TABLE public.idempotency_record (
    tenant_id integer NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    result jsonb,
    created_at bigint NOT NULL
);
CREATE TABLE public.invoice (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    external_id text,
    order_id uuid,
    customer_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    issued_at bigint NOT NULL,
    due_at bigint NOT NULL,
    payment_id uuid
);
CREATE TABLE public.note (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    author_id uuid,
    body text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.notification (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    event_id bigint NOT NULL,
    kind text NOT NULL,
    recipient_type text NOT NULL,
    recipient_id uuid NOT NULL,
    subject_type text,
    subject_id text,
    content jsonb NOT NULL,
    created_at bigint NOT NULL,
    mailed_at bigint,
    read_at bigint,
    CONSTRAINT ck_notification_recipient_type CHECK ((recipient_type = ANY (ARRAY['customer'::text, 'user'::text])))
);
CREATE TABLE public.order_line (
    tenant_id integer NOT NULL,
    order_id uuid NOT NULL,
    "position" integer NOT NULL,
    product_id uuid,
    variant_id uuid,
    quantity bigint NOT NULL,
    returned_quantity bigint DEFAULT '0'::bigint NOT NULL,
    unit_price numeric(20,6),
    amount_minor bigint NOT NULL,
    seller_id uuid,
    promotion_id uuid,
    discount_minor bigint DEFAULT '0'::bigint NOT NULL,
    tax_minor bigint DEFAULT '0'::bigint NOT NULL,
    CONSTRAINT ck_order_line_quantity CHECK ((quantity >= 0)),
    CONSTRAINT ck_order_line_returned_quantity CHECK (((returned_quantity >= 0) AND (returned_quantity <= quantity)))
);
CREATE TABLE public.orders (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    external_id text,
    customer_id uuid,
    status text NOT NULL,
    total_minor bigint NOT NULL,
    currency text NOT NULL,
    placed_at bigint,
    method text,
    discount_minor bigint DEFAULT '0'::bigint NOT NULL,
    tax_minor bigint DEFAULT '0'::bigint NOT NULL,
    country text,
    latitude double precision,
    longitude double precision,
    address text,
    event_id bigint,
    CONSTRAINT ck_orders_latitude CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT ck_orders_longitude CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT ck_orders_status CHECK ((status = ANY (ARRAY['cart'::text, 'placed'::text, 'completed'::text, 'cancelled'::text])))
);
CREATE TABLE public.outbox (
    tenant_id integer NOT NULL,
    event_id bigint NOT NULL,
    published_at bigint,
    attempts integer DEFAULT 0 NOT NULL,
    retry_at bigint
);
CREATE TABLE public.payment (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    order_id uuid,
    customer_id uuid,
    method text,
    status text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    created_at bigint NOT NULL,
    provider text,
    reference text,
    payment_method_id uuid,
    heard_at bigint,
    event_id bigint,
    CONSTRAINT ck_payment_status CHECK ((status = ANY (ARRAY['requires_payment_method'::text, 'requires_confirmation'::text, 'requires_action'::text, 'processing'::text, 'requires_capture'::text, 'canceled'::text, 'succeeded'::text])))
);
CREATE TABLE public.payment_event (
    id bigint NOT NULL,
    tenant_id integer NOT NULL,
    payment_id uuid NOT NULL,
    event_id bigint NOT NULL,
    type text NOT NULL,
    amount_minor bigint NOT NULL,
    occurred_at bigint NOT NULL,
    reference text
);
CREATE SEQUENCE public.payment_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.payment_event_id_seq OWNED BY public.payment_event.id;
CREATE TABLE public.payment_method (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    provider text NOT NULL,
    reference text NOT NULL,
    brand text,
    last4 text,
    is_default boolean NOT NULL,
    attached_at bigint NOT NULL,
    detached_at bigint
);
CREATE TABLE public.posting (
    id bigint NOT NULL,
    tenant_id integer NOT NULL,
    event_id bigint NOT NULL,
    asset text NOT NULL,
    debit_account_id bigint NOT NULL,
    credit_account_id bigint NOT NULL,
    amount bigint NOT NULL,
    CONSTRAINT ck_posting_accounts CHECK ((debit_account_id <> credit_account_id)),
    CONSTRAINT ck_posting_amount CHECK ((amount > 0))
);
CREATE SEQUENCE public.posting_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.posting_id_seq OWNED BY public.posting.id;
CREATE TABLE public.product (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    external_id text,
    name text NOT NULL,
    category_id uuid,
    brand_id uuid,
    seller_id uuid,
    description text,
    status text DEFAULT 'approved'::text NOT NULL,
    ratings_count bigint DEFAULT '0'::bigint NOT NULL,
    ratings_sum bigint DEFAULT '0'::bigint NOT NULL,
    event_id bigint,
    CONSTRAINT ck_product_ratings CHECK (((ratings_count >= 0) AND ((ratings_sum >= ratings_count) AND (ratings_sum <= (5 * ratings_count))))),
    CONSTRAINT ck_product_status CHECK ((status = ANY (ARRAY['submitted'::text, 'approved'::text, 'rejected'::text, 'retired'::text])))
);
CREATE TABLE public.promotion (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    product_id uuid,
    category_id uuid,
    percent_bp integer,
    amount_minor bigint,
    starts_at bigint,
    ends_at bigint,
    CONSTRAINT ck_promotion_amount_minor CHECK ((amount_minor > 0)),
    CONSTRAINT ck_promotion_one_discount CHECK (((percent_bp IS NULL) <> (amount_minor IS NULL))),
    CONSTRAINT ck_promotion_percent_bp CHECK (((percent_bp >= 1) AND (percent_bp <= 10000))),
    CONSTRAINT ck_promotion_period CHECK ((starts_at < ends_at))
);
CREATE TABLE public.provider_record (
    tenant_id integer NOT NULL,
    reference text NOT NULL,
    kind text NOT NULL,
    document jsonb NOT NULL
);
CREATE TABLE public.return_request (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    "position" integer NOT NULL,
    quantity bigint NOT NULL,
    status text NOT NULL,
    reason text,
    requested_at bigint NOT NULL,
    received_quantity bigint,
    condition text,
    seller_at_fault boolean,
    refund_minor bigint,
    event_id bigint,
    CONSTRAINT ck_return_request_condition CHECK ((condition = ANY (ARRAY['new'::text, 'opened'::text, 'damaged'::text]))),
    CONSTRAINT ck_return_request_quantity CHECK ((quantity > 0)),
    CONSTRAINT ck_return_request_received_quantity CHECK (((received_quantity >= 0) AND (received_quantity <= quantity))),
    CONSTRAINT ck_return_request_status CHECK ((status = ANY (ARRAY['requested'::text, 'received'::text, 'inspected'::text, 'approved'::text, 'rejected'::text])))
);
CREATE TABLE public.review (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    order_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    stars integer NOT NULL,
    body text,
    status text NOT NULL,
    posted_at bigint NOT NULL,
    event_id bigint,
    CONSTRAINT ck_review_stars CHECK (((stars >= 1) AND (stars <= 5))),
    CONSTRAINT ck_review_status CHECK ((status = ANY (ARRAY['posted'::text, 'removed'::text])))
);
CREATE TABLE public.score (
    request_id text NOT NULL,
    tenant_id integer NOT NULL,
    customer_id uuid,
    model text NOT NULL,
    model_version text NOT NULL,
    as_of bigint NOT NULL,
    made_at bigint NOT NULL,
    origin text NOT NULL,
    probability double precision NOT NULL,
    score integer,
    band text,
    rule_score integer,
    rule_band text,
    decision jsonb NOT NULL,
    features jsonb NOT NULL,
    reasons jsonb NOT NULL,
    CONSTRAINT ck_score_origin CHECK ((origin = ANY (ARRAY['batch'::text, 'online'::text])))
);
CREATE TABLE public.tenant (
    id integer NOT NULL,
    slug text NOT NULL,
    zone text NOT NULL,
    currency text NOT NULL,
    clock_mode text NOT NULL,
    observed_at bigint,
    created_at bigint NOT NULL,
    name text,
    domain text,
    settings jsonb,
    closed_at bigint,
    CONSTRAINT ck_tenant_clock_mode CHECK ((clock_mode = ANY (ARRAY['wall'::text, 'recorded'::text])))
);
CREATE SEQUENCE public.tenant_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.tenant_id_seq OWNED BY public.tenant.id;
CREATE TABLE public.transition (
    record text NOT NULL,
    event text NOT NULL,
    source text NOT NULL,
    target text NOT NULL
);
CREATE TABLE public.users (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    username text NOT NULL,
    email text,
    password_hash text NOT NULL,
    role text NOT NULL,
    customer_id uuid,
    active boolean NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT ck_users_role CHECK ((role = ANY (ARRAY['user'::text, 'seller'::text, 'delivery'::text, 'admin'::text, 'superadmin'::text])))
);
CREATE TABLE public.variant (
    tenant_id integer NOT NULL,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    sku text NOT NULL,
    price_minor bigint,
    currency text,
    low_stock_at bigint DEFAULT '0'::bigint NOT NULL
);
ALTER TABLE ONLY public.account ALTER COLUMN id SET DEFAULT nextval('public.account_id_seq'::regclass);
ALTER TABLE ONLY public.bid ALTER COLUMN id SET DEFAULT nextval('public.bid_id_seq'::regclass);
ALTER TABLE ONLY public.event ALTER COLUMN id SET DEFAULT nextval('public.event_id_seq'::regclass);
ALTER TABLE ONLY public.payment_event ALTER COLUMN id SET DEFAULT nextval('public.payment_event_id_seq'::regclass);
ALTER TABLE ONLY public.posting ALTER COLUMN id SET DEFAULT nextval('public.posting_id_seq'::regclass);
ALTER TABLE ONLY public.tenant ALTER COLUMN id SET DEFAULT nextval('public.tenant_id_seq'::regclass);
INSERT INTO public.account VALUES (2, 1, 'EUR', 'external', '', NULL, NULL);
INSERT INTO public.account VALUES (4, 1, 'SKU:e35b05968f314a87a433ad41307b2c78', 'external', '', NULL, NULL);
INSERT INTO public.account VALUES (3, 1, 'SKU:e35b05968f314a87a433ad41307b2c78', 'on_hand', '', 9, 3);
INSERT INTO public.account VALUES (5, 1, 'SKU:e35b05968f314a87a433ad41307b2c78', 'held', 'ac02b7f7afe544c69956dd8115781ac1', 1, 3);
INSERT INTO public.account VALUES (1, 1, 'EUR', 'wallet', 'b83e6cbea86a4e6cbe97933a5fa94df3', 3811, 4);
INSERT INTO public.account VALUES (6, 1, 'EUR', 'held', 'ac02b7f7afe544c69956dd8115781ac1', 1189, 4);
INSERT INTO public.alembic_version VALUES ('c005');
INSERT INTO public.alembic_version VALUES ('s001');
INSERT INTO public.counter VALUES (1, 'customer', 1);
INSERT INTO public.counter VALUES (1, 'product', 1);
INSERT INTO public.counter VALUES (1, 'orders', 1);
INSERT INTO public.customer VALUES (1, 'b83e6cbe-a86a-4e6c-be97-933a5fa94df3', 1, NULL, NULL, NULL, NULL, 'DE', 1772366400000000, 52.5, 13.4, 'Tick Street 1', NULL);
INSERT INTO public.delivery VALUES (1, '190aaa51-6362-4b73-854b-221c7550ece4', 'ac02b7f7-afe5-44c6-9956-dd8115781ac1', 'available', 1772798400000000, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, 12);
INSERT INTO public.event VALUES (1, 1, 'customer.registered', 'b83e6cbe-a86a-4e6c-be97-933a5fa94df3', NULL, NULL, NULL, 'customer', 'b83e6cbea86a4e6cbe97933a5fa94df3', 1772366400000000, 1772366400000000, 1772366400000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'live:b2341a73ea1f4ef5a8c5f364fbeaad9f:0', NULL);
INSERT INTO public.event VALUES (2, 1, 'payment.created', 'b83e6cbe-a86a-4e6c-be97-933a5fa94df3', NULL, NULL, NULL, 'payment', '3eb6871c19f849339b3321604930cb32', 1772366400000000, 1772366400000000, 1772366400000000, NULL, 5000, 'EUR', 5000, NULL, NULL, NULL, NULL, NULL, 'live:327fec3d80614715b5416a7e988dce71:0', NULL);
INSERT INTO public.event VALUES (3, 1, 'wallet.topped_up', 'b83e6cbe-a86a-4e6c-be97-933a5fa94df3', NULL, NULL, NULL, 'payment', '3eb6871c19f849339b3321604930cb32', 1772366400000000, 1772366400000000, 1772366400000000, NULL, 5000, 'EUR', 5000, NULL, NULL, NULL, NULL, NULL, 'live:e0a68324b23b44ab978438df6a2f3da1:0', NULL);
INSERT INTO public.event VALUES (4, 1, 'product.submitted', NULL, NULL, NULL, NULL, 'product', 'ad47da35cb5543759b4e8c849b695b04', 1772366400000000, 1772366400000000, 1772366400000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'live:060c1853336b43f79033d20f37aed93e:0', NULL);
INSERT INTO public.event VALUES (5, 1, 'product.approved', NULL, NULL, NULL, 'ad47da35-cb55-4375-9b4e-8c849b695b04', 'product', 'ad47da35cb5543759b4e8c849b695b04', 1772366400000000, 1772366400000000, 1772366400000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'live:e3c1739e5f7e4ad09de6572ddad899a5:0', NULL);
INSERT INTO public.event VALUES (6, 1, 'stock.received', NULL, NULL, NULL, 'ad47da35-cb55-4375-9b4e-8c849b695b04', 'variant', 'e35b05968f314a87a433ad41307b2c78', 1772366400000000, 1772366400000000, 1772366400000000, NULL, NULL, NULL, NULL, 10, NULL, NULL, NULL, NULL, 'live:a4b2431adf5f4e1fab270ca988b46a0f:0', NULL);
INSERT INTO public.event VALUES (7, 1, 'cart.opened', 'b83e6cbe-a86a-4e6c-be97-933a5fa94df3', '7ad1d636-034c-4b7a-8cfa-b8dccc03c6c1', NULL, NULL, 'order', 'ac02b7f7afe544c69956dd8115781ac1', 1772366400000000, 1772366400000000, 1772366400000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'live:4440f4835f7a42898b02b237316b3f96:0', NULL);
INSERT INTO public.event VALUES (8, 1, 'order.placed', 'b83e6cbe-a86a-4e6c-be97-933a5fa94df3', '7ad1d636-034c-4b7a-8cfa-b8dccc03c6c1', NULL, NULL, 'order', 'ac02b7f7afe544c69956dd8115781ac1', 1772366400000000, 1772366400000000, 1772366400000000, NULL, 1189, 'EUR', 1189, 1, 1, 'web', NULL, NULL, 'live:54111a373666449fa863b0e463b4dca5:0', NULL);
INSERT INTO public.event VALUES (9, 1, 'order.line', 'b83e6cbe-a86a-4e6c-be97-933a5fa94df3', '7ad1d636-034c-4b7a-8cfa-b8dccc03c6c1', NULL, 'ad47da35-cb55-4375-9b4e-8c849b695b04', 'order', 'ac02b7f7afe544c69956dd8115781ac1', 1772366400000000, 1772366400000000, 1772366400000000, NULL, 1189, 'EUR', 1189, 1, NULL, NULL, NULL, NULL, 'live:54111a373666449fa863b0e463b4dca5:1', NULL);
INSERT INTO public.event VALUES (10, 1, 'payment.created', 'b83e6cbe-a86a-4e6c-be97-933a5fa94df3', '7ad1d636-034c-4b7a-8cfa-b8dccc03c6c1', NULL, NULL, 'payment', '7a6f8a8364fa4d7297b4d3576b57928c', 1772366400000000, 1772366400000000, 1772366400000000, NULL, 1189, 'EUR', 1189, NULL, NULL, 'wallet', NULL, NULL, 'live:54111a373666449fa863b0e463b4dca5:2', NULL);
INSERT INTO public.event VALUES (11, 1, 'wallet.held', 'b83e6cbe-a86a-4e6c-be97-933a5fa94df3', '7ad1d636-034c-4b7a-8cfa-b8dccc03c6c1', NULL, NULL, 'wallet', 'ac02b7f7afe544c69956dd8115781ac1', 1772366400000000, 1772366400000000, 1772366400000000, NULL, 1189, 'EUR', 1189, NULL, NULL, NULL, NULL, 'escrow_hold', 'live:54111a373666449fa863b0e463b4dca5:3', NULL);
INSERT INTO public.event VALUES (12, 1, 'delivery.promised', 'b83e6cbe-a86a-4e6c-be97-933a5fa94df3', '7ad1d636-034c-4b7a-8cfa-b8dccc03c6c1', NULL, NULL, 'delivery', '190aaa5163624b73854b221c7550ece4', 1772366400000000, 1772366400000000, 1772366400000000, 1772798400000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'live:54111a373666449fa863b0e463b4dca5:4', NULL);
INSERT INTO public.order_line VALUES (1, 'ac02b7f7-afe5-44c6-9956-dd8115781ac1', 1, 'ad47da35-cb55-4375-9b4e-8c849b695b04', 'e35b0596-8f31-4a87-a433-ad41307b2c78', 1, 0, 9.990000, 1189, NULL, NULL, 0, 190);
INSERT INTO public.orders VALUES (1, 'ac02b7f7-afe5-44c6-9956-dd8115781ac1', 1, NULL, 'b83e6cbe-a86a-4e6c-be97-933a5fa94df3', 'placed', 1189, 'EUR', 1772366400000000, 'wallet', 0, 190, 'DE', 52.5, 13.4, 'Tick Street 1', 8);
INSERT INTO public.outbox VALUES (1, 1, NULL, 0, NULL);
INSERT INTO public.outbox VALUES (1, 2, NULL, 0, NULL);
INSERT INTO public.outbox VALUES (1, 3, NULL, 0, NULL);
INSERT INTO public.outbox VALUES (1, 4, NULL, 0, NULL);
INSERT INTO public.outbox VALUES (1, 5, NULL, 0, NULL);
INSERT INTO public.outbox VALUES (1, 6, NULL, 0, NULL);
INSERT INTO public.outbox VALUES (1, 7, NULL, 0, NULL);
INSERT INTO public.outbox VALUES (1, 8, NULL, 0, NULL);
INSERT INTO public.outbox VALUES (1, 9, NULL, 0, NULL);
INSERT INTO public.outbox VALUES (1, 10, NULL, 0, NULL);
INSERT INTO public.outbox VALUES (1, 11, NULL, 0, NULL);
INSERT INTO public.outbox VALUES (1, 12, NULL, 0, NULL);
INSERT INTO public.payment VALUES (1, '3eb6871c-19f8-4933-9b33-21604930cb32', NULL, 'b83e6cbe-a86a-4e6c-be97-933a5fa94df3', NULL, 'succeeded', 5000, 'EUR', 1772366400000000, NULL, NULL, NULL, NULL, 3);
INSERT INTO public.payment VALUES (1, '7a6f8a83-64fa-4d72-97b4-d3576b57928c', 'ac02b7f7-afe5-44c6-9956-dd8115781ac1', 'b83e6cbe-a86a-4e6c-be97-933a5fa94df3', 'wallet', 'requires_capture', 1189, 'EUR', 1772366400000000, 'wallet', NULL, NULL, NULL, 10);
INSERT INTO public.posting VALUES (1, 1, 3, 'EUR', 2, 1, 5000);
INSERT INTO public.posting VALUES (2, 1, 6, 'SKU:e35b05968f314a87a433ad41307b2c78', 4, 3, 10);
INSERT INTO public.posting VALUES (3, 1, 9, 'SKU:e35b05968f314a87a433ad41307b2c78', 3, 5, 1);
INSERT INTO public.posting VALUES (4, 1, 11, 'EUR', 1, 6, 1189);
INSERT INTO public.product VALUES (1, 'ad47da35-cb55-4375-9b4e-8c849b695b04', 1, NULL, 'S0', NULL, NULL, NULL, NULL, 'approved', 0, 0, 5);
INSERT INTO public.provider_record VALUES (1, 'd130fe6ef5c7478583aade2010979947', 'errand', '{"id": "d130fe6ef5c7478583aade2010979947", "verb": "attach", "owner": null, "amount": 0, "charge": null, "intent": null, "manual": false, "method": null, "reason": null, "tenant": "acme", "subject": "bff172917d574157a8410ac6278950ed", "asked_at": 1772366400000000, "currency": "", "position": null, "provider": "stripe"}');
INSERT INTO public.provider_record VALUES (1, 'cus_1', 'customer', '{"owner": "somebody"}');
INSERT INTO public.score VALUES ('one', 1, NULL, 'churn', '1', 1, 1, 'batch', 0.5, NULL, NULL, NULL, NULL, '{}', '{}', '[]');
INSERT INTO public.tenant VALUES (1, 'acme', 'Europe/Berlin', 'EUR', 'recorded', NULL, 1767225600000000, NULL, NULL, NULL, NULL);
INSERT INTO public.transition VALUES ('orders', 'cart.dropped', 'cart', 'cancelled');
INSERT INTO public.transition VALUES ('orders', 'order.placed', 'cart', 'placed');
INSERT INTO public.transition VALUES ('orders', 'order.completed', 'placed', 'completed');
INSERT INTO public.transition VALUES ('orders', 'order.cancelled', 'placed', 'cancelled');
INSERT INTO public.transition VALUES ('payment', 'payment.method_chosen', 'requires_payment_method', 'requires_confirmation');
INSERT INTO public.transition VALUES ('payment', 'payment.confirmed', 'requires_confirmation', 'processing');
INSERT INTO public.transition VALUES ('payment', 'payment.confirmed', 'requires_action', 'processing');
INSERT INTO public.transition VALUES ('payment', 'payment.action_required', 'requires_confirmation', 'requires_action');
INSERT INTO public.transition VALUES ('payment', 'payment.action_required', 'processing', 'requires_action');
INSERT INTO public.transition VALUES ('payment', 'payment.authorised', 'requires_confirmation', 'requires_capture');
INSERT INTO public.transition VALUES ('payment', 'payment.authorised', 'requires_action', 'requires_capture');
INSERT INTO public.transition VALUES ('payment', 'payment.authorised', 'processing', 'requires_capture');
INSERT INTO public.transition VALUES ('payment', 'payment.captured', 'requires_confirmation', 'succeeded');
INSERT INTO public.transition VALUES ('payment', 'payment.captured', 'requires_confirmation', 'processing');
INSERT INTO public.transition VALUES ('payment', 'payment.captured', 'requires_confirmation', 'requires_capture');
INSERT INTO public.transition VALUES ('payment', 'payment.captured', 'requires_action', 'succeeded');
INSERT INTO public.transition VALUES ('payment', 'payment.captured', 'requires_action', 'processing');
INSERT INTO public.transition VALUES ('payment', 'payment.captured', 'requires_action', 'requires_capture');
INSERT INTO public.transition VALUES ('payment', 'payment.captured', 'processing', 'succeeded');
INSERT INTO public.transition VALUES ('payment', 'payment.captured', 'processing', 'requires_capture');
INSERT INTO public.transition VALUES ('payment', 'payment.captured', 'requires_capture', 'succeeded');
INSERT INTO public.transition VALUES ('payment', 'payment.captured', 'requires_capture', 'processing');
INSERT INTO public.transition VALUES ('payment', 'wallet.topped_up', 'requires_confirmation', 'succeeded');
INSERT INTO public.transition VALUES ('payment', 'wallet.topped_up', 'requires_action', 'succeeded');
INSERT INTO public.transition VALUES ('payment', 'wallet.topped_up', 'processing', 'succeeded');
INSERT INTO public.transition VALUES ('payment', 'wallet.topped_up', 'requires_capture', 'succeeded');
INSERT INTO public.transition VALUES ('payment', 'payment.failed', 'requires_confirmation', 'requires_payment_method');
INSERT INTO public.transition VALUES ('payment', 'payment.failed', 'requires_action', 'requires_payment_method');
INSERT INTO public.transition VALUES ('payment', 'payment.failed', 'processing', 'requires_payment_method');
INSERT INTO public.transition VALUES ('payment', 'payment.failed', 'requires_capture', 'requires_payment_method');
INSERT INTO public.transition VALUES ('payment', 'payment.cancelled', 'requires_payment_method', 'canceled');
INSERT INTO public.transition VALUES ('payment', 'payment.cancelled', 'requires_confirmation', 'canceled');
INSERT INTO public.transition VALUES ('payment', 'payment.cancelled', 'requires_action', 'canceled');
INSERT INTO public.transition VALUES ('payment', 'payment.cancelled', 'processing', 'canceled');
INSERT INTO public.transition VALUES ('payment', 'payment.cancelled', 'requires_capture', 'canceled');
INSERT INTO public.transition VALUES ('payment', 'payment.settled', 'processing', 'succeeded');
INSERT INTO public.transition VALUES ('dispute', 'dispute.closed', 'open', 'won');
INSERT INTO public.transition VALUES ('dispute', 'dispute.closed', 'open', 'lost');
INSERT INTO public.transition VALUES ('delivery', 'delivery.claimed', 'available', 'processing');
INSERT INTO public.transition VALUES ('delivery', 'delivery.released', 'processing', 'available');
INSERT INTO public.transition VALUES ('delivery', 'delivery.shipped', 'processing', 'shipped');
INSERT INTO public.transition VALUES ('delivery', 'delivery.failed', 'shipped', 'processing');
INSERT INTO public.transition VALUES ('delivery', 'delivery.delivered', 'shipped', 'delivered');
INSERT INTO public.transition VALUES ('return_request', 'return.received', 'requested', 'received');
INSERT INTO public.transition VALUES ('return_request', 'return.inspected', 'received', 'inspected');
INSERT INTO public.transition VALUES ('return_request', 'return.approved', 'inspected', 'approved');
INSERT INTO public.transition VALUES ('return_request', 'return.rejected', 'inspected', 'rejected');
INSERT INTO public.transition VALUES ('auction', 'auction.submitted', 'draft', 'submitted');
INSERT INTO public.transition VALUES ('auction', 'auction.scheduled', 'submitted', 'scheduled');
INSERT INTO public.transition VALUES ('auction', 'auction.rejected', 'submitted', 'rejected');
INSERT INTO public.transition VALUES ('auction', 'auction.started', 'scheduled', 'live');
INSERT INTO public.transition VALUES ('auction', 'auction.bought', 'live', 'sold');
INSERT INTO public.transition VALUES ('auction', 'auction.sold', 'live', 'sold');
INSERT INTO public.transition VALUES ('auction', 'auction.unsold', 'live', 'unsold');
INSERT INTO public.transition VALUES ('brand', 'brand.approved', 'pending', 'approved');
INSERT INTO public.transition VALUES ('brand', 'brand.rejected', 'pending', 'rejected');
INSERT INTO public.transition VALUES ('product', 'product.submitted', 'rejected', 'submitted');
INSERT INTO public.transition VALUES ('product', 'product.approved', 'submitted', 'approved');
INSERT INTO public.transition VALUES ('product', 'product.rejected', 'submitted', 'rejected');
INSERT INTO public.transition VALUES ('product', 'product.retired', 'approved', 'retired');
INSERT INTO public.transition VALUES ('product', 'product.relisted', 'retired', 'approved');
INSERT INTO public.transition VALUES ('review', 'review.posted', 'removed', 'posted');
INSERT INTO public.transition VALUES ('review', 'review.removed', 'posted', 'removed');
INSERT INTO public.users VALUES (1, '7ad1d636-034c-4b7a-8cfa-b8dccc03c6c1', '7ad1d636034c4b7a8cfab8dccc03c6c1', NULL, '-', 'user', 'b83e6cbe-a86a-4e6c-be97-933a5fa94df3', true, 1772366400000000);
INSERT INTO public.variant VALUES (1, 'e35b0596-8f31-4a87-a433-ad41307b2c78', 'ad47da35-cb55-4375-9b4e-8c849b695b04', 'S0', 999, 'EUR', 0);
SELECT pg_catalog.setval('public.account_id_seq', 6, true);
SELECT pg_catalog.setval('public.bid_id_seq', 1, false);
SELECT pg_catalog.setval('public.event_id_seq', 12, true);
SELECT pg_catalog.setval('public.payment_event_id_seq', 1, false);
SELECT pg_catalog.setval('public.posting_id_seq', 4, true);
SELECT pg_catalog.setval('public.tenant_id_seq', 1, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT pk_account PRIMARY KEY (id);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT pk_api_key PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.auction
    ADD CONSTRAINT pk_auction PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.bid
    ADD CONSTRAINT pk_bid PRIMARY KEY (id);
ALTER TABLE ONLY public.brand
    ADD CONSTRAINT pk_brand PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.category
    ADD CONSTRAINT pk_category PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.counter
    ADD CONSTRAINT pk_counter PRIMARY KEY (tenant_id, name);
ALTER TABLE ONLY public.customer
    ADD CONSTRAINT pk_customer PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT pk_delivery PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.dispute
    ADD CONSTRAINT pk_dispute PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT pk_event PRIMARY KEY (id);
ALTER TABLE ONLY public.idempotency_record
    ADD CONSTRAINT pk_idempotency_record PRIMARY KEY (tenant_id, operation, key);
ALTER TABLE ONLY public.invoice
    ADD CONSTRAINT pk_invoice PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.note
    ADD CONSTRAINT pk_note PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.notification
    ADD CONSTRAINT pk_notification PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT pk_order_line PRIMARY KEY (tenant_id, order_id, "position");
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT pk_orders PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (tenant_id, event_id);
ALTER TABLE ONLY public.payment
    ADD CONSTRAINT pk_payment PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.payment_event
    ADD CONSTRAINT pk_payment_event PRIMARY KEY (id);
ALTER TABLE ONLY public.payment_method
    ADD CONSTRAINT pk_payment_method PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.posting
    ADD CONSTRAINT pk_posting PRIMARY KEY (id);
ALTER TABLE ONLY public.product
    ADD CONSTRAINT pk_product PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.promotion
    ADD CONSTRAINT pk_promotion PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.provider_record
    ADD CONSTRAINT pk_provider_record PRIMARY KEY (tenant_id, reference);
ALTER TABLE ONLY public.return_request
    ADD CONSTRAINT pk_return_request PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.review
    ADD CONSTRAINT pk_review PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.score
    ADD CONSTRAINT pk_score PRIMARY KEY (request_id);
ALTER TABLE ONLY public.tenant
    ADD CONSTRAINT pk_tenant PRIMARY KEY (id);
ALTER TABLE ONLY public.transition
    ADD CONSTRAINT pk_transition PRIMARY KEY (record, event, source, target);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT pk_users PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.variant
    ADD CONSTRAINT pk_variant PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT uq_account_tenant_id_asset_kind_key UNIQUE (tenant_id, asset, kind, key);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT uq_account_tenant_id_id UNIQUE (tenant_id, id);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT uq_api_key_prefix UNIQUE (prefix);
ALTER TABLE ONLY public.auction
    ADD CONSTRAINT uq_auction_tenant_id_external_id UNIQUE (tenant_id, external_id);
ALTER TABLE ONLY public.bid
    ADD CONSTRAINT uq_bid_tenant_id_id UNIQUE (tenant_id, id);
ALTER TABLE ONLY public.brand
    ADD CONSTRAINT uq_brand_tenant_id_name UNIQUE (tenant_id, name);
ALTER TABLE ONLY public.category
    ADD CONSTRAINT uq_category_tenant_id_name UNIQUE (tenant_id, name);
ALTER TABLE ONLY public.customer
    ADD CONSTRAINT uq_customer_tenant_id_external_id UNIQUE (tenant_id, external_id);
ALTER TABLE ONLY public.customer
    ADD CONSTRAINT uq_customer_tenant_id_number UNIQUE (tenant_id, number);
ALTER TABLE ONLY public.dispute
    ADD CONSTRAINT uq_dispute_tenant_id_reference UNIQUE (tenant_id, reference);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT uq_event_tenant_id_id UNIQUE (tenant_id, id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT uq_event_tenant_id_source_key UNIQUE (tenant_id, source_key);
ALTER TABLE ONLY public.invoice
    ADD CONSTRAINT uq_invoice_tenant_id_external_id UNIQUE (tenant_id, external_id);
ALTER TABLE ONLY public.notification
    ADD CONSTRAINT uq_notification_tenant_id_event_id_kind_recipient_id UNIQUE (tenant_id, event_id, kind, recipient_id);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT uq_orders_tenant_id_external_id UNIQUE (tenant_id, external_id);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT uq_orders_tenant_id_number UNIQUE (tenant_id, number);
ALTER TABLE ONLY public.payment_method
    ADD CONSTRAINT uq_payment_method_tenant_id_provider_reference UNIQUE (tenant_id, provider, reference);
ALTER TABLE ONLY public.payment
    ADD CONSTRAINT uq_payment_tenant_id_provider_reference UNIQUE (tenant_id, provider, reference);
ALTER TABLE ONLY public.product
    ADD CONSTRAINT uq_product_tenant_id_external_id UNIQUE (tenant_id, external_id);
ALTER TABLE ONLY public.product
    ADD CONSTRAINT uq_product_tenant_id_number UNIQUE (tenant_id, number);
ALTER TABLE ONLY public.review
    ADD CONSTRAINT uq_review_tenant_id_order_id_product_id UNIQUE (tenant_id, order_id, product_id);
ALTER TABLE ONLY public.tenant
    ADD CONSTRAINT uq_tenant_slug UNIQUE (slug);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT uq_users_tenant_id_customer_id UNIQUE (tenant_id, customer_id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT uq_users_tenant_id_username UNIQUE (tenant_id, username);
ALTER TABLE ONLY public.variant
    ADD CONSTRAINT uq_variant_tenant_id_sku UNIQUE (tenant_id, sku);
CREATE INDEX ix_auction_tenant_id_status_ends_at ON public.auction USING btree (tenant_id, status, ends_at);
CREATE INDEX ix_bid_tenant_id_auction_id_maximum_minor ON public.bid USING btree (tenant_id, auction_id, maximum_minor);
CREATE INDEX ix_bid_tenant_id_customer_id ON public.bid USING btree (tenant_id, customer_id);
CREATE INDEX ix_delivery_tenant_id_courier_id ON public.delivery USING btree (tenant_id, courier_id);
CREATE INDEX ix_delivery_tenant_id_order_id ON public.delivery USING btree (tenant_id, order_id);
CREATE INDEX ix_delivery_tenant_id_status ON public.delivery USING btree (tenant_id, status);
CREATE INDEX ix_dispute_tenant_id_payment_id ON public.dispute USING btree (tenant_id, payment_id);
CREATE INDEX ix_event_tenant_id_customer_id_recorded_at ON public.event USING btree (tenant_id, customer_id, recorded_at);
CREATE INDEX ix_event_tenant_id_recorded_at ON public.event USING btree (tenant_id, recorded_at);
CREATE INDEX ix_invoice_tenant_id_customer_id ON public.invoice USING btree (tenant_id, customer_id);
CREATE INDEX ix_invoice_tenant_id_order_id ON public.invoice USING btree (tenant_id, order_id);
CREATE INDEX ix_note_tenant_id_customer_id ON public.note USING btree (tenant_id, customer_id);
CREATE INDEX ix_notification_tenant_id_recipient_id_created_at ON public.notification USING btree (tenant_id, recipient_id, created_at);
CREATE INDEX ix_orders_tenant_id_customer_id_placed_at ON public.orders USING btree (tenant_id, customer_id, placed_at);
CREATE INDEX ix_outbox_published_at ON public.outbox USING btree (published_at);
CREATE INDEX ix_payment_event_tenant_id_payment_id ON public.payment_event USING btree (tenant_id, payment_id);
CREATE INDEX ix_payment_tenant_id_customer_id ON public.payment USING btree (tenant_id, customer_id);
CREATE INDEX ix_payment_tenant_id_order_id ON public.payment USING btree (tenant_id, order_id);
CREATE INDEX ix_posting_tenant_id_event_id ON public.posting USING btree (tenant_id, event_id);
CREATE INDEX ix_product_tenant_id_category_id ON public.product USING btree (tenant_id, category_id);
CREATE INDEX ix_product_tenant_id_seller_id ON public.product USING btree (tenant_id, seller_id);
CREATE INDEX ix_promotion_tenant_id_product_id ON public.promotion USING btree (tenant_id, product_id);
CREATE INDEX ix_return_request_tenant_id_order_id ON public.return_request USING btree (tenant_id, order_id);
CREATE INDEX ix_review_tenant_id_product_id ON public.review USING btree (tenant_id, product_id);
CREATE INDEX ix_score_tenant_id_customer_id_model_made_at ON public.score USING btree (tenant_id, customer_id, model, made_at);
CREATE INDEX ix_score_tenant_id_model_version_as_of ON public.score USING btree (tenant_id, model_version, as_of);
CREATE INDEX ix_variant_tenant_id_product_id ON public.variant USING btree (tenant_id, product_id);
CREATE UNIQUE INDEX uq_customer_email ON public.customer USING btree (tenant_id, email);
CREATE UNIQUE INDEX uq_orders_one_cart ON public.orders USING btree (tenant_id, customer_id) WHERE (status = 'cart'::text);
CREATE UNIQUE INDEX uq_payment_event_reference ON public.payment_event USING btree (tenant_id, payment_id, reference);
CREATE UNIQUE INDEX uq_payment_method_one_default ON public.payment_method USING btree (tenant_id, customer_id) WHERE is_default;
CREATE UNIQUE INDEX uq_tenant_domain ON public.tenant USING btree (domain);
CREATE TRIGGER account_balance_moves_with_posting BEFORE UPDATE OF balance ON public.account FOR EACH ROW EXECUTE FUNCTION public.account_balance_moves_with_posting();
CREATE TRIGGER auction_status_moves_with_event BEFORE UPDATE OF status ON public.auction FOR EACH ROW EXECUTE FUNCTION public.auction_status_moves_with_event();
CREATE TRIGGER bid_refuses_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.bid FOR EACH STATEMENT EXECUTE FUNCTION public.bid_is_append_only();
CREATE TRIGGER brand_status_moves_with_event BEFORE UPDATE OF status ON public.brand FOR EACH ROW EXECUTE FUNCTION public.brand_status_moves_with_event();
CREATE TRIGGER delivery_status_moves_with_event BEFORE UPDATE OF status ON public.delivery FOR EACH ROW EXECUTE FUNCTION public.delivery_status_moves_with_event();
CREATE TRIGGER dispute_status_moves_with_event BEFORE UPDATE OF status ON public.dispute FOR EACH ROW EXECUTE FUNCTION public.dispute_status_moves_with_event();
CREATE TRIGGER event_refuses_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.event FOR EACH STATEMENT EXECUTE FUNCTION public.event_is_append_only();
CREATE TRIGGER orders_status_moves_with_event BEFORE UPDATE OF status ON public.orders FOR EACH ROW EXECUTE FUNCTION public.orders_status_moves_with_event();
CREATE TRIGGER payment_event_refuses_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.payment_event FOR EACH STATEMENT EXECUTE FUNCTION public.payment_event_is_append_only();
CREATE TRIGGER payment_status_moves_with_event BEFORE UPDATE OF status ON public.payment FOR EACH ROW EXECUTE FUNCTION public.payment_status_moves_with_event();
CREATE TRIGGER posting_moves_balance AFTER INSERT ON public.posting FOR EACH ROW EXECUTE FUNCTION public.posting_moves_balance();
CREATE TRIGGER posting_refuses_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.posting FOR EACH STATEMENT EXECUTE FUNCTION public.posting_is_append_only();
CREATE TRIGGER product_status_moves_with_event BEFORE UPDATE OF status ON public.product FOR EACH ROW EXECUTE FUNCTION public.product_status_moves_with_event();
CREATE TRIGGER return_request_status_moves_with_event BEFORE UPDATE OF status ON public.return_request FOR EACH ROW EXECUTE FUNCTION public.return_request_status_moves_with_event();
CREATE TRIGGER review_status_moves_with_event BEFORE UPDATE OF status ON public.review FOR EACH ROW EXECUTE FUNCTION public.review_status_moves_with_event();
CREATE TRIGGER score_refuses_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.score FOR EACH STATEMENT EXECUTE FUNCTION public.score_is_append_only();
ALTER TABLE ONLY public.account
    ADD CONSTRAINT fk_account_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT fk_api_key_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT fk_api_key_tenant_id_user_id FOREIGN KEY (tenant_id, user_id) REFERENCES public.users(tenant_id, id);
ALTER TABLE ONLY public.auction
    ADD CONSTRAINT fk_auction_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.auction
    ADD CONSTRAINT fk_auction_tenant_id_order_id FOREIGN KEY (tenant_id, order_id) REFERENCES public.orders(tenant_id, id);
ALTER TABLE ONLY public.auction
    ADD CONSTRAINT fk_auction_tenant_id_product_id FOREIGN KEY (tenant_id, product_id) REFERENCES public.product(tenant_id, id);
ALTER TABLE ONLY public.auction
    ADD CONSTRAINT fk_auction_tenant_id_seller_id FOREIGN KEY (tenant_id, seller_id) REFERENCES public.users(tenant_id, id);
ALTER TABLE ONLY public.auction
    ADD CONSTRAINT fk_auction_tenant_id_variant_id FOREIGN KEY (tenant_id, variant_id) REFERENCES public.variant(tenant_id, id);
ALTER TABLE ONLY public.bid
    ADD CONSTRAINT fk_bid_tenant_id_auction_id FOREIGN KEY (tenant_id, auction_id) REFERENCES public.auction(tenant_id, id);
ALTER TABLE ONLY public.bid
    ADD CONSTRAINT fk_bid_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customer(tenant_id, id);
ALTER TABLE ONLY public.bid
    ADD CONSTRAINT fk_bid_tenant_id_event_id FOREIGN KEY (tenant_id, event_id) REFERENCES public.event(tenant_id, id);
ALTER TABLE ONLY public.brand
    ADD CONSTRAINT fk_brand_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.brand
    ADD CONSTRAINT fk_brand_tenant_id_owner_id FOREIGN KEY (tenant_id, owner_id) REFERENCES public.users(tenant_id, id);
ALTER TABLE ONLY public.category
    ADD CONSTRAINT fk_category_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.category
    ADD CONSTRAINT fk_category_tenant_id_parent_id FOREIGN KEY (tenant_id, parent_id) REFERENCES public.category(tenant_id, id);
ALTER TABLE ONLY public.counter
    ADD CONSTRAINT fk_counter_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.customer
    ADD CONSTRAINT fk_customer_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT fk_delivery_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT fk_delivery_tenant_id_courier_id FOREIGN KEY (tenant_id, courier_id) REFERENCES public.users(tenant_id, id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT fk_delivery_tenant_id_order_id FOREIGN KEY (tenant_id, order_id) REFERENCES public.orders(tenant_id, id);
ALTER TABLE ONLY public.dispute
    ADD CONSTRAINT fk_dispute_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.dispute
    ADD CONSTRAINT fk_dispute_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customer(tenant_id, id);
ALTER TABLE ONLY public.dispute
    ADD CONSTRAINT fk_dispute_tenant_id_payment_id FOREIGN KEY (tenant_id, payment_id) REFERENCES public.payment(tenant_id, id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT fk_event_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT fk_event_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customer(tenant_id, id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT fk_event_tenant_id_product_id FOREIGN KEY (tenant_id, product_id) REFERENCES public.product(tenant_id, id);
ALTER TABLE ONLY public.idempotency_record
    ADD CONSTRAINT fk_idempotency_record_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.invoice
    ADD CONSTRAINT fk_invoice_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.invoice
    ADD CONSTRAINT fk_invoice_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customer(tenant_id, id);
ALTER TABLE ONLY public.invoice
    ADD CONSTRAINT fk_invoice_tenant_id_order_id FOREIGN KEY (tenant_id, order_id) REFERENCES public.orders(tenant_id, id);
ALTER TABLE ONLY public.invoice
    ADD CONSTRAINT fk_invoice_tenant_id_payment_id FOREIGN KEY (tenant_id, payment_id) REFERENCES public.payment(tenant_id, id);
ALTER TABLE ONLY public.note
    ADD CONSTRAINT fk_note_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.note
    ADD CONSTRAINT fk_note_tenant_id_author_id FOREIGN KEY (tenant_id, author_id) REFERENCES public.users(tenant_id, id);
ALTER TABLE ONLY public.note
    ADD CONSTRAINT fk_note_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customer(tenant_id, id);
ALTER TABLE ONLY public.notification
    ADD CONSTRAINT fk_notification_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.notification
    ADD CONSTRAINT fk_notification_tenant_id_event_id FOREIGN KEY (tenant_id, event_id) REFERENCES public.event(tenant_id, id);
ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT fk_order_line_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT fk_order_line_tenant_id_order_id FOREIGN KEY (tenant_id, order_id) REFERENCES public.orders(tenant_id, id);
ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT fk_order_line_tenant_id_product_id FOREIGN KEY (tenant_id, product_id) REFERENCES public.product(tenant_id, id);
ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT fk_order_line_tenant_id_promotion_id FOREIGN KEY (tenant_id, promotion_id) REFERENCES public.promotion(tenant_id, id);
ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT fk_order_line_tenant_id_seller_id FOREIGN KEY (tenant_id, seller_id) REFERENCES public.users(tenant_id, id);
ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT fk_order_line_tenant_id_variant_id FOREIGN KEY (tenant_id, variant_id) REFERENCES public.variant(tenant_id, id);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT fk_orders_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT fk_orders_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customer(tenant_id, id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT fk_outbox_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT fk_outbox_tenant_id_event_id FOREIGN KEY (tenant_id, event_id) REFERENCES public.event(tenant_id, id);
ALTER TABLE ONLY public.payment_event
    ADD CONSTRAINT fk_payment_event_tenant_id_event_id FOREIGN KEY (tenant_id, event_id) REFERENCES public.event(tenant_id, id);
ALTER TABLE ONLY public.payment_event
    ADD CONSTRAINT fk_payment_event_tenant_id_payment_id FOREIGN KEY (tenant_id, payment_id) REFERENCES public.payment(tenant_id, id);
ALTER TABLE ONLY public.payment_method
    ADD CONSTRAINT fk_payment_method_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.payment_method
    ADD CONSTRAINT fk_payment_method_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customer(tenant_id, id);
ALTER TABLE ONLY public.payment
    ADD CONSTRAINT fk_payment_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.payment
    ADD CONSTRAINT fk_payment_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customer(tenant_id, id);
ALTER TABLE ONLY public.payment
    ADD CONSTRAINT fk_payment_tenant_id_order_id FOREIGN KEY (tenant_id, order_id) REFERENCES public.orders(tenant_id, id);
ALTER TABLE ONLY public.payment
    ADD CONSTRAINT fk_payment_tenant_id_payment_method_id FOREIGN KEY (tenant_id, payment_method_id) REFERENCES public.payment_method(tenant_id, id);
ALTER TABLE ONLY public.posting
    ADD CONSTRAINT fk_posting_tenant_id_credit_account_id FOREIGN KEY (tenant_id, credit_account_id) REFERENCES public.account(tenant_id, id);
ALTER TABLE ONLY public.posting
    ADD CONSTRAINT fk_posting_tenant_id_debit_account_id FOREIGN KEY (tenant_id, debit_account_id) REFERENCES public.account(tenant_id, id);
ALTER TABLE ONLY public.posting
    ADD CONSTRAINT fk_posting_tenant_id_event_id FOREIGN KEY (tenant_id, event_id) REFERENCES public.event(tenant_id, id);
ALTER TABLE ONLY public.product
    ADD CONSTRAINT fk_product_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.product
    ADD CONSTRAINT fk_product_tenant_id_brand_id FOREIGN KEY (tenant_id, brand_id) REFERENCES public.brand(tenant_id, id);
ALTER TABLE ONLY public.product
    ADD CONSTRAINT fk_product_tenant_id_category_id FOREIGN KEY (tenant_id, category_id) REFERENCES public.category(tenant_id, id);
ALTER TABLE ONLY public.product
    ADD CONSTRAINT fk_product_tenant_id_seller_id FOREIGN KEY (tenant_id, seller_id) REFERENCES public.users(tenant_id, id);
ALTER TABLE ONLY public.promotion
    ADD CONSTRAINT fk_promotion_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.promotion
    ADD CONSTRAINT fk_promotion_tenant_id_category_id FOREIGN KEY (tenant_id, category_id) REFERENCES public.category(tenant_id, id);
ALTER TABLE ONLY public.promotion
    ADD CONSTRAINT fk_promotion_tenant_id_product_id FOREIGN KEY (tenant_id, product_id) REFERENCES public.product(tenant_id, id);
ALTER TABLE ONLY public.provider_record
    ADD CONSTRAINT fk_provider_record_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.return_request
    ADD CONSTRAINT fk_return_request_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.return_request
    ADD CONSTRAINT fk_return_request_tenant_id_order_id_position FOREIGN KEY (tenant_id, order_id, "position") REFERENCES public.order_line(tenant_id, order_id, "position");
ALTER TABLE ONLY public.review
    ADD CONSTRAINT fk_review_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.review
    ADD CONSTRAINT fk_review_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customer(tenant_id, id);
ALTER TABLE ONLY public.review
    ADD CONSTRAINT fk_review_tenant_id_order_id FOREIGN KEY (tenant_id, order_id) REFERENCES public.orders(tenant_id, id);
ALTER TABLE ONLY public.review
    ADD CONSTRAINT fk_review_tenant_id_product_id FOREIGN KEY (tenant_id, product_id) REFERENCES public.product(tenant_id, id);
ALTER TABLE ONLY public.score
    ADD CONSTRAINT fk_score_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.score
    ADD CONSTRAINT fk_score_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customer(tenant_id, id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT fk_users_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT fk_users_tenant_id_customer_id FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customer(tenant_id, id);
ALTER TABLE ONLY public.variant
    ADD CONSTRAINT fk_variant_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenant(id);
ALTER TABLE ONLY public.variant
    ADD CONSTRAINT fk_variant_tenant_id_product_id FOREIGN KEY (tenant_id, product_id) REFERENCES public.product(tenant_id, id);
ALTER TABLE public.account ENABLE ROW LEVEL SECURITY;
CREATE POLICY account_of_tenant ON public.account USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.api_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_key_of_tenant ON public.api_key USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.auction ENABLE ROW LEVEL SECURITY;
CREATE POLICY auction_of_tenant ON public.auction USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.bid ENABLE ROW LEVEL SECURITY;
CREATE POLICY bid_of_tenant ON public.bid USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.brand ENABLE ROW LEVEL SECURITY;
CREATE POLICY brand_of_tenant ON public.brand USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.category ENABLE ROW LEVEL SECURITY;
CREATE POLICY category_of_tenant ON public.category USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.counter ENABLE ROW LEVEL SECURITY;
CREATE POLICY counter_of_tenant ON public.counter USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.customer ENABLE ROW LEVEL SECURITY;
CREATE POLICY customer_of_tenant ON public.customer USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.delivery ENABLE ROW LEVEL SECURITY;
CREATE POLICY delivery_of_tenant ON public.delivery USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.dispute ENABLE ROW LEVEL SECURITY;
CREATE POLICY dispute_of_tenant ON public.dispute USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.event ENABLE ROW LEVEL SECURITY;
CREATE POLICY event_of_tenant ON public.event USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.idempotency_record ENABLE ROW LEVEL SECURITY;
CREATE POLICY idempotency_record_of_tenant ON public.idempotency_record USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY invoice_of_tenant ON public.invoice USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.note ENABLE ROW LEVEL SECURITY;
CREATE POLICY note_of_tenant ON public.note USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.notification ENABLE ROW LEVEL SECURITY;
CREATE POLICY notification_of_tenant ON public.notification USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.order_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY order_line_of_tenant ON public.order_line USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY orders_of_tenant ON public.orders USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.outbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY outbox_of_tenant ON public.outbox USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.payment ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.payment_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY payment_event_of_tenant ON public.payment_event USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.payment_method ENABLE ROW LEVEL SECURITY;
CREATE POLICY payment_method_of_tenant ON public.payment_method USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
CREATE POLICY payment_of_tenant ON public.payment USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.posting ENABLE ROW LEVEL SECURITY;
CREATE POLICY posting_of_tenant ON public.posting USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.product ENABLE ROW LEVEL SECURITY;
CREATE POLICY product_of_tenant ON public.product USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.promotion ENABLE ROW LEVEL SECURITY;
CREATE POLICY promotion_of_tenant ON public.promotion USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.provider_record ENABLE ROW LEVEL SECURITY;
CREATE POLICY provider_record_of_tenant ON public.provider_record USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.return_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY return_request_of_tenant ON public.return_request USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.review ENABLE ROW LEVEL SECURITY;
CREATE POLICY review_of_tenant ON public.review USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.tenant ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_of_tenant ON public.tenant USING ((id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY users_of_tenant ON public.users USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
ALTER TABLE public.variant ENABLE ROW LEVEL SECURITY;
CREATE POLICY variant_of_tenant ON public.variant USING ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer)) WITH CHECK ((tenant_id = (NULLIF(current_setting('bellwether.tenant_id'::text, true), ''::text))::integer));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.account TO bellwether_tenant;
GRANT ALL ON SEQUENCE public.account_id_seq TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_key TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auction TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.bid TO bellwether_tenant;
GRANT ALL ON SEQUENCE public.bid_id_seq TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.brand TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.category TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.counter TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.customer TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.delivery TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.dispute TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.event TO bellwether_tenant;
GRANT ALL ON SEQUENCE public.event_id_seq TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_record TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.invoice TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.note TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.notification TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.order_line TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.orders TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.outbox TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.payment TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.payment_event TO bellwether_tenant;
GRANT ALL ON SEQUENCE public.payment_event_id_seq TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.payment_method TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.posting TO bellwether_tenant;
GRANT ALL ON SEQUENCE public.posting_id_seq TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.product TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.promotion TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.provider_record TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.return_request TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.review TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tenant TO bellwether_tenant;
GRANT ALL ON SEQUENCE public.tenant_id_seq TO bellwether_tenant;
GRANT SELECT ON TABLE public.transition TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.users TO bellwether_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.variant TO bellwether_tenant;

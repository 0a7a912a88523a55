BEGIN TRANSACTION;
CREATE TABLE account (
	id INTEGER NOT NULL,
	tenant_id INTEGER NOT NULL,
	asset TEXT NOT NULL,
	kind TEXT NOT NULL,
	"key" TEXT DEFAULT '' NOT NULL,
	balance BIGINT, last_posting_id BIGINT,
	CONSTRAINT pk_account PRIMARY KEY (id),
	CONSTRAINT ck_account_balance CHECK (balance >= 0),
	CONSTRAINT fk_account_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT uq_account_tenant_id_asset_kind_key UNIQUE (tenant_id, asset, kind, "key"),
	CONSTRAINT uq_account_tenant_id_id UNIQUE (tenant_id, id)
);
INSERT INTO "account" VALUES(1,1,'EUR','wallet','29a85ae4b161414d9d5b013b3eb8637c',3811,4);
INSERT INTO "account" VALUES(2,1,'EUR','external','',NULL,NULL);
INSERT INTO "account" VALUES(3,1,'SKU:885294d53f0946349139d2ef69442730','on_hand','',9,3);
INSERT INTO "account" VALUES(4,1,'SKU:885294d53f0946349139d2ef69442730','external','',NULL,NULL);
INSERT INTO "account" VALUES(5,1,'SKU:885294d53f0946349139d2ef69442730','held','706c052ad7d54d368a62e5878401d58b',1,3);
INSERT INTO "account" VALUES(6,1,'EUR','held','706c052ad7d54d368a62e5878401d58b',1189,4);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('c005');
INSERT INTO "alembic_version" VALUES('s001');
CREATE TABLE api_key (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	name TEXT NOT NULL,
	prefix TEXT NOT NULL,
	secret_hash TEXT NOT NULL,
	role TEXT NOT NULL,
	user_id CHAR(32),
	created_at BIGINT NOT NULL,
	revoked_at BIGINT,
	CONSTRAINT pk_api_key PRIMARY KEY (tenant_id, id),
	CONSTRAINT ck_api_key_role CHECK (role IN ('user', 'seller', 'delivery', 'admin', 'superadmin')),
	CONSTRAINT fk_api_key_tenant_id_user_id FOREIGN KEY(tenant_id, user_id) REFERENCES users (tenant_id, id),
	CONSTRAINT fk_api_key_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT uq_api_key_prefix UNIQUE (prefix)
);
CREATE TABLE auction (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	external_id TEXT,
	product_id CHAR(32),
	variant_id CHAR(32),
	seller_id CHAR(32),
	status TEXT NOT NULL,
	currency TEXT NOT NULL,
	opening_minor BIGINT NOT NULL,
	reserve_minor BIGINT,
	buy_now_minor BIGINT,
	increments JSON,
	starts_at BIGINT NOT NULL,
	ends_at BIGINT NOT NULL,
	extension_seconds INTEGER DEFAULT '0' NOT NULL,
	extensions_left INTEGER DEFAULT '0' NOT NULL,
	order_id CHAR(32),
	event_id BIGINT,
	CONSTRAINT pk_auction PRIMARY KEY (tenant_id, id),
	CONSTRAINT ck_auction_status CHECK (status IN ('draft', 'submitted', 'scheduled', 'live', 'sold', 'unsold', 'rejected')),
	CONSTRAINT ck_auction_buy_now_minor CHECK (buy_now_minor > opening_minor),
	CONSTRAINT ck_auction_extensions_left CHECK (extensions_left >= 0),
	CONSTRAINT ck_auction_opening_minor CHECK (opening_minor > 0),
	CONSTRAINT ck_auction_reserve_minor CHECK (reserve_minor >= opening_minor),
	CONSTRAINT ck_auction_period CHECK (starts_at < ends_at),
	CONSTRAINT fk_auction_tenant_id_order_id FOREIGN KEY(tenant_id, order_id) REFERENCES orders (tenant_id, id),
	CONSTRAINT fk_auction_tenant_id_product_id FOREIGN KEY(tenant_id, product_id) REFERENCES product (tenant_id, id),
	CONSTRAINT fk_auction_tenant_id_seller_id FOREIGN KEY(tenant_id, seller_id) REFERENCES users (tenant_id, id),
	CONSTRAINT fk_auction_tenant_id_variant_id FOREIGN KEY(tenant_id, variant_id) REFERENCES variant (tenant_id, id),
	CONSTRAINT fk_auction_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT uq_auction_tenant_id_external_id UNIQUE (tenant_id, external_id)
);
CREATE TABLE bid (
	id INTEGER NOT NULL,
	tenant_id INTEGER NOT NULL,
	auction_id CHAR(32) NOT NULL,
	customer_id CHAR(32) NOT NULL,
	event_id BIGINT NOT NULL,
	amount_minor BIGINT NOT NULL,
	maximum_minor BIGINT NOT NULL,
	placed_at BIGINT NOT NULL,
	CONSTRAINT pk_bid PRIMARY KEY (id),
	CONSTRAINT ck_bid_amounts CHECK (amount_minor > 0 AND maximum_minor >= amount_minor),
	CONSTRAINT fk_bid_tenant_id_auction_id FOREIGN KEY(tenant_id, auction_id) REFERENCES auction (tenant_id, id),
	CONSTRAINT fk_bid_tenant_id_customer_id FOREIGN KEY(tenant_id, customer_id) REFERENCES customer (tenant_id, id),
	CONSTRAINT fk_bid_tenant_id_event_id FOREIGN KEY(tenant_id, event_id) REFERENCES event (tenant_id, id),
	CONSTRAINT uq_bid_tenant_id_id UNIQUE (tenant_id, id)
);
CREATE TABLE brand (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	name TEXT NOT NULL,
	owner_id CHAR(32),
	status TEXT NOT NULL,
	reason TEXT,
	event_id BIGINT,
	CONSTRAINT pk_brand PRIMARY KEY (tenant_id, id),
	CONSTRAINT ck_brand_status CHECK (status IN ('pending', 'approved', 'rejected')),
	CONSTRAINT fk_brand_tenant_id_owner_id FOREIGN KEY(tenant_id, owner_id) REFERENCES users (tenant_id, id),
	CONSTRAINT fk_brand_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT uq_brand_tenant_id_name UNIQUE (tenant_id, name)
);
CREATE TABLE category (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	parent_id CHAR(32),
	name TEXT NOT NULL,
	CONSTRAINT pk_category PRIMARY KEY (tenant_id, id),
	CONSTRAINT fk_category_tenant_id_parent_id FOREIGN KEY(tenant_id, parent_id) REFERENCES category (tenant_id, id),
	CONSTRAINT fk_category_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT uq_category_tenant_id_name UNIQUE (tenant_id, name)
);
CREATE TABLE counter (
	tenant_id INTEGER NOT NULL,
	name TEXT NOT NULL,
	value BIGINT NOT NULL,
	CONSTRAINT pk_counter PRIMARY KEY (tenant_id, name),
	CONSTRAINT fk_counter_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);
INSERT INTO "counter" VALUES(1,'customer',1);
INSERT INTO "counter" VALUES(1,'product',1);
INSERT INTO "counter" VALUES(1,'orders',1);
CREATE TABLE "customer" (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	number BIGINT NOT NULL,
	external_id TEXT,
	full_name TEXT,
	email TEXT,
	phone TEXT,
	country TEXT,
	created_at BIGINT NOT NULL,
	latitude FLOAT,
	longitude FLOAT,
	address TEXT,
	erased_at BIGINT,
	CONSTRAINT pk_customer PRIMARY KEY (tenant_id, id),
	CONSTRAINT uq_customer_tenant_id_number UNIQUE (tenant_id, number),
	CONSTRAINT uq_customer_tenant_id_external_id UNIQUE (tenant_id, external_id),
	CONSTRAINT fk_customer_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT ck_customer_latitude CHECK (latitude BETWEEN -90 AND 90),
	CONSTRAINT ck_customer_longitude CHECK (longitude BETWEEN -180 AND 180)
);
INSERT INTO "customer" VALUES(1,'29a85ae4b161414d9d5b013b3eb8637c',1,NULL,NULL,NULL,NULL,'DE',1772366400000000,52.5,13.4,'Tick Street 1',NULL);
CREATE TABLE "delivery" (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	order_id CHAR(32) NOT NULL,
	status TEXT NOT NULL,
	promised_at BIGINT,
	delivered_at BIGINT,
	courier_id CHAR(32),
	pin_hash TEXT,
	token_hash TEXT,
	proof_expires_at BIGINT,
	wrong_tries INTEGER DEFAULT '0' NOT NULL,
	proof_latitude FLOAT,
	proof_longitude FLOAT,
	event_id BIGINT,
	CONSTRAINT pk_delivery PRIMARY KEY (tenant_id, id),
	CONSTRAINT ck_delivery_status CHECK (status IN ('available', 'processing', 'shipped', 'delivered')),
	CONSTRAINT fk_delivery_tenant_id_order_id FOREIGN KEY(tenant_id, order_id) REFERENCES orders (tenant_id, id),
	CONSTRAINT fk_delivery_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT ck_delivery_wrong_tries CHECK (wrong_tries >= 0),
	CONSTRAINT fk_delivery_tenant_id_courier_id FOREIGN KEY(tenant_id, courier_id) REFERENCES users (tenant_id, id)
);
INSERT INTO "delivery" VALUES(1,'945880956fbf44a4ad70985c624cf78f','706c052ad7d54d368a62e5878401d58b','available',1772798400000000,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,12);
CREATE TABLE dispute (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	payment_id CHAR(32) NOT NULL,
	customer_id CHAR(32),
	reference TEXT,
	status TEXT NOT NULL,
	amount_minor BIGINT NOT NULL,
	currency TEXT NOT NULL,
	reason TEXT,
	opened_at BIGINT NOT NULL,
	event_id BIGINT,
	CONSTRAINT pk_dispute PRIMARY KEY (tenant_id, id),
	CONSTRAINT ck_dispute_status CHECK (status IN ('open', 'won', 'lost')),
	CONSTRAINT ck_dispute_amount_minor CHECK (amount_minor > 0),
	CONSTRAINT fk_dispute_tenant_id_customer_id FOREIGN KEY(tenant_id, customer_id) REFERENCES customer (tenant_id, id),
	CONSTRAINT fk_dispute_tenant_id_payment_id FOREIGN KEY(tenant_id, payment_id) REFERENCES payment (tenant_id, id),
	CONSTRAINT fk_dispute_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT uq_dispute_tenant_id_reference UNIQUE (tenant_id, reference)
);
CREATE TABLE event (
	id INTEGER NOT NULL,
	tenant_id INTEGER NOT NULL,
	type TEXT NOT NULL,
	customer_id CHAR(32),
	actor_id CHAR(32),
	seller_id CHAR(32),
	product_id CHAR(32),
	aggregate_type TEXT,
	aggregate_id TEXT,
	occurred_at BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	ingested_at BIGINT NOT NULL,
	due_at BIGINT,
	amount_minor BIGINT,
	currency TEXT,
	base_minor BIGINT,
	quantity BIGINT,
	value BIGINT,
	method TEXT,
	category TEXT,
	reason TEXT,
	source_key TEXT NOT NULL,
	attributes JSON,
	CONSTRAINT pk_event PRIMARY KEY (id),
	CONSTRAINT ck_event_amount_has_currency CHECK ((amount_minor IS NULL) = (base_minor IS NULL) AND (amount_minor IS NULL OR currency IS NOT NULL)),
	CONSTRAINT ck_event_recorded_after_occurred CHECK (recorded_at >= occurred_at),
	CONSTRAINT fk_event_tenant_id_customer_id FOREIGN KEY(tenant_id, customer_id) REFERENCES customer (tenant_id, id),
	CONSTRAINT fk_event_tenant_id_product_id FOREIGN KEY(tenant_id, product_id) REFERENCES product (tenant_id, id),
	CONSTRAINT fk_event_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT uq_event_tenant_id_id UNIQUE (tenant_id, id),
	CONSTRAINT uq_event_tenant_id_source_key UNIQUE (tenant_id, source_key)
);
INSERT INTO "event" VALUES(1,1,'customer.registered','29a85ae4b161414d9d5b013b3eb8637c',NULL,NULL,NULL,'customer','29a85ae4b161414d9d5b013b3eb8637c',1772366400000000,1772366400000000,1772366400000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'live:fd370488582947ff9d6f831db4b0942a:0',NULL);
INSERT INTO "event" VALUES(2,1,'payment.created','29a85ae4b161414d9d5b013b3eb8637c',NULL,NULL,NULL,'payment','2ba75b4600574706a0a494619bb1b7cd',1772366400000000,1772366400000000,1772366400000000,NULL,5000,'EUR',5000,NULL,NULL,NULL,NULL,NULL,'live:a829539a80564a67b84e25d158ad1a06:0',NULL);
INSERT INTO "event" VALUES(3,1,'wallet.topped_up','29a85ae4b161414d9d5b013b3eb8637c',NULL,NULL,NULL,'payment','2ba75b4600574706a0a494619bb1b7cd',1772366400000000,1772366400000000,1772366400000000,NULL,5000,'EUR',5000,NULL,NULL,NULL,NULL,NULL,'live:32e59835702c4ff1abe7711b1b09b5e8:0',NULL);
INSERT INTO "event" VALUES(4,1,'product.submitted',NULL,NULL,NULL,NULL,'product','17df800d22984ad4bcb345468dc95181',1772366400000000,1772366400000000,1772366400000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'live:863cfdd42446429ba97942f0156b0481:0',NULL);
INSERT INTO "event" VALUES(5,1,'product.approved',NULL,NULL,NULL,'17df800d22984ad4bcb345468dc95181','product','17df800d22984ad4bcb345468dc95181',1772366400000000,1772366400000000,1772366400000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'live:9272701936b241caaea74f80522fa6c0:0',NULL);
INSERT INTO "event" VALUES(6,1,'stock.received',NULL,NULL,NULL,'17df800d22984ad4bcb345468dc95181','variant','885294d53f0946349139d2ef69442730',1772366400000000,1772366400000000,1772366400000000,NULL,NULL,NULL,NULL,10,NULL,NULL,NULL,NULL,'live:b395d2ab55de4e32b7c6005dc10ec6f4:0',NULL);
INSERT INTO "event" VALUES(7,1,'cart.opened','29a85ae4b161414d9d5b013b3eb8637c','6dd3ec94dafd4011af2289a1fd5d7856',NULL,NULL,'order','706c052ad7d54d368a62e5878401d58b',1772366400000000,1772366400000000,1772366400000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'live:445db232a4ae4cf5bca9fa714595ab81:0',NULL);
INSERT INTO "event" VALUES(8,1,'order.placed','29a85ae4b161414d9d5b013b3eb8637c','6dd3ec94dafd4011af2289a1fd5d7856',NULL,NULL,'order','706c052ad7d54d368a62e5878401d58b',1772366400000000,1772366400000000,1772366400000000,NULL,1189,'EUR',1189,1,1,'web',NULL,NULL,'live:77f9d2c8926e419aa20187de448c6f2d:0',NULL);
INSERT INTO "event" VALUES(9,1,'order.line','29a85ae4b161414d9d5b013b3eb8637c','6dd3ec94dafd4011af2289a1fd5d7856',NULL,'17df800d22984ad4bcb345468dc95181','order','706c052ad7d54d368a62e5878401d58b',1772366400000000,1772366400000000,1772366400000000,NULL,1189,'EUR',1189,1,NULL,NULL,NULL,NULL,'live:77f9d2c8926e419aa20187de448c6f2d:1',NULL);
INSERT INTO "event" VALUES(10,1,'payment.created','29a85ae4b161414d9d5b013b3eb8637c','6dd3ec94dafd4011af2289a1fd5d7856',NULL,NULL,'payment','bc03c68ac900456c9be2b9e72c6f73bb',1772366400000000,1772366400000000,1772366400000000,NULL,1189,'EUR',1189,NULL,NULL,'wallet',NULL,NULL,'live:77f9d2c8926e419aa20187de448c6f2d:2',NULL);
INSERT INTO "event" VALUES(11,1,'wallet.held','29a85ae4b161414d9d5b013b3eb8637c','6dd3ec94dafd4011af2289a1fd5d7856',NULL,NULL,'wallet','706c052ad7d54d368a62e5878401d58b',1772366400000000,1772366400000000,1772366400000000,NULL,1189,'EUR',1189,NULL,NULL,NULL,NULL,'escrow_hold','live:77f9d2c8926e419aa20187de448c6f2d:3',NULL);
INSERT INTO "event" VALUES(12,1,'delivery.promised','29a85ae4b161414d9d5b013b3eb8637c','6dd3ec94dafd4011af2289a1fd5d7856',NULL,NULL,'delivery','945880956fbf44a4ad70985c624cf78f',1772366400000000,1772366400000000,1772366400000000,1772798400000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'live:77f9d2c8926e419aa20187de448c6f2d:4',NULL);
CREATE TABLE idempotency_record (
	tenant_id INTEGER NOT NULL,
	operation TEXT NOT NULL,
	"key" TEXT NOT NULL,
	request_hash TEXT NOT NULL,
	result JSON,
	created_at BIGINT NOT NULL,
	CONSTRAINT pk_idempotency_record PRIMARY KEY (tenant_id, operation, "key"),
	CONSTRAINT fk_idempotency_record_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);
CREATE TABLE "invoice" (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	external_id TEXT,
	order_id CHAR(32),
	customer_id CHAR(32) NOT NULL,
	amount_minor BIGINT NOT NULL,
	currency TEXT NOT NULL,
	issued_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	payment_id CHAR(32),
	CONSTRAINT pk_invoice PRIMARY KEY (tenant_id, id),
	CONSTRAINT fk_invoice_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT uq_invoice_tenant_id_external_id UNIQUE (tenant_id, external_id),
	CONSTRAINT fk_invoice_tenant_id_customer_id FOREIGN KEY(tenant_id, customer_id) REFERENCES customer (tenant_id, id),
	CONSTRAINT fk_invoice_tenant_id_order_id FOREIGN KEY(tenant_id, order_id) REFERENCES orders (tenant_id, id),
	CONSTRAINT fk_invoice_tenant_id_payment_id FOREIGN KEY(tenant_id, payment_id) REFERENCES payment (tenant_id, id)
);
CREATE TABLE note (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	customer_id CHAR(32) NOT NULL,
	author_id CHAR(32),
	body TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	CONSTRAINT pk_note PRIMARY KEY (tenant_id, id),
	CONSTRAINT fk_note_tenant_id_author_id FOREIGN KEY(tenant_id, author_id) REFERENCES users (tenant_id, id),
	CONSTRAINT fk_note_tenant_id_customer_id FOREIGN KEY(tenant_id, customer_id) REFERENCES customer (tenant_id, id),
	CONSTRAINT fk_note_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);
CREATE TABLE notification (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	event_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	recipient_type TEXT NOT NULL,
	recipient_id CHAR(32) NOT NULL,
	subject_type TEXT,
	subject_id TEXT,
	content JSON NOT NULL,
	created_at BIGINT NOT NULL,
	mailed_at BIGINT,
	read_at BIGINT,
	CONSTRAINT pk_notification PRIMARY KEY (tenant_id, id),
	CONSTRAINT ck_notification_recipient_type CHECK (recipient_type IN ('customer', 'user')),
	CONSTRAINT fk_notification_tenant_id_event_id FOREIGN KEY(tenant_id, event_id) REFERENCES event (tenant_id, id),
	CONSTRAINT fk_notification_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT uq_notification_tenant_id_event_id_kind_recipient_id UNIQUE (tenant_id, event_id, kind, recipient_id)
);
CREATE TABLE "order_line" (
	tenant_id INTEGER NOT NULL,
	order_id CHAR(32) NOT NULL,
	position INTEGER NOT NULL,
	product_id CHAR(32),
	variant_id CHAR(32),
	quantity BIGINT NOT NULL,
	returned_quantity BIGINT DEFAULT '0' NOT NULL,
	unit_price TEXT,
	amount_minor BIGINT NOT NULL,
	seller_id CHAR(32),
	promotion_id CHAR(32),
	discount_minor BIGINT DEFAULT '0' NOT NULL,
	tax_minor BIGINT DEFAULT '0' NOT NULL,
	CONSTRAINT pk_order_line PRIMARY KEY (tenant_id, order_id, position),
	CONSTRAINT fk_order_line_tenant_id_order_id FOREIGN KEY(tenant_id, order_id) REFERENCES orders (tenant_id, id),
	CONSTRAINT ck_order_line_quantity CHECK (quantity >= 0),
	CONSTRAINT ck_order_line_returned_quantity CHECK (returned_quantity >= 0 AND returned_quantity <= quantity),
	CONSTRAINT fk_order_line_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT fk_order_line_tenant_id_product_id FOREIGN KEY(tenant_id, product_id) REFERENCES product (tenant_id, id),
	CONSTRAINT fk_order_line_tenant_id_variant_id FOREIGN KEY(tenant_id, variant_id) REFERENCES variant (tenant_id, id),
	CONSTRAINT fk_order_line_tenant_id_seller_id FOREIGN KEY(tenant_id, seller_id) REFERENCES users (tenant_id, id),
	CONSTRAINT fk_order_line_tenant_id_promotion_id FOREIGN KEY(tenant_id, promotion_id) REFERENCES promotion (tenant_id, id)
);
INSERT INTO "order_line" VALUES(1,'706c052ad7d54d368a62e5878401d58b',1,'17df800d22984ad4bcb345468dc95181','885294d53f0946349139d2ef69442730',1,0,'9.99',1189,NULL,NULL,0,190);
CREATE TABLE "orders" (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	number BIGINT NOT NULL,
	external_id TEXT,
	customer_id CHAR(32),
	status TEXT NOT NULL,
	total_minor BIGINT NOT NULL,
	currency TEXT NOT NULL,
	placed_at BIGINT,
	method TEXT,
	discount_minor BIGINT DEFAULT '0' NOT NULL,
	tax_minor BIGINT DEFAULT '0' NOT NULL,
	country TEXT,
	latitude FLOAT,
	longitude FLOAT,
	address TEXT,
	event_id BIGINT,
	CONSTRAINT pk_orders PRIMARY KEY (tenant_id, id),
	CONSTRAINT uq_orders_tenant_id_number UNIQUE (tenant_id, number),
	CONSTRAINT fk_orders_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT ck_orders_status CHECK (status IN ('cart', 'placed', 'completed', 'cancelled')),
	CONSTRAINT fk_orders_tenant_id_customer_id FOREIGN KEY(tenant_id, customer_id) REFERENCES customer (tenant_id, id),
	CONSTRAINT uq_orders_tenant_id_external_id UNIQUE (tenant_id, external_id),
	CONSTRAINT ck_orders_latitude CHECK (latitude BETWEEN -90 AND 90),
	CONSTRAINT ck_orders_longitude CHECK (longitude BETWEEN -180 AND 180)
);
INSERT INTO "orders" VALUES(1,'706c052ad7d54d368a62e5878401d58b',1,NULL,'29a85ae4b161414d9d5b013b3eb8637c','placed',1189,'EUR',1772366400000000,'wallet',0,190,'DE',52.5,13.4,'Tick Street 1',8);
CREATE TABLE outbox (
	tenant_id INTEGER NOT NULL,
	event_id BIGINT NOT NULL,
	published_at BIGINT, attempts INTEGER DEFAULT '0' NOT NULL, retry_at BIGINT,
	CONSTRAINT pk_outbox PRIMARY KEY (tenant_id, event_id),
	CONSTRAINT fk_outbox_tenant_id_event_id FOREIGN KEY(tenant_id, event_id) REFERENCES event (tenant_id, id),
	CONSTRAINT fk_outbox_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);
INSERT INTO "outbox" VALUES(1,1,NULL,0,NULL);
INSERT INTO "outbox" VALUES(1,2,NULL,0,NULL);
INSERT INTO "outbox" VALUES(1,3,NULL,0,NULL);
INSERT INTO "outbox" VALUES(1,4,NULL,0,NULL);
INSERT INTO "outbox" VALUES(1,5,NULL,0,NULL);
INSERT INTO "outbox" VALUES(1,6,NULL,0,NULL);
INSERT INTO "outbox" VALUES(1,7,NULL,0,NULL);
INSERT INTO "outbox" VALUES(1,8,NULL,0,NULL);
INSERT INTO "outbox" VALUES(1,9,NULL,0,NULL);
INSERT INTO "outbox" VALUES(1,10,NULL,0,NULL);
INSERT INTO "outbox" VALUES(1,11,NULL,0,NULL);
INSERT INTO "outbox" VALUES(1,12,NULL,0,NULL);
CREATE TABLE "payment" (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	order_id CHAR(32),
	customer_id CHAR(32),
	method TEXT,
	status TEXT NOT NULL,
	amount_minor BIGINT NOT NULL,
	currency TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	provider TEXT,
	reference TEXT,
	payment_method_id CHAR(32),
	heard_at BIGINT,
	event_id BIGINT,
	CONSTRAINT pk_payment PRIMARY KEY (tenant_id, id),
	CONSTRAINT ck_payment_status CHECK (status IN ('requires_payment_method', 'requires_confirmation', 'requires_action', 'processing', 'requires_capture', 'canceled', 'succeeded')),
	CONSTRAINT fk_payment_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT fk_payment_tenant_id_order_id FOREIGN KEY(tenant_id, order_id) REFERENCES orders (tenant_id, id),
	CONSTRAINT fk_payment_tenant_id_customer_id FOREIGN KEY(tenant_id, customer_id) REFERENCES customer (tenant_id, id),
	CONSTRAINT uq_payment_tenant_id_provider_reference UNIQUE (tenant_id, provider, reference),
	CONSTRAINT fk_payment_tenant_id_payment_method_id FOREIGN KEY(tenant_id, payment_method_id) REFERENCES payment_method (tenant_id, id)
);
INSERT INTO "payment" VALUES(1,'2ba75b4600574706a0a494619bb1b7cd',NULL,'29a85ae4b161414d9d5b013b3eb8637c',NULL,'succeeded',5000,'EUR',1772366400000000,NULL,NULL,NULL,NULL,3);
INSERT INTO "payment" VALUES(1,'bc03c68ac900456c9be2b9e72c6f73bb','706c052ad7d54d368a62e5878401d58b','29a85ae4b161414d9d5b013b3eb8637c','wallet','requires_capture',1189,'EUR',1772366400000000,'wallet',NULL,NULL,NULL,10);
CREATE TABLE payment_event (
	id INTEGER NOT NULL,
	tenant_id INTEGER NOT NULL,
	payment_id CHAR(32) NOT NULL,
	event_id BIGINT NOT NULL,
	type TEXT NOT NULL,
	amount_minor BIGINT NOT NULL,
	occurred_at BIGINT NOT NULL, reference TEXT,
	CONSTRAINT pk_payment_event PRIMARY KEY (id),
	CONSTRAINT fk_payment_event_tenant_id_event_id FOREIGN KEY(tenant_id, event_id) REFERENCES event (tenant_id, id),
	CONSTRAINT fk_payment_event_tenant_id_payment_id FOREIGN KEY(tenant_id, payment_id) REFERENCES payment (tenant_id, id)
);
CREATE TABLE payment_method (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	customer_id CHAR(32) NOT NULL,
	provider TEXT NOT NULL,
	reference TEXT NOT NULL,
	brand TEXT,
	last4 TEXT,
	is_default BOOLEAN NOT NULL,
	attached_at BIGINT NOT NULL,
	detached_at BIGINT,
	CONSTRAINT pk_payment_method PRIMARY KEY (tenant_id, id),
	CONSTRAINT fk_payment_method_tenant_id_customer_id FOREIGN KEY(tenant_id, customer_id) REFERENCES customer (tenant_id, id),
	CONSTRAINT fk_payment_method_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT uq_payment_method_tenant_id_provider_reference UNIQUE (tenant_id, provider, reference)
);
CREATE TABLE posting (
	id INTEGER NOT NULL,
	tenant_id INTEGER NOT NULL,
	event_id BIGINT NOT NULL,
	asset TEXT NOT NULL,
	debit_account_id BIGINT NOT NULL,
	credit_account_id BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	CONSTRAINT pk_posting PRIMARY KEY (id),
	CONSTRAINT ck_posting_amount CHECK (amount > 0),
	CONSTRAINT ck_posting_accounts CHECK (debit_account_id <> credit_account_id),
	CONSTRAINT fk_posting_tenant_id_credit_account_id FOREIGN KEY(tenant_id, credit_account_id) REFERENCES account (tenant_id, id),
	CONSTRAINT fk_posting_tenant_id_debit_account_id FOREIGN KEY(tenant_id, debit_account_id) REFERENCES account (tenant_id, id),
	CONSTRAINT fk_posting_tenant_id_event_id FOREIGN KEY(tenant_id, event_id) REFERENCES event (tenant_id, id)
);
INSERT INTO "posting" VALUES(1,1,3,'EUR',2,1,5000);
INSERT INTO "posting" VALUES(2,1,6,'SKU:885294d53f0946349139d2ef69442730',4,3,10);
INSERT INTO "posting" VALUES(3,1,9,'SKU:885294d53f0946349139d2ef69442730',3,5,1);
INSERT INTO "posting" VALUES(4,1,11,'EUR',1,6,1189);
CREATE TABLE "product" (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	number BIGINT NOT NULL,
	external_id TEXT,
	name TEXT NOT NULL,
	category_id CHAR(32),
	brand_id CHAR(32),
	seller_id CHAR(32),
	description TEXT,
	status TEXT DEFAULT 'approved' NOT NULL,
	ratings_count BIGINT DEFAULT '0' NOT NULL,
	ratings_sum BIGINT DEFAULT '0' NOT NULL,
	event_id BIGINT,
	CONSTRAINT pk_product PRIMARY KEY (tenant_id, id),
	CONSTRAINT fk_product_tenant_id_category_id FOREIGN KEY(tenant_id, category_id) REFERENCES category (tenant_id, id),
	CONSTRAINT uq_product_tenant_id_external_id UNIQUE (tenant_id, external_id),
	CONSTRAINT fk_product_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT uq_product_tenant_id_number UNIQUE (tenant_id, number),
	CONSTRAINT ck_product_status CHECK (status IN ('submitted', 'approved', 'rejected', 'retired')),
	CONSTRAINT ck_product_ratings CHECK (ratings_count >= 0 AND ratings_sum BETWEEN ratings_count AND 5 * ratings_count),
	CONSTRAINT fk_product_tenant_id_brand_id FOREIGN KEY(tenant_id, brand_id) REFERENCES brand (tenant_id, id),
	CONSTRAINT fk_product_tenant_id_seller_id FOREIGN KEY(tenant_id, seller_id) REFERENCES users (tenant_id, id)
);
INSERT INTO "product" VALUES(1,'17df800d22984ad4bcb345468dc95181',1,NULL,'S0',NULL,NULL,NULL,NULL,'approved',0,0,5);
CREATE TABLE promotion (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	name TEXT NOT NULL,
	product_id CHAR(32),
	category_id CHAR(32),
	percent_bp INTEGER,
	amount_minor BIGINT,
	starts_at BIGINT,
	ends_at BIGINT,
	CONSTRAINT pk_promotion PRIMARY KEY (tenant_id, id),
	CONSTRAINT ck_promotion_one_discount CHECK ((percent_bp IS NULL) <> (amount_minor IS NULL)),
	CONSTRAINT ck_promotion_amount_minor CHECK (amount_minor > 0),
	CONSTRAINT ck_promotion_percent_bp CHECK (percent_bp BETWEEN 1 AND 10000),
	CONSTRAINT ck_promotion_period CHECK (starts_at < ends_at),
	CONSTRAINT fk_promotion_tenant_id_category_id FOREIGN KEY(tenant_id, category_id) REFERENCES category (tenant_id, id),
	CONSTRAINT fk_promotion_tenant_id_product_id FOREIGN KEY(tenant_id, product_id) REFERENCES product (tenant_id, id),
	CONSTRAINT fk_promotion_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);
CREATE TABLE provider_record (
	tenant_id INTEGER NOT NULL,
	reference TEXT NOT NULL,
	kind TEXT NOT NULL,
	document JSON NOT NULL,
	CONSTRAINT pk_provider_record PRIMARY KEY (tenant_id, reference),
	CONSTRAINT fk_provider_record_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id)
);
INSERT INTO "provider_record" VALUES(1,'8e82c75439dd4a018054d8867bbeee59','errand','{"provider": "stripe", "asked_at": 1772366400000000, "id": "8e82c75439dd4a018054d8867bbeee59", "verb": "attach", "subject": "b20705aac40b465ea40540df46b06660", "tenant": "acme", "intent": null, "charge": null, "amount": 0, "currency": "", "method": null, "owner": null, "manual": false, "reason": null, "position": null}');
INSERT INTO "provider_record" VALUES(1,'cus_1','customer','{"owner": "somebody"}');
CREATE TABLE "return_request" (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	order_id CHAR(32) NOT NULL,
	position INTEGER NOT NULL,
	quantity BIGINT NOT NULL,
	status TEXT NOT NULL,
	reason TEXT,
	requested_at BIGINT NOT NULL,
	received_quantity BIGINT,
	condition TEXT,
	seller_at_fault BOOLEAN,
	refund_minor BIGINT,
	event_id BIGINT,
	CONSTRAINT pk_return_request PRIMARY KEY (tenant_id, id),
	CONSTRAINT fk_return_request_tenant_id_order_id_position FOREIGN KEY(tenant_id, order_id, position) REFERENCES order_line (tenant_id, order_id, position),
	CONSTRAINT fk_return_request_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT ck_return_request_status CHECK (status IN ('requested', 'received', 'inspected', 'approved', 'rejected')),
	CONSTRAINT ck_return_request_quantity CHECK (quantity > 0),
	CONSTRAINT ck_return_request_received_quantity CHECK (received_quantity BETWEEN 0 AND quantity),
	CONSTRAINT ck_return_request_condition CHECK (condition IN ('new', 'opened', 'damaged'))
);
CREATE TABLE review (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	product_id CHAR(32) NOT NULL,
	order_id CHAR(32) NOT NULL,
	customer_id CHAR(32) NOT NULL,
	stars INTEGER NOT NULL,
	body TEXT,
	status TEXT NOT NULL,
	posted_at BIGINT NOT NULL,
	event_id BIGINT,
	CONSTRAINT pk_review PRIMARY KEY (tenant_id, id),
	CONSTRAINT ck_review_status CHECK (status IN ('posted', 'removed')),
	CONSTRAINT ck_review_stars CHECK (stars BETWEEN 1 AND 5),
	CONSTRAINT fk_review_tenant_id_customer_id FOREIGN KEY(tenant_id, customer_id) REFERENCES customer (tenant_id, id),
	CONSTRAINT fk_review_tenant_id_order_id FOREIGN KEY(tenant_id, order_id) REFERENCES orders (tenant_id, id),
	CONSTRAINT fk_review_tenant_id_product_id FOREIGN KEY(tenant_id, product_id) REFERENCES product (tenant_id, id),
	CONSTRAINT fk_review_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT uq_review_tenant_id_order_id_product_id UNIQUE (tenant_id, order_id, product_id)
);
CREATE TABLE score (
	request_id TEXT NOT NULL,
	tenant_id INTEGER NOT NULL,
	customer_id CHAR(32),
	model TEXT NOT NULL,
	model_version TEXT NOT NULL,
	as_of BIGINT NOT NULL,
	made_at BIGINT NOT NULL,
	origin TEXT NOT NULL,
	probability FLOAT NOT NULL,
	score INTEGER,
	band TEXT,
	rule_score INTEGER,
	rule_band TEXT,
	decision JSON NOT NULL,
	features JSON NOT NULL,
	reasons JSON NOT NULL,
	CONSTRAINT pk_score PRIMARY KEY (request_id),
	CONSTRAINT ck_score_origin CHECK (origin IN ('batch', 'online')),
	CONSTRAINT fk_score_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT fk_score_tenant_id_customer_id FOREIGN KEY(tenant_id, customer_id) REFERENCES customer (tenant_id, id)
);
INSERT INTO "score" VALUES('one',1,NULL,'churn','1',1,1,'batch',0.5,NULL,NULL,NULL,NULL,'{}','{}','[]');
CREATE TABLE tenant (
	id INTEGER NOT NULL,
	slug TEXT NOT NULL,
	zone TEXT NOT NULL,
	currency TEXT NOT NULL,
	clock_mode TEXT NOT NULL,
	observed_at BIGINT,
	created_at BIGINT NOT NULL, name TEXT, domain TEXT, settings JSON, closed_at BIGINT,
	CONSTRAINT pk_tenant PRIMARY KEY (id),
	CONSTRAINT ck_tenant_clock_mode CHECK (clock_mode IN ('wall', 'recorded')),
	CONSTRAINT uq_tenant_slug UNIQUE (slug)
);
INSERT INTO "tenant" VALUES(1,'acme','Europe/Berlin','EUR','recorded',NULL,1767225600000000,NULL,NULL,NULL,NULL);
CREATE TABLE transition (
	record TEXT NOT NULL,
	event TEXT NOT NULL,
	source TEXT NOT NULL,
	target TEXT NOT NULL,
	CONSTRAINT pk_transition PRIMARY KEY (record, event, source, target)
);
INSERT INTO "transition" VALUES('orders','cart.dropped','cart','cancelled');
INSERT INTO "transition" VALUES('orders','order.placed','cart','placed');
INSERT INTO "transition" VALUES('orders','order.completed','placed','completed');
INSERT INTO "transition" VALUES('orders','order.cancelled','placed','cancelled');
INSERT INTO "transition" VALUES('payment','payment.method_chosen','requires_payment_method','requires_confirmation');
INSERT INTO "transition" VALUES('payment','payment.confirmed','requires_confirmation','processing');
INSERT INTO "transition" VALUES('payment','payment.confirmed','requires_action','processing');
INSERT INTO "transition" VALUES('payment','payment.action_required','requires_confirmation','requires_action');
INSERT INTO "transition" VALUES('payment','payment.action_required','processing','requires_action');
INSERT INTO "transition" VALUES('payment','payment.authorised','requires_confirmation','requires_capture');
INSERT INTO "transition" VALUES('payment','payment.authorised','requires_action','requires_capture');
INSERT INTO "transition" VALUES('payment','payment.authorised','processing','requires_capture');
INSERT INTO "transition" VALUES('payment','payment.captured','requires_confirmation','succeeded');
INSERT INTO "transition" VALUES('payment','payment.captured','requires_confirmation','processing');
INSERT INTO "transition" VALUES('payment','payment.captured','requires_confirmation','requires_capture');
INSERT INTO "transition" VALUES('payment','payment.captured','requires_action','succeeded');
INSERT INTO "transition" VALUES('payment','payment.captured','requires_action','processing');
INSERT INTO "transition" VALUES('payment','payment.captured','requires_action','requires_capture');
INSERT INTO "transition" VALUES('payment','payment.captured','processing','succeeded');
INSERT INTO "transition" VALUES('payment','payment.captured','processing','requires_capture');
INSERT INTO "transition" VALUES('payment','payment.captured','requires_capture','succeeded');
INSERT INTO "transition" VALUES('payment','payment.captured','requires_capture','processing');
INSERT INTO "transition" VALUES('payment','wallet.topped_up','requires_confirmation','succeeded');
INSERT INTO "transition" VALUES('payment','wallet.topped_up','requires_action','succeeded');
INSERT INTO "transition" VALUES('payment','wallet.topped_up','processing','succeeded');
INSERT INTO "transition" VALUES('payment','wallet.topped_up','requires_capture','succeeded');
INSERT INTO "transition" VALUES('payment','payment.failed','requires_confirmation','requires_payment_method');
INSERT INTO "transition" VALUES('payment','payment.failed','requires_action','requires_payment_method');
INSERT INTO "transition" VALUES('payment','payment.failed','processing','requires_payment_method');
INSERT INTO "transition" VALUES('payment','payment.failed','requires_capture','requires_payment_method');
INSERT INTO "transition" VALUES('payment','payment.cancelled','requires_payment_method','canceled');
INSERT INTO "transition" VALUES('payment','payment.cancelled','requires_confirmation','canceled');
INSERT INTO "transition" VALUES('payment','payment.cancelled','requires_action','canceled');
INSERT INTO "transition" VALUES('payment','payment.cancelled','processing','canceled');
INSERT INTO "transition" VALUES('payment','payment.cancelled','requires_capture','canceled');
INSERT INTO "transition" VALUES('payment','payment.settled','processing','succeeded');
INSERT INTO "transition" VALUES('dispute','dispute.closed','open','won');
INSERT INTO "transition" VALUES('dispute','dispute.closed','open','lost');
INSERT INTO "transition" VALUES('delivery','delivery.claimed','available','processing');
INSERT INTO "transition" VALUES('delivery','delivery.released','processing','available');
INSERT INTO "transition" VALUES('delivery','delivery.shipped','processing','shipped');
INSERT INTO "transition" VALUES('delivery','delivery.failed','shipped','processing');
INSERT INTO "transition" VALUES('delivery','delivery.delivered','shipped','delivered');
INSERT INTO "transition" VALUES('return_request','return.received','requested','received');
INSERT INTO "transition" VALUES('return_request','return.inspected','received','inspected');
INSERT INTO "transition" VALUES('return_request','return.approved','inspected','approved');
INSERT INTO "transition" VALUES('return_request','return.rejected','inspected','rejected');
INSERT INTO "transition" VALUES('auction','auction.submitted','draft','submitted');
INSERT INTO "transition" VALUES('auction','auction.scheduled','submitted','scheduled');
INSERT INTO "transition" VALUES('auction','auction.rejected','submitted','rejected');
INSERT INTO "transition" VALUES('auction','auction.started','scheduled','live');
INSERT INTO "transition" VALUES('auction','auction.bought','live','sold');
INSERT INTO "transition" VALUES('auction','auction.sold','live','sold');
INSERT INTO "transition" VALUES('auction','auction.unsold','live','unsold');
INSERT INTO "transition" VALUES('brand','brand.approved','pending','approved');
INSERT INTO "transition" VALUES('brand','brand.rejected','pending','rejected');
INSERT INTO "transition" VALUES('product','product.submitted','rejected','submitted');
INSERT INTO "transition" VALUES('product','product.approved','submitted','approved');
INSERT INTO "transition" VALUES('product','product.rejected','submitted','rejected');
INSERT INTO "transition" VALUES('product','product.retired','approved','retired');
INSERT INTO "transition" VALUES('product','product.relisted','retired','approved');
INSERT INTO "transition" VALUES('review','review.posted','removed','posted');
INSERT INTO "transition" VALUES('review','review.removed','posted','removed');
CREATE TABLE users (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	username TEXT NOT NULL,
	email TEXT,
	password_hash TEXT NOT NULL,
	role TEXT NOT NULL,
	customer_id CHAR(32),
	active BOOLEAN NOT NULL,
	created_at BIGINT NOT NULL,
	CONSTRAINT pk_users PRIMARY KEY (tenant_id, id),
	CONSTRAINT ck_users_role CHECK (role IN ('user', 'seller', 'delivery', 'admin', 'superadmin')),
	CONSTRAINT fk_users_tenant_id_customer_id FOREIGN KEY(tenant_id, customer_id) REFERENCES customer (tenant_id, id),
	CONSTRAINT fk_users_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT uq_users_tenant_id_customer_id UNIQUE (tenant_id, customer_id),
	CONSTRAINT uq_users_tenant_id_username UNIQUE (tenant_id, username)
);
INSERT INTO "users" VALUES(1,'6dd3ec94dafd4011af2289a1fd5d7856','6dd3ec94dafd4011af2289a1fd5d7856',NULL,'-','user','29a85ae4b161414d9d5b013b3eb8637c',1,1772366400000000);
CREATE TABLE variant (
	tenant_id INTEGER NOT NULL,
	id CHAR(32) NOT NULL,
	product_id CHAR(32) NOT NULL,
	sku TEXT NOT NULL,
	price_minor BIGINT,
	currency TEXT, low_stock_at BIGINT DEFAULT '0' NOT NULL,
	CONSTRAINT pk_variant PRIMARY KEY (tenant_id, id),
	CONSTRAINT fk_variant_tenant_id_product_id FOREIGN KEY(tenant_id, product_id) REFERENCES product (tenant_id, id),
	CONSTRAINT fk_variant_tenant_id FOREIGN KEY(tenant_id) REFERENCES tenant (id),
	CONSTRAINT uq_variant_tenant_id_sku UNIQUE (tenant_id, sku)
);
INSERT INTO "variant" VALUES(1,'885294d53f0946349139d2ef69442730','17df800d22984ad4bcb345468dc95181','S0',999,'EUR',0);
CREATE INDEX ix_event_tenant_id_customer_id_recorded_at ON event (tenant_id, customer_id, recorded_at);
CREATE INDEX ix_event_tenant_id_recorded_at ON event (tenant_id, recorded_at);
CREATE INDEX ix_outbox_published_at ON outbox (published_at);
CREATE INDEX ix_payment_event_tenant_id_payment_id ON payment_event (tenant_id, payment_id);
CREATE INDEX ix_posting_tenant_id_event_id ON posting (tenant_id, event_id);
CREATE TRIGGER event_refuses_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only: add a row that corrects'); END;
CREATE TRIGGER event_refuses_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only: add a row that corrects'); END;
CREATE TRIGGER posting_refuses_update BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'posting is append-only: add a row that corrects'); END;
CREATE TRIGGER posting_refuses_delete BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'posting is append-only: add a row that corrects'); END;
CREATE TRIGGER payment_event_refuses_update BEFORE UPDATE ON payment_event BEGIN SELECT RAISE(ABORT, 'payment_event is append-only: add a row that corrects'); END;
CREATE TRIGGER payment_event_refuses_delete BEFORE DELETE ON payment_event BEGIN SELECT RAISE(ABORT, 'payment_event is append-only: add a row that corrects'); END;
CREATE UNIQUE INDEX uq_payment_method_one_default ON payment_method (tenant_id, customer_id) WHERE is_default;
CREATE INDEX ix_note_tenant_id_customer_id ON note (tenant_id, customer_id);
CREATE INDEX ix_dispute_tenant_id_payment_id ON dispute (tenant_id, payment_id);
CREATE INDEX ix_promotion_tenant_id_product_id ON promotion (tenant_id, product_id);
CREATE INDEX ix_review_tenant_id_product_id ON review (tenant_id, product_id);
CREATE INDEX ix_auction_tenant_id_status_ends_at ON auction (tenant_id, status, ends_at);
CREATE INDEX ix_notification_tenant_id_recipient_id_created_at ON notification (tenant_id, recipient_id, created_at);
CREATE INDEX ix_bid_tenant_id_auction_id_maximum_minor ON bid (tenant_id, auction_id, maximum_minor);
CREATE INDEX ix_bid_tenant_id_customer_id ON bid (tenant_id, customer_id);
CREATE TRIGGER bid_refuses_update BEFORE UPDATE ON bid BEGIN SELECT RAISE(ABORT, 'bid is append-only: add a row that corrects'); END;
CREATE TRIGGER bid_refuses_delete BEFORE DELETE ON bid BEGIN SELECT RAISE(ABORT, 'bid is append-only: add a row that corrects'); END;
CREATE INDEX ix_orders_tenant_id_customer_id_placed_at ON orders (tenant_id, customer_id, placed_at);
CREATE INDEX ix_delivery_tenant_id_order_id ON delivery (tenant_id, order_id);
CREATE INDEX ix_payment_tenant_id_order_id ON payment (tenant_id, order_id);
CREATE INDEX ix_product_tenant_id_category_id ON product (tenant_id, category_id);
CREATE INDEX ix_product_tenant_id_seller_id ON product (tenant_id, seller_id);
CREATE INDEX ix_variant_tenant_id_product_id ON variant (tenant_id, product_id);
CREATE INDEX ix_delivery_tenant_id_status ON delivery (tenant_id, status);
CREATE INDEX ix_delivery_tenant_id_courier_id ON delivery (tenant_id, courier_id);
CREATE INDEX ix_return_request_tenant_id_order_id ON return_request (tenant_id, order_id);
CREATE INDEX ix_payment_tenant_id_customer_id ON payment (tenant_id, customer_id);
CREATE INDEX ix_invoice_tenant_id_order_id ON invoice (tenant_id, order_id);
CREATE INDEX ix_invoice_tenant_id_customer_id ON invoice (tenant_id, customer_id);
CREATE UNIQUE INDEX uq_tenant_domain ON tenant (domain);
CREATE UNIQUE INDEX uq_customer_email ON customer (tenant_id, email);
CREATE UNIQUE INDEX uq_orders_one_cart ON orders (tenant_id, customer_id) WHERE status = 'cart';
CREATE UNIQUE INDEX uq_payment_event_reference ON payment_event (tenant_id, payment_id, reference);
CREATE TRIGGER orders_status_moves_with_event BEFORE UPDATE OF status ON orders WHEN NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = NEW.id
    AND transition.record = 'orders'
    AND transition.source = OLD.status AND transition.target = NEW.status
) BEGIN SELECT RAISE(ABORT, 'orders.status must move with an event that makes the move'); END;
CREATE TRIGGER payment_status_moves_with_event BEFORE UPDATE OF status ON payment WHEN NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = NEW.id
    AND transition.record = 'payment'
    AND transition.source = OLD.status AND transition.target = NEW.status
) BEGIN SELECT RAISE(ABORT, 'payment.status must move with an event that makes the move'); END;
CREATE TRIGGER dispute_status_moves_with_event BEFORE UPDATE OF status ON dispute WHEN NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = NEW.id
    AND transition.record = 'dispute'
    AND transition.source = OLD.status AND transition.target = NEW.status
) BEGIN SELECT RAISE(ABORT, 'dispute.status must move with an event that makes the move'); END;
CREATE TRIGGER delivery_status_moves_with_event BEFORE UPDATE OF status ON delivery WHEN NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = NEW.id
    AND transition.record = 'delivery'
    AND transition.source = OLD.status AND transition.target = NEW.status
) BEGIN SELECT RAISE(ABORT, 'delivery.status must move with an event that makes the move'); END;
CREATE TRIGGER return_request_status_moves_with_event BEFORE UPDATE OF status ON return_request WHEN NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = NEW.id
    AND transition.record = 'return_request'
    AND transition.source = OLD.status AND transition.target = NEW.status
) BEGIN SELECT RAISE(ABORT, 'return_request.status must move with an event that makes the move'); END;
CREATE TRIGGER auction_status_moves_with_event BEFORE UPDATE OF status ON auction WHEN NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = NEW.id
    AND transition.record = 'auction'
    AND transition.source = OLD.status AND transition.target = NEW.status
) BEGIN SELECT RAISE(ABORT, 'auction.status must move with an event that makes the move'); END;
CREATE TRIGGER brand_status_moves_with_event BEFORE UPDATE OF status ON brand WHEN NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = NEW.id
    AND transition.record = 'brand'
    AND transition.source = OLD.status AND transition.target = NEW.status
) BEGIN SELECT RAISE(ABORT, 'brand.status must move with an event that makes the move'); END;
CREATE TRIGGER product_status_moves_with_event BEFORE UPDATE OF status ON product WHEN NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = NEW.id
    AND transition.record = 'product'
    AND transition.source = OLD.status AND transition.target = NEW.status
) BEGIN SELECT RAISE(ABORT, 'product.status must move with an event that makes the move'); END;
CREATE TRIGGER review_status_moves_with_event BEFORE UPDATE OF status ON review WHEN NEW.status <> OLD.status AND NOT EXISTS (
    SELECT 1 FROM event JOIN transition ON transition.event = event.type
    WHERE event.tenant_id = NEW.tenant_id AND event.id = NEW.event_id
    AND NEW.event_id IS DISTINCT FROM OLD.event_id AND event.aggregate_id = NEW.id
    AND transition.record = 'review'
    AND transition.source = OLD.status AND transition.target = NEW.status
) BEGIN SELECT RAISE(ABORT, 'review.status must move with an event that makes the move'); END;
CREATE TRIGGER account_balance_moves_with_posting BEFORE UPDATE OF balance ON account WHEN NEW.balance IS DISTINCT FROM OLD.balance AND NOT EXISTS (
    SELECT 1 FROM posting
    WHERE posting.id = NEW.last_posting_id AND posting.tenant_id = NEW.tenant_id
    AND NEW.last_posting_id IS DISTINCT FROM OLD.last_posting_id
    AND (posting.credit_account_id = NEW.id AND NEW.balance = OLD.balance + posting.amount
        OR posting.debit_account_id = NEW.id AND NEW.balance = OLD.balance - posting.amount)
) BEGIN SELECT RAISE(ABORT, 'account.balance must move with a posting'); END;
CREATE TRIGGER posting_moves_balance AFTER INSERT ON posting BEGIN UPDATE account SET last_posting_id = NEW.id, balance = balance
    + CASE WHEN id = NEW.credit_account_id THEN NEW.amount ELSE -NEW.amount END
    WHERE id IN (NEW.debit_account_id, NEW.credit_account_id)
    AND tenant_id = NEW.tenant_id AND balance IS NOT NULL; END;
CREATE INDEX ix_score_tenant_id_customer_id_model_made_at ON score (tenant_id, customer_id, model, made_at);
CREATE INDEX ix_score_tenant_id_model_version_as_of ON score (tenant_id, model_version, as_of);
CREATE TRIGGER score_refuses_update BEFORE UPDATE ON score BEGIN SELECT RAISE(ABORT, 'score is append-only: add a row that corrects'); END;
CREATE TRIGGER score_refuses_delete BEFORE DELETE ON score BEGIN SELECT RAISE(ABORT, 'score is append-only: add a row that corrects'); END;
COMMIT;

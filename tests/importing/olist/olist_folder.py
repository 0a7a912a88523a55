"""A small Olist: nine files with the columns, the ways of writing and the dirt of the published ones."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

HEADS = {
    "olist_customers_dataset": "customer_id customer_unique_id customer_zip_code_prefix customer_city"
    " customer_state",
    "olist_geolocation_dataset": "geolocation_zip_code_prefix geolocation_lat geolocation_lng"
    " geolocation_city geolocation_state",
    "olist_order_items_dataset": "order_id order_item_id product_id seller_id shipping_limit_date price"
    " freight_value",
    "olist_order_payments_dataset": "order_id payment_sequential payment_type payment_installments"
    " payment_value",
    "olist_order_reviews_dataset": "review_id order_id review_score review_comment_title"
    " review_comment_message review_creation_date review_answer_timestamp",
    "olist_orders_dataset": "order_id customer_id order_status order_purchase_timestamp order_approved_at"
    " order_delivered_carrier_date order_delivered_customer_date order_estimated_delivery_date",
    "olist_products_dataset": "product_id product_category_name product_name_lenght"
    " product_description_lenght product_photos_qty product_weight_g product_length_cm product_height_cm"
    " product_width_cm",
    "olist_sellers_dataset": "seller_id seller_zip_code_prefix seller_city seller_state",
    "product_category_name_translation": "product_category_name product_category_name_english",
}
"""Every file less ``.csv``, and its columns."""

CATEGORIES = {
    "beleza_saude": "health_beauty",
    "informatica_acessorios": "computers_accessories",
    "cama_mesa_banho": "bed_bath_table",
    "pc_gamer": "",
}
"""Portuguese to English; one has no translation, as in the published files."""

Rows = dict[str, list[Sequence[object]]]


def write_olist(folder: Path, rows: Rows) -> Path:
    """Write the nine files as they are published: quoted ids, a byte order mark in one, \\n between rows."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, head in HEADS.items():
        mark = "utf-8-sig" if name == "product_category_name_translation" else "utf-8"
        with (folder / f"{name}.csv").open("w", encoding=mark, newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(head.split())
            writer.writerows(rows.get(name, []))
    return folder


def key(kind: str, number: int) -> str:
    """An id of 32 hexadecimal digits."""
    return f"{kind}{number:031x}"


def at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def make_olist(orders: int, *, seed: int = 1) -> Rows:
    """Make orders of every status, with the dirt of the real ones scattered over them."""
    rng = random.Random(seed)
    rows: Rows = {name: [] for name in HEADS}
    products = max(3, orders // 3)
    for number in range(products):
        category = "" if number % 50 == 49 else list(CATEGORIES)[number % len(CATEGORIES)]
        rows["olist_products_dataset"].append(
            (key("d", number), category, *("" if number % 50 == 49 else 40,) * 3, 500, 20, 10, 15)
        )
    for number in range(max(2, orders // 30)):
        rows["olist_sellers_dataset"].append((key("e", number), "01001", "são paulo", "SP"))
    rows["product_category_name_translation"] += [pair for pair in CATEGORIES.items() if pair[1]]
    rows["olist_geolocation_dataset"].append(("01001", -23.55, -46.63, "são paulo", "SP"))
    for number in range(orders):
        _order(rows, rng, number, products)
    return rows


def _order(rows: Rows, rng: random.Random, number: int, products: int) -> None:
    order, customer = key("a", number), key("b", number)
    person = key("c", number - 1 if number % 30 == 29 else number)  # some come back
    rows["olist_customers_dataset"].append((customer, person, "01001", "são josé dos campos", "SP"))
    bought = datetime(2017, 1, 5, 10) + timedelta(minutes=rng.randrange(700 * 1440))
    status = rng.choices(
        ("delivered", "shipped", "canceled", "unavailable", "invoiced", "processing", "created"),
        (94, 2, 1, 1, 1, 0.5, 0.5),
    )[0]
    approved = bought + timedelta(minutes=rng.randrange(5, 2000))
    shipped = approved + timedelta(hours=rng.randrange(-4, 90))
    arrived = shipped + timedelta(hours=rng.randrange(-3 if number % 40 == 0 else 20, 400))
    dates = [
        "" if status == "created" or number % 97 == 96 else at(approved),
        at(shipped) if status in ("delivered", "shipped") else "",
        at(arrived) if status == "delivered" and number % 83 != 82 else "",
    ]
    promised = (bought + timedelta(days=rng.randrange(8, 40))).date()
    rows["olist_orders_dataset"].append(
        (order, customer, status, at(bought), *dates, f"{promised} 00:00:00")
    )
    total = 0
    for item in range(0 if status == "unavailable" else rng.choice((1, 1, 1, 1, 1, 1, 1, 1, 2, 3))):
        price, freight = rng.randrange(500, 40_000), rng.randrange(0, 4_000)
        total += price + freight
        product = key("d", (number + item // 2) % products)
        limit = at(bought + timedelta(days=5))
        rows["olist_order_items_dataset"].append(
            (order, item + 1, product, key("e", number % 2), limit, money(price), money(freight))
        )
    total = total or 12_345
    if number % 19 == 18:
        half = total // 2
        paid = [("voucher", 1, half), ("voucher", 1, total - half)]
    else:
        method = rng.choices(("credit_card", "boleto", "debit_card"), (75, 20, 5))[0]
        paid = [(method, rng.randrange(1, 11) if method == "credit_card" else 1, total)]
    rows["olist_order_payments_dataset"] += [
        (order, place, method, parts, money(amount))
        for place, (method, parts, amount) in enumerate(paid, 1)
    ]
    sent = datetime(arrived.year, arrived.month, arrived.day)
    for place in range(2 if number % 61 == 60 else 1):
        # one id for the reviews of two orders, as the published file has it
        review = key("f", number - 1 if number % 71 == 70 else number * 2 + place)
        words = 'Recebi bem antes do prazo.\r\nÓtimo produto, "nota 10"' if number % 3 == 0 else ""
        answered = sent + timedelta(hours=30 + 10 * place)
        title = "recomendo" if number % 7 == 0 else ""
        score = rng.choices((1, 2, 3, 4, 5), (11, 3, 8, 19, 59))[0]
        rows["olist_order_reviews_dataset"].append(
            (review, order, score, title, words, at(sent), at(answered))
        )

"""Writing the customers, products and categories that a file names and the records do not hold yet."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Table

from commerce.records import schema
from commerce.records.identity import BY_NUMBER, find_many, nameless, number_of
from importing.engine.known import known_ids
from importing.engine.session import ImportSession
from importing.engine.staging import Staging
from importing.engine.writing import Writer
from importing.errors import SourceError


class NewCustomer(NamedTuple):
    """A customer at the earliest row that names him: when that happened and was recorded, where he lives."""

    name: str
    at: int
    recorded: int | None
    country: str | None


class NewProduct(NamedTuple):
    """A product, with the first description that the file gives it."""

    name: str
    description: str | None
    category: str | None


def write_master_data(writer: Writer, staging: Staging, *, register: bool = True) -> None:
    """Write the customers and products of a file that are new, and note the ids of all in its staging.

    Parameters
    ----------
    register : bool, default True
        Whether to emit ``customer.registered`` too.
    """
    for customers in staging.each(NewCustomer, staging.CUSTOMERS):
        with writer.session() as session:
            ids = _write_customers(session, customers, register)
        staging.note_ids("customer_ids", ids)
    for products in staging.each(NewProduct, staging.PRODUCTS):
        with writer.session() as session:
            ids = _write_products(session, products)
        staging.note_ids("product_ids", ids)


def known_records(
    session: ImportSession, table: Table, names: Sequence[str]
) -> dict[str, uuid.UUID]:
    """Find the ids of records that are there by the keys of `commerce.records.identity`.

    Raises
    ------
    SourceError
        "customer must be there under our number; got ...": such a key makes no new one.
    """
    known = find_many(session.connection, table, session.tenant, names)
    numbers = [name for name in names if name not in known and number_of(name) is not None]
    ours = [name for name in numbers if name.startswith(BY_NUMBER)]
    if numbers and not ours and nameless(session.connection, table, session.tenant):
        ours = numbers
    if ours:
        raise SourceError(
            f"{table.name} must be there where a number means it; got {ours[0]!r}, and tenant"
            f" {session.tenant.slug} has none of that number. Records without ids of the shop's own go by"
            " our numbers: name new ones by other ids than numbers, such as K-17."
        )
    return {name: record.id for name, record in known.items()}


def _write_customers(
    session: ImportSession, customers: Sequence[NewCustomer], register: bool
) -> list[tuple[str, str]]:
    """Add the customers that are new, each once, at his earliest row; give names and ids of all."""
    known = known_records(session, schema.customer, [each.name for each in customers])
    for customer in customers:
        if customer.name in known:
            continue
        new = known[customer.name] = session.id_of("customer", customer.name)
        session.keep(
            "customer",
            id=new,
            external_id=customer.name,
            country=customer.country,
            created_at=customer.at,
        )
        if register:
            session.emit(
                session.event(
                    "customer.registered",
                    customer.at,
                    f"registered:{new.hex}",
                    known=customer.recorded,
                    customer_id=new,
                    aggregate_type="customer",
                    aggregate_id=new.hex,
                    category=customer.country,
                )
            )
        session.written["customers"] += 1
    return [(name, record.hex) for name, record in known.items()]


def _write_products(
    session: ImportSession, products: Sequence[NewProduct]
) -> list[tuple[str, str]]:
    """Add the products that are new, under their first description; give names and ids of all."""
    known = known_records(session, schema.product, [each.name for each in products])
    new = [product for product in products if product.name not in known]
    categories = _categories(session, {product.category for product in new if product.category})
    for product in new:
        known[product.name] = session.id_of("product", product.name)
        session.keep(
            "product",
            id=known[product.name],
            external_id=product.name,
            name=product.description or product.name,
            category_id=categories.get(product.category or ""),
        )
    return [(name, record.hex) for name, record in known.items()]


def _categories(session: ImportSession, names: set[str]) -> Mapping[str, uuid.UUID]:
    """Find the ids of categories, and add those that are new."""
    known = known_ids(session.connection, session.tenant, schema.category, sorted(names), "name")
    for name in sorted(names - known.keys()):
        known[name] = session.id_of("category", name)
        session.keep("category", id=known[name], name=name)
    return known

"""A customer's diary as rows of the record store, instants in microseconds and ids in hexadecimal digits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Uuid

from commerce.identity import imported_id
from commerce.money import from_minor
from commerce.stream import NewEvent
from simulation.assortment import Assortment
from simulation.diary import Diary
from simulation.population import Person
from simulation.spool import Row

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "category": ("id", "parent_id", "name"),
    "product": ("id", "external_id", "name", "category_id"),
    "variant": ("id", "product_id", "sku", "price_minor", "currency"),
    "customer": ("id", "external_id", "country", "created_at"),
    "orders": ("id", "external_id", "customer_id", "status", "total_minor", "currency", "placed_at"),
    "order_line": (
        "order_id", "position", "product_id", "variant_id", "quantity", "returned_quantity",
        "unit_price", "amount_minor",
    ),
    "payment": (
        "id", "order_id", "customer_id", "method", "status", "amount_minor", "currency", "created_at",
    ),
    "invoice": (
        "id", "external_id", "order_id", "customer_id", "amount_minor", "currency", "issued_at",
        "due_at",
    ),
    "delivery": ("id", "order_id", "status", "promised_at", "delivered_at"),
    "return_request": (
        "id", "order_id", "position", "quantity", "status", "reason", "requested_at",
    ),
}  # fmt: skip
"""The tables of a simulated shop, in the order in which they refer to each other."""


def is_id(column: Column[Any]) -> bool:
    """Tell whether a column holds UUIDs."""
    return isinstance(column.type, Uuid)


def with_ids(row: Row, places: Collection[int]) -> Row:
    """Turn hexadecimal digits, which the spool carries, into UUIDs.

    Examples
    --------
    >>> with_ids(("0" * 32, "C00001", None), {0, 2})
    (UUID('00000000-0000-0000-0000-000000000000'), 'C00001', None)
    """
    return tuple(
        UUID(value) if place in places and value is not None else value
        for place, value in enumerate(row)
    )


class RowMaker:
    """Turns the simulation into rows of one tenant.

    Parameters
    ----------
    tenant : str
        The tenant's slug.
    currency : str
    assortment : Assortment
    """

    def __init__(self, tenant: str, currency: str, assortment: Assortment) -> None:
        self._tenant = tenant
        self._currency = currency
        self._assortment = assortment
        self._products = {
            key: imported_id(tenant, "product", key) for key, _, _ in assortment.products
        }
        self._variants = {
            item.sku: imported_id(tenant, "variant", item.sku).hex for item in assortment.variants
        }

    def shelves(self) -> dict[str, list[Row]]:
        """Give the rows of what the shop sells."""
        category = {
            name: imported_id(self._tenant, "category", name).hex
            for name, _ in self._assortment.categories
        }
        return {
            "category": [
                (category[name], None if parent is None else category[parent], name)
                for name, parent in self._assortment.categories
            ],
            "product": [
                (self._products[key].hex, key, name, category[leaf])
                for key, name, leaf in self._assortment.products
            ],
            "variant": [
                (
                    self._variants[item.sku],
                    self._products[item.product].hex,
                    item.sku,
                    item.price,
                    self._currency,
                )
                for item in self._assortment.variants
            ],
        }

    def records(self, person: Person, tables: dict[str, list[Row]]) -> None:
        """Add the rows of one customer to those of others."""
        diary, currency = person.diary, self._currency
        customer = diary.identity().hex
        registered = diary.calendar.instant(person.traits.joined)
        tables["customer"].append((customer, diary.customer, person.traits.country, registered))
        for order in diary.orders:
            tables["orders"].append(
                (order.key, order.external_id, customer, order.status, order.total, currency, order.placed)
            )  # fmt: skip
            for position, line in enumerate(order.lines, start=1):
                item = line.variant
                tables["order_line"].append(
                    (
                        order.key, position, self._products[item.product].hex,
                        self._variants[item.sku], line.quantity, line.returned,
                        str(from_minor(item.price, currency)), line.amount,
                    )
                )  # fmt: skip
        tables["payment"].extend(
            (
                one.key,
                one.order,
                customer,
                one.method,
                one.status,
                one.amount,
                currency,
                one.created,
            )
            for one in diary.payments
        )
        tables["invoice"].extend(
            (
                one.key,
                one.external_id,
                one.order,
                customer,
                one.amount,
                currency,
                one.issued,
                one.due,
            )
            for one in diary.invoices
        )
        tables["delivery"].extend(
            (one.key, one.order, one.status, one.promised, one.delivered)
            for one in diary.deliveries
        )
        tables["return_request"].extend(
            (
                one.key,
                one.order,
                one.position + 1,
                one.quantity,
                one.status,
                one.reason,
                one.requested,
            )
            for one in diary.returns
        )

    def spooled(self, diary: Diary, number: int) -> list[Row]:
        """Give a customer's events as the spool sorts them: recorded, customer, sequence, and the rest."""
        return [(note.recorded, number, *note[1:]) for note in diary.notes]

    def event(self, row: Row, customer: UUID, external_id: str) -> NewEvent:
        """Turn a spooled row into an event of the stream."""
        (
            recorded, _, sequence, word, occurred, kind, key, due, amount, quantity, value, method,
            category, reason, product,
        ) = row  # fmt: skip
        return NewEvent(
            type=word,
            occurred_at=occurred,
            recorded_at=recorded,
            source_key=f"simulator:{external_id}:{sequence}",
            customer_id=customer,
            product_id=None if product is None else self._products[product],
            aggregate_type=kind,
            aggregate_id=key,
            due_at=due,
            amount_minor=amount,
            currency=None if amount is None else self._currency,
            base_minor=amount,
            quantity=quantity,
            value=value,
            method=method,
            category=category,
            reason=reason,
        )

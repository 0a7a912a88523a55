"""Categories and products as they stand: in which category a product is, what they are called, what is in stock.

Unlike the stream these have no history: a question about the past is answered by the categories of today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Connection, select

from commerce.records import schema
from commerce.records.sql import hexadecimal, pages

if TYPE_CHECKING:
    from features.evaluating.database import Database

_category, _product = schema.category, schema.product


@dataclass(frozen=True, kw_only=True)
class Category:
    """A category of the shop."""

    number: int
    """By which a mart knows it."""
    id: UUID
    name: str
    parent: UUID | None


@dataclass(frozen=True, kw_only=True)
class Assortment:
    """The shop's categories."""

    categories: tuple[Category, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    """By id, in hexadecimal digits; a category keeps its number."""

    def above(self, number: int) -> tuple[int, ...]:
        """Give a category and all that it is in, by number."""
        by_number = {each.number: each for each in self.categories}
        found: list[int] = []
        while number in by_number and number not in found:
            found.append(number)
            parent = by_number[number].parent
            number = -1 if parent is None else self.numbers[parent.hex]
        return tuple(found)


def read_assortment(
    connection: Connection,
    tenant_id: int,
    database: Database,
    known: Assortment | None = None,
    products: Collection[str] | None = None,
) -> Assortment:
    """Read the categories, and write down in a mart which products, and which words of the stream, are in them.

    Parameters
    ----------
    products : collection of str, optional
        Ids of the products to look at, in hexadecimal digits; all by default.
    """
    columns = (hexadecimal(_category.c.id), _category.c.name, hexadecimal(_category.c.parent_id))
    query = select(*columns).where(_category.c.tenant_id == tenant_id).order_by(_category.c.id)
    found = connection.execute(query).all()
    numbers = dict(known.numbers) if known else {}
    for key, _, _ in found:
        numbers.setdefault(key, len(numbers) + 1)
    names = {name: numbers[key] for key, name, _ in found}
    database.execute("DELETE FROM named")
    database.execute(
        "INSERT INTO named SELECT word_key.number, category"
        " FROM (SELECT unnest(?::VARCHAR[]) AS key, unnest(?::INTEGER[]) AS category) JOIN word_key USING (key)",
        [list(names), list(names.values())],
    )
    looked: Iterable[Sequence[UUID] | None] = (
        [None] if products is None else pages(sorted(map(UUID, products)))
    )
    for page in looked:
        _place(database, _categories_of(connection, tenant_id, page), numbers)
    return Assortment(
        categories=tuple(
            Category(
                number=numbers[key],
                id=UUID(key),
                name=name,
                parent=None if parent is None else UUID(parent),
            )
            for key, name, parent in found
        ),
        numbers=numbers,
    )


def product_names(
    connection: Connection, tenant_id: int, products: Iterable[UUID]
) -> dict[UUID, str]:
    """Give the names of some products, as they are called now."""
    found: dict[UUID, str] = {}
    for page in pages(sorted(products)):
        query = select(_product.c.id, _product.c.name).where(
            _product.c.tenant_id == tenant_id, _product.c.id.in_(page)
        )
        found.update((row.id, row.name) for row in connection.execute(query))
    return found


def _categories_of(
    connection: Connection, tenant_id: int, products: Sequence[UUID] | None
) -> list[tuple[str, str | None]]:
    query = select(hexadecimal(_product.c.id), hexadecimal(_product.c.category_id))
    query = query.where(_product.c.tenant_id == tenant_id)
    if products is not None:
        query = query.where(_product.c.id.in_(products))
    return [(key, category) for key, category in connection.execute(query)]


def _place(
    database: Database, found: list[tuple[str, str | None]], numbers: Mapping[str, int]
) -> None:
    products = [key for key, _ in found]
    categories = [None if category is None else numbers[category] for _, category in found]
    given = [products, categories]
    database.execute(
        "DELETE FROM assortment WHERE product IN (SELECT number FROM product_key WHERE list_contains(?, key))",
        [products],
    )
    database.execute(
        "INSERT INTO assortment SELECT number, category"
        " FROM (SELECT unnest(?::VARCHAR[]) AS key, unnest(?::INTEGER[]) AS category) JOIN product_key USING (key)"
        " WHERE category IS NOT NULL",
        given,
    )

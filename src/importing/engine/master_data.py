"""Customers and products that a file tells of for the first time."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from commerce.records import schema
from importing.engine.bundle import Bundle
from importing.engine.writing import ImportSession, Writer, known_ids
from tabular.store import Store


class Person(NamedTuple):
    """A customer as the file tells of him first."""

    name: str
    at: int
    recorded: int | None
    country: str | None


class Ware(NamedTuple):
    """A product as the file names it first."""

    name: str
    description: str | None
    category: str | None


class PartyStore(Store):
    """Rows that name customers and products; beside them stand the ids of those."""

    PEOPLE: ClassVar[str]
    """Selects each `Person` at his earliest row."""

    WARES: ClassVar[str]
    """Selects each `Ware`."""

    def __init__(self, table: str = "", fields: Sequence[str] = ()) -> None:
        super().__init__(table, fields)
        for name in ("person", "ware"):
            self._base.execute(f"CREATE TABLE {name} (name PRIMARY KEY, id) WITHOUT ROWID")

    def named(self, kind: str, ids: Iterable[tuple[str, str]]) -> None:
        """Note the ids of customers (``person``) or products (``ware``): name, 32 hexadecimal digits."""
        self._base.executemany(f"INSERT INTO {kind} VALUES (?, ?)", ids)  # noqa: S608


def write_parties(writer: Writer, staging: PartyStore, *, register: bool = True) -> None:
    """Write the customers and products of a staging store that are new, and note the ids of all.

    Parameters
    ----------
    writer : Writer
    staging : PartyStore
    register : bool, default True
        Whether to write ``customer.registered`` too.
    """
    for people in staging.each(Person, staging.PEOPLE):
        with writer.session() as session:
            ids = _write_people(session, people, register)
        staging.named("person", ids)
    for wares in staging.each(Ware, staging.WARES):
        with writer.session() as session:
            ids = _write_wares(session, wares)
        staging.named("ware", ids)


def _write_people(
    session: ImportSession, people: Sequence[Person], register: bool
) -> list[tuple[str, str]]:
    """Add the customers that are new, each once, at his earliest line; give names and ids of all."""
    known = known_ids(
        session.connection, session.tenant, schema.customer, [person.name for person in people]
    )
    bundle = Bundle(session)
    for person in people:
        if person.name in known:
            continue
        new = known[person.name] = session.id_of("customer", person.name)
        bundle.keep(
            "customer",
            id=new,
            external_id=person.name,
            country=person.country,
            created_at=person.at,
        )
        if register:
            bundle.emit(
                session.event(
                    "customer.registered",
                    person.at,
                    f"registered:{new.hex}",
                    known=person.recorded,
                    customer_id=new,
                    aggregate_type="customer",
                    aggregate_id=new.hex,
                    category=person.country,
                )
            )
        session.written["customers"] += 1
    bundle.write()
    return [(name, record.hex) for name, record in known.items()]


def _write_wares(session: ImportSession, wares: Sequence[Ware]) -> list[tuple[str, str]]:
    """Add the products that are new, under their first description; give names and ids of all."""
    known = known_ids(
        session.connection, session.tenant, schema.product, [ware.name for ware in wares]
    )
    new = [ware for ware in wares if ware.name not in known]
    bundle = Bundle(session)
    categories = _categories(bundle, {ware.category for ware in new if ware.category})
    for ware in new:
        known[ware.name] = session.id_of("product", ware.name)
        bundle.keep(
            "product",
            id=known[ware.name],
            external_id=ware.name,
            name=ware.description or ware.name,
            category_id=categories.get(ware.category or ""),
        )
    bundle.write()
    return [(name, record.hex) for name, record in known.items()]


def _categories(bundle: Bundle, names: set[str]) -> Mapping[str, uuid.UUID]:
    """Find the ids of categories, those that are new among them."""
    session = bundle.session
    known = known_ids(session.connection, session.tenant, schema.category, sorted(names), "name")
    for name in sorted(names - known.keys()):
        known[name] = session.id_of("category", name)
        bundle.keep("category", id=known[name], name=name)
    return known

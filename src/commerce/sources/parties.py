"""Customers and products that a file tells of for the first time."""

from __future__ import annotations

from collections.abc import Sequence

from commerce import schema
from commerce.bulk import insert_rows
from commerce.identity import reserve_numbers
from commerce.sources.staging import Person, Ware
from commerce.sources.writing import Desk, known_ids
from commerce.stream import NewEvent

_CUSTOMER = ("tenant_id", "id", "number", "external_id", "country", "created_at")
_PRODUCT = ("tenant_id", "id", "number", "external_id", "name")


def write_people(
    desk: Desk, people: Sequence[Person], *, register: bool = True
) -> list[tuple[str, str]]:
    """Add the customers that are new, each once, at his earliest line.

    Parameters
    ----------
    desk : Desk
    people : sequence of Person
    register : bool, default True
        Whether to write ``customer.registered`` too.

    Returns
    -------
    list of (name, id)
        Of all, new or not; ids as 32 hexadecimal digits.
    """
    known = known_ids(
        desk.connection, desk.tenant, schema.customer, [person.name for person in people]
    )
    new = [person for person in people if person.name not in known]
    if new:
        known |= {person.name: desk.id_of("customer", person.name) for person in new}
        number = reserve_numbers(desk.connection, desk.tenant, "customer", len(new))
        insert_rows(
            desk.connection,
            "customer",
            _CUSTOMER,
            [
                (
                    desk.tenant.id,
                    known[person.name],
                    number + place,
                    *person[:1],
                    person.country,
                    person.at,
                )
                for place, person in enumerate(new)
            ],
        )
        if register:
            desk.append(
                [
                    NewEvent(
                        type="customer.registered",
                        occurred_at=person.at,
                        recorded_at=desk.recorded(person.at, person.recorded),
                        source_key=f"registered:{known[person.name].hex}",
                        customer_id=known[person.name],
                        aggregate_type="customer",
                        aggregate_id=known[person.name].hex,
                        category=person.country,
                    )
                    for person in new
                ]
            )
        desk.written.customers += len(new)
    return [(name, record.hex) for name, record in known.items()]


def write_wares(desk: Desk, wares: Sequence[Ware]) -> list[tuple[str, str]]:
    """Add the products that are new, under their first description.

    Returns
    -------
    list of (name, id)
        Of all, new or not; ids as 32 hexadecimal digits.
    """
    known = known_ids(desk.connection, desk.tenant, schema.product, [ware.name for ware in wares])
    new = [ware for ware in wares if ware.name not in known]
    if new:
        known |= {ware.name: desk.id_of("product", ware.name) for ware in new}
        number = reserve_numbers(desk.connection, desk.tenant, "product", len(new))
        insert_rows(
            desk.connection,
            "product",
            _PRODUCT,
            [
                (
                    desk.tenant.id,
                    known[ware.name],
                    number + place,
                    ware.name,
                    ware.description or ware.name,
                )
                for place, ware in enumerate(new)
            ],
        )
    return [(name, record.hex) for name, record in known.items()]

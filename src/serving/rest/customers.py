"""Customers: registered, read, changed, erased, and what is noted about them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AliasChoices, Field

from commerce.people import customers, erasure, notes
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import Instant, Key, Question, Told, example

router = Resource("customers", "/api/customers")


class Profile(Question):
    """What may be said of a customer; what is left out stays."""

    model_config = example(full_name="Jane Doe", phone="+123456789")

    full_name: str | None = Field(
        None, validation_alias=AliasChoices("full_name", "name"), description="Or `name`."
    )
    email: str | None = None
    phone: str | None = None
    country: str | None = Field(None, description="ISO 3166 code.")


class NewCustomer(Profile):
    """Somebody to register."""

    model_config = example(full_name="Jane Doe", email="jane@example.com", phone="+123456789")

    external_id: str | None = Field(None, description="The shop's own id, unique in the shop.")


class Place(Question):
    """Where a customer gets its orders."""

    model_config = example(latitude=52.52, longitude=13.405, address="Tick Street 1, Berlin")

    latitude: float = Field(description="Degrees, -90 to 90.")
    longitude: float = Field(description="Degrees, -180 to 180.")
    address: str | None = None


class NewNote(Question):
    """What is to be noted."""

    model_config = example(body="Asked for a call back on Monday.")

    body: str = Field(
        validation_alias=AliasChoices("body", "note", "text"), description="Or `note`, or `text`."
    )


class CustomerAnswer(Told):
    """A customer by every name, with what is known of it; of an erased one the names alone."""

    model_config = example(
        id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        number=17,
        external_id="17850",
        full_name="Jane Doe",
        email="jane@example.com",
        phone="+123456789",
        country="DE",
        latitude=52.52,
        longitude=13.405,
        address="Tick Street 1, Berlin",
        created_at="2026-01-01T12:00:00Z",
        erased_at=None,
    )

    id: UUID
    number: int
    external_id: str | None
    full_name: str | None
    email: str | None
    phone: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    address: str | None
    created_at: Instant
    erased_at: Instant | None


class NoteAnswer(Told):
    """What somebody noted; `author_id` is null for a program."""

    model_config = example(
        id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
        author_id="77d2a6ad-2b5c-4f3e-9a55-8c8fb5a0f1d2",
        body="Asked for a call back on Monday.",
        created_at="2026-01-01T12:00:00Z",
    )

    id: UUID
    author_id: UUID | None
    body: str
    created_at: Instant


@router.get("", summary="List customers")
def list_customers(
    work: Looking,
    page: Page,
    search: Annotated[
        str | None,
        Query(
            description="Part of a name, an e-mail address, a phone number or the shop's own id; or our number or id."
        ),
    ] = None,
    country: str | None = None,
) -> Listing[CustomerAnswer]:
    """All of the shop for who runs it, oneself for a customer."""
    part = customers.list_customers(
        work, search=search, country=country, ordering=page.ordering, **page.where
    )
    return page.of(part, CustomerAnswer.model_validate)


@router.post("", status_code=201, summary="Register a customer")
def create_customer(work: Acting, body: NewCustomer) -> CustomerAnswer:
    """An e-mail address and the shop's own id are each unique in the shop."""
    return _shown(work, customers.register(work, **body.model_dump()))


@router.get("/{customer_id}", summary="Read a customer")
def read_customer(work: Looking, customer_id: Key) -> CustomerAnswer:
    """By any of its names."""
    return _shown(work, customer_id)


@router.patch("/{customer_id}", summary="Change a customer's profile")
def change_customer(work: Acting, customer_id: Key, body: Profile) -> CustomerAnswer:
    """What is left out stays; null takes away."""
    customer = customers.get(work, customer_id)
    customers.change(work, customer.id, body.given())
    return _shown(work, customer.id)


@router.put("/{customer_id}", summary="Replace a customer's profile")
def replace_customer(work: Acting, customer_id: Key, body: Profile) -> CustomerAnswer:
    """What is left out is taken away."""
    customer = customers.get(work, customer_id)
    customers.change(work, customer.id, body.model_dump())
    return _shown(work, customer.id)


@router.delete("/{customer_id}", status_code=204, summary="Erase a customer")
def erase_customer(work: Acting, customer_id: Key) -> None:
    """What names somebody goes for good; amounts, dates and the ledger stay, under a pseudonym."""
    erasure.erase(work, customers.get(work, customer_id).id)


@router.put("/{customer_id}/location", summary="Say where a customer gets its orders")
def place_customer(work: Acting, customer_id: Key, body: Place) -> CustomerAnswer:
    """Checkout asks for a place."""
    customer = customers.get(work, customer_id)
    customers.set_location(work, customer.id, body.latitude, body.longitude, body.address)
    return _shown(work, customer.id)


@router.get("/{customer_id}/notes", summary="List the notes about a customer")
def list_notes(work: Looking, page: Page, customer_id: Key) -> Listing[NoteAnswer]:
    """The first first; for who runs the shop."""
    customer = customers.get(work, customer_id)
    return page.of_all(notes.list_notes(work, customer.id), NoteAnswer.model_validate)


@router.post("/{customer_id}/add_note", status_code=201, summary="Note something about a customer")
@router.post("/{customer_id}/notes", status_code=201, summary="Note something about a customer")
def add_note(work: Acting, customer_id: Key, body: NewNote) -> NoteAnswer:
    """With author and time; never edited, erased with its customer."""
    customer = customers.get(work, customer_id)
    made = notes.add(work, customer.id, body.body)
    return next(
        NoteAnswer.model_validate(note)
        for note in notes.list_notes(work, customer.id)
        if note.id == made
    )


def _shown(work: Looking, customer: UUID | str) -> CustomerAnswer:
    return CustomerAnswer.model_validate(customers.get(work, customer))

"""Products: from a seller's submission to sale and off it again, and the variants that are sold of each.

A product is on sale while it is ``approved``. What the shop lists itself needs nobody's approval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import LARGEST, Conflict, Forbidden, RecordError, check_range
from commerce.records.identity import reserve_numbers
from commerce.records.machine import EventDraft, fetch_mine, fire
from commerce.records.states import PRODUCT
from commerce.records.stream.event_types import reason_code
from commerce.records.work import Work

_LONGEST_NAME = 200


class NewVariant(NamedTuple):
    """A variant about to be listed: its SKU, unique in the shop, its price in minor units, and when it is low."""

    sku: str
    price_minor: int
    low_stock_at: int = 0


CHANGEABLE = ("name", "description", "category_id", "brand_id", "external_id")
"""What of a product may be changed."""


@checked
def create(
    work: Work,
    name: str,
    variants: Sequence[NewVariant],
    *,
    category_id: UUID | None = None,
    brand_id: UUID | None = None,
    description: str | None = None,
    external_id: str | None = None,
) -> UUID:
    """List a product: a seller's waits for approval, an admin's own is on sale at once.

    Parameters
    ----------
    category_id, brand_id : UUID, optional
        A brand is used by whom it belongs to, once it is approved.

    Raises
    ------
    NotFound
    Conflict
        "SKU must be new; got ...", "brand must be approved; got 'pending'. ..."
    RecordError
        "price must be 0 or more; got ...", "name must be 1 to 200 characters; got ..."
    """
    _check_name(name)
    _check_category(work, category_id)
    _check_brand(work, brand_id)
    product_id = work.new_id()
    seller = None if work.actor.runs_the_shop else work.actor.user_id
    if seller is None and not work.actor.runs_the_shop:
        raise Forbidden("a product of nobody's", ["admin"], work.actor.role)
    columns = {
        "number": reserve_numbers(work.connection, work.tenant, "product", 1),
        "external_id": external_id,
        "name": name,
        "category_id": category_id,
        "brand_id": brand_id,
        "seller_id": seller,
        "description": description,
    }
    with rows.unique("product", external_id or name):
        # without product_id: the stream refers to products that are there
        submitted = EventDraft("product.submitted", seller_id=seller)
        fire(work, PRODUCT, product_id, submitted, new=columns)
    _list_variants(work, product_id, variants)
    if work.actor.runs_the_shop:
        approve(work, product_id)
    return product_id


def add_variant(work: Work, product_id: UUID, variant: NewVariant) -> UUID:
    """Sell one more variant of a product.

    Raises
    ------
    NotFound
    Conflict
        "SKU must be new; got ..."
    RecordError
        "price must be 0 or more; got ..."
    """
    _emit(work, "product.changed", product_id)
    return _list_variants(work, product_id, [variant])[0]


@checked
def change_variant(
    work: Work, variant_id: UUID, *, price_minor: int | None = None, low_stock_at: int | None = None
) -> UUID:
    """Set the price of a variant, or from how few on it counts as low; orders placed keep theirs. Give its product.

    Raises
    ------
    NotFound
    RecordError
        "price must be 0 or more; got ..."
    """
    product_id: UUID = rows.find(work, schema.variant, variant_id).product_id
    _emit(work, "product.changed", product_id)
    asked = {"price_minor": price_minor, "low_stock_at": low_stock_at}
    values = {column: value for column, value in asked.items() if value is not None}
    _check_natural(**values)
    if values:
        rows.change(work, schema.variant, variant_id, **values)
    return product_id


def submit(work: Work, product_id: UUID) -> None:
    """Ask for approval again after a rejection."""
    _emit(work, "product.submitted", product_id)


def approve(work: Work, product_id: UUID) -> None:
    """Put a submitted product on sale."""
    _emit(work, "product.approved", product_id)


@checked
def reject(work: Work, product_id: UUID, *, reason: str) -> None:
    """Refuse a submitted product; the reason is a word like ``counterfeit``."""
    _emit(work, "product.rejected", product_id, reason=reason_code(reason))


def retire(work: Work, product_id: UUID) -> None:
    """Take a product off sale; orders that were placed go on."""
    _emit(work, "product.retired", product_id)


def remove(work: Work, product_id: UUID) -> None:
    """Take a product off sale for good; one that was never on sale, and that nothing names yet, leaves no trace.

    Raises
    ------
    NotFound
    IllegalMove
        "product must be in a state that allows product.retired; got 'rejected' ..."
    """
    row = fetch_mine(work, PRODUCT, product_id, "seller_id")
    if row.status == "retired":
        return
    work.actor.require("product.retired", *PRODUCT.moves["product.retired"].roles)
    if row.status != "submitted" or not _delete(work, product_id):
        retire(work, product_id)


def _delete(work: Work, product_id: UUID) -> bool:
    """Delete a product with its variants, unless something refers to it; tell whether it is gone."""
    product, variant = schema.product, schema.variant
    try:
        with work.connection.begin_nested():
            work.connection.execute(
                delete(variant).where(*rows.own(work, variant, product_id=product_id))
            )
            work.connection.execute(delete(product).where(*rows.own(work, product, id=product_id)))
    except IntegrityError:
        return False
    return True


def relist(work: Work, product_id: UUID) -> None:
    """Put a retired product on sale again."""
    _emit(work, "product.relisted", product_id)


def change(work: Work, product_id: UUID, changes: Mapping[str, Any]) -> None:
    """Change some of a product's `CHANGEABLE`.

    Raises
    ------
    NotFound
    Conflict
        "brand must be approved; got 'pending'. ...", "product must be new; got ..."
    RecordError
        "change must be of name, ...; got ...", "name must be 1 to 200 characters; got ..."
    """
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise RecordError(
            f"change must be of {', '.join(CHANGEABLE)}; got {', '.join(sorted(unknown))}."
            " Leave it out."
        )
    row = fetch_mine(work, PRODUCT, product_id, "seller_id")
    if "name" in changes:
        _check_name(changes["name"])
    _check_category(work, changes.get("category_id"))
    if changes.get("brand_id") != row.brand_id:
        _check_brand(work, changes.get("brand_id"))
    with rows.unique("product", changes.get("external_id")):
        _emit(work, "product.changed", product_id, changes=changes)


def assign_brand(work: Work, product_id: UUID, brand_id: UUID | None) -> None:
    """Sell a product under a brand, or under none.

    Raises
    ------
    NotFound
    Conflict
        "brand must be approved; got 'pending'. ..."
    """
    change(work, product_id, {"brand_id": brand_id})


def _emit(
    work: Work,
    event_type: str,
    product_id: UUID,
    *,
    reason: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Let something happen to a product that is the actor's business."""
    row = fetch_mine(work, PRODUCT, product_id, "seller_id")
    event = EventDraft(event_type, product_id=product_id, seller_id=row.seller_id, reason=reason)
    fire(work, PRODUCT, product_id, event, changes=changes)


def _check_name(name: Any) -> None:
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= _LONGEST_NAME:
        raise RecordError(
            f"name must be 1 to {_LONGEST_NAME} characters; got {name!r}. Say what it is."
        )


def _check_category(work: Work, category_id: UUID | None) -> None:
    if category_id is not None:
        rows.find(work, schema.category, category_id)


def _check_brand(work: Work, brand_id: UUID | None) -> None:
    """A seller uses own brands, the shop any; either only once it is approved."""
    if brand_id is None:
        return
    brand = rows.find(work, schema.brand, brand_id)
    work.actor.require_own("brand", brand_id, brand.owner_id)
    if brand.status != "approved":
        raise Conflict(
            f"brand must be approved; got {brand.status!r}. Wait for an admin's approval."
        )


def _list_variants(work: Work, product_id: UUID, variants: Sequence[NewVariant]) -> list[UUID]:
    for variant in variants:
        _check_natural(price_minor=variant.price_minor, low_stock_at=variant.low_stock_at)
    listed = [
        {
            "tenant_id": work.tenant.id,
            "id": work.new_id(),
            "product_id": product_id,
            "currency": work.tenant.currency,
            **variant._asdict(),
        }
        for variant in variants
    ]
    if listed:
        with rows.unique("SKU", ", ".join(variant.sku for variant in variants)):
            work.connection.execute(insert(schema.variant), listed)
    return [row["id"] for row in listed]


def _check_natural(**values: int) -> None:
    for name, value in values.items():
        check_range(name.removesuffix("_minor").replace("_", " "), value, 0, LARGEST)

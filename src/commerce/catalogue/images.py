"""Pictures of products, in an order: which files there are, not the files themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete

from commerce.catalogue import products, search
from commerce.records import rows, schema
from commerce.records.errors import Conflict, RecordError
from commerce.records.work import Work

MOST = 50
"""Pictures of one product."""

_image = schema.image


class Image(NamedTuple):
    """A picture; ``files`` has ``width``, ``height`` and ``name`` of each size, the largest last."""

    id: UUID
    product_id: UUID
    position: int
    digest: str
    files: Sequence[Mapping[str, Any]]


def require_own(work: Work, product_id: UUID | str) -> UUID:
    """Give the id of a product whose pictures the actor may change, before work is done for them.

    Raises
    ------
    NotFound
    """
    product = search.view(work, product_id)
    work.actor.require_own("product", product_id, product.seller_id)
    return product.id


def add(work: Work, product_id: UUID, files: Sequence[Mapping[str, Any]]) -> UUID:
    """Add a picture of a product, after those that are there.

    Parameters
    ----------
    files : sequence of mapping
        As `Image` has them; the name of the last tells one picture from another.

    Raises
    ------
    NotFound
    Conflict
        "picture must be new; got ...", "product must have at most 50 pictures; got one more. ..."
    """
    products.change(work, product_id, {})  # locks the product
    there = list_images(work, product_id)
    if len(there) >= MOST:
        raise Conflict(
            f"product must have at most {MOST} pictures; got one more. Delete another first."
        )
    image_id, digest = work.new_id(), files[-1]["name"]
    if any(each.digest == digest for each in there):
        raise Conflict("picture must be new; got one that the product has. There is nothing to do.")
    rows.add(
        work,
        _image,
        id=image_id,
        product_id=product_id,
        position=max((each.position for each in there), default=0) + 1,
        digest=digest,
        files=list(files),
    )
    return image_id


def list_images(work: Work, product_id: UUID) -> list[Image]:
    """List the pictures of a product in their order."""
    this = _image.c.product_id == product_id
    return rows.listed(work, Image, _image, this, order=(_image.c.position, _image.c.id))


def get(work: Work, image_id: UUID) -> Image:
    """Read a picture of a product that the actor may see."""
    found = rows.shown(Image, rows.find(work, _image, image_id))
    search.view(work, found.product_id)
    return found


def reorder(work: Work, product_id: UUID, image_ids: Sequence[UUID]) -> None:
    """Put the pictures of a product into another order.

    Raises
    ------
    NotFound
    RecordError
        "images must be each picture of the product once; got ..."
    """
    products.change(work, product_id, {})
    there = {each.id for each in list_images(work, product_id)}
    if len(image_ids) != len(there) or set(image_ids) != there:
        raise RecordError(
            f"images must be each picture of the product once; got {len(image_ids)} of {len(there)}."
            " List them first."
        )
    for position, image_id in enumerate(image_ids, 1):
        rows.change(work, _image, image_id, position=position)


def remove(work: Work, image_id: UUID) -> list[str]:
    """Take a picture away; give the names of its files that no other picture of the shop has.

    Raises
    ------
    NotFound
    """
    image = get(work, image_id)
    products.change(work, image.product_id, {})
    work.connection.execute(delete(_image).where(*rows.own(work, _image, id=image_id)))
    others = rows.listed(work, Image, _image, _image.c.digest == image.digest, order=())
    return [] if others else [str(file["name"]) for file in image.files]

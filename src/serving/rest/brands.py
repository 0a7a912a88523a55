"""Brands: a seller with enough points asks for one, who runs the shop decides once."""

from __future__ import annotations

from uuid import UUID

from commerce.catalogue import brands
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import Question, Told, example

router = Resource("products", "/api", tag="brands")


class NewBrand(Question):
    """A brand to ask for."""

    model_config = example(name="Tick & Tock")

    name: str


class Refusing(Question):
    """Why a brand is refused."""

    model_config = example(reason="The name belongs to somebody else.")

    reason: str


class BrandAnswer(Told):
    """A brand, and why it was rejected where it was; `owner_id` is null for the shop itself."""

    model_config = example(
        id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        name="Tick & Tock",
        owner_id=None,
        status="pending",
        reason=None,
    )

    id: UUID
    name: str
    owner_id: UUID | None
    status: str
    reason: str | None


@router.get("/product/brands", summary="List brands")
@router.get("/brands", summary="List brands")
def list_brands(work: Looking, page: Page, status: str | None = None) -> Listing[BrandAnswer]:
    """The approved and one's own; every one for who runs the shop."""
    part = brands.list_brands(work, status=status, ordering=page.ordering, **page.where)
    return page.of(part, BrandAnswer.model_validate)


@router.get("/product/brands/admin/pending", summary="List the brands that wait")
@router.get("/brands/pending", summary="List the brands that wait")
def list_pending(work: Looking, page: Page) -> Listing[BrandAnswer]:
    """For a decision, for who runs the shop."""
    part = brands.list_pending(work, ordering=page.ordering, **page.where)
    return page.of(part, BrandAnswer.model_validate)


@router.post("/product/brands/create", status_code=201, summary="Ask for a brand")
@router.post("/brands", status_code=201, summary="Ask for a brand")
def create_brand(work: Acting, body: NewBrand) -> BrandAnswer:
    """It waits for a decision; a seller needs points for it."""
    return _shown(work, brands.request(work, body.name))


@router.get("/brands/{brand_id}", summary="Read a brand")
def read_brand(work: Looking, brand_id: UUID) -> BrandAnswer:
    """An approved one, or one's own."""
    return _shown(work, brand_id)


@router.post("/product/brands/admin/{brand_id}/approve", summary="Approve a brand")
@router.post("/brands/{brand_id}/approve", summary="Approve a brand")
def approve_brand(work: Acting, brand_id: UUID) -> BrandAnswer:
    """Once; its owner is notified."""
    brands.approve(work, brand_id)
    return _shown(work, brand_id)


@router.post("/product/brands/admin/{brand_id}/reject", summary="Reject a brand")
@router.post("/brands/{brand_id}/reject", summary="Reject a brand")
def reject_brand(work: Acting, brand_id: UUID, body: Refusing) -> BrandAnswer:
    """Its owner is notified why."""
    brands.reject(work, brand_id, body.reason)
    return _shown(work, brand_id)


def _shown(work: Looking, brand_id: UUID) -> BrandAnswer:
    return BrandAnswer.model_validate(brands.get(work, brand_id))

"""Reviews: what buyers think of what arrived, and what that makes on the mean."""

from __future__ import annotations

from uuid import UUID

from pydantic import AliasChoices, Field

from commerce import reviews
from commerce.catalogue import search
from commerce.orders import queries
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import Instant, Key, Question, Told, example

router = Resource("reviews", "/api")


class Opinion(Question):
    """What a buyer thinks; in a PATCH, what is left out stays."""

    model_config = example(stars=4, body="Ticks well.")

    stars: int | None = Field(
        None, validation_alias=AliasChoices("stars", "rating"), description="1 to 5. Or `rating`."
    )
    body: str | None = Field(
        None,
        max_length=10_000,
        validation_alias=AliasChoices("body", "comment", "text"),
        description="Or `comment`, or `text`.",
    )


class NewReview(Opinion):
    """A product of an order that arrived, rated."""

    model_config = example(order="number:17", product="number:3", stars=5, body="Ticks well.")

    stars: int = Field(
        validation_alias=AliasChoices("stars", "rating"), description="1 to 5. Or `rating`."
    )
    order: str | int = Field(
        validation_alias=AliasChoices("order", "order_id"), description="By any of its names."
    )
    product: str | int = Field(
        validation_alias=AliasChoices("product", "product_id"), description="By any of its names."
    )


class ReviewAnswer(Told):
    """A review."""

    model_config = example(
        id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
        product_id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        customer_id="77d2a6ad-2b5c-4f3e-9a55-8c8fb5a0f1d2",
        stars=5,
        body="Ticks well.",
        posted_at="2026-03-01T12:00:00Z",
    )

    id: UUID
    product_id: UUID
    customer_id: UUID
    stars: int
    body: str | None
    posted_at: Instant


@router.get("/reviews", summary="List reviews")
def list_reviews(
    work: Looking, page: Page, product_id: UUID | None = None, customer_id: UUID | None = None
) -> Listing[ReviewAnswer]:
    """The latest first; everybody may read them."""
    part = reviews.list_reviews(
        work,
        product_id=product_id,
        customer_id=customer_id,
        ordering=page.ordering,
        **page.where,
    )
    return page.of(part, ReviewAnswer.model_validate)


@router.get("/products/{product_id}/reviews", summary="List the reviews of a product")
def list_of_product(work: Looking, page: Page, product_id: Key) -> Listing[ReviewAnswer]:
    """The latest first; what they make on the mean, the product says."""
    meant = search.view(work, product_id).id
    part = reviews.list_reviews(work, product_id=meant, ordering=page.ordering, **page.where)
    return page.of(part, ReviewAnswer.model_validate)


@router.post("/reviews", status_code=201, summary="Rate what arrived")
def post_review(work: Acting, body: NewReview) -> ReviewAnswer:
    """Once per product and order, by who bought it."""
    order = queries.view(work, str(body.order)).id
    product = search.view(work, str(body.product)).id
    return _shown(work, reviews.post(work, order, product, body.stars, body.body))


@router.get("/reviews/{review_id}", summary="Read a review")
def read_review(work: Looking, review_id: UUID) -> ReviewAnswer:
    """One that stands."""
    return _shown(work, review_id)


@router.patch("/reviews/{review_id}", summary="Change one's own review")
def change_review(work: Acting, review_id: UUID, body: Opinion) -> ReviewAnswer:
    """The product's mean follows."""
    said = {**reviews.get(work, review_id)._asdict(), **body.given()}
    reviews.edit(work, review_id, said["stars"], said["body"])
    return _shown(work, review_id)


@router.delete("/reviews/{review_id}", status_code=204, summary="Take a review away")
def remove_review(work: Acting, review_id: UUID) -> None:
    """One's own, or any for who runs the shop. The product's mean follows."""
    reviews.remove(work, review_id)


def _shown(work: Looking, review_id: UUID) -> ReviewAnswer:
    return ReviewAnswer.model_validate(reviews.get(work, review_id))

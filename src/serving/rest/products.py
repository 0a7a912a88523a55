"""Products: found, listed, changed, approved, taken off sale; and the variants that are sold of each."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AliasChoices, Field

from commerce.catalogue import products, search
from commerce.catalogue.products import NewVariant
from commerce.records.money import exact_minor
from commerce.records.work import Work
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import Amount, Key, MoneyText, Question, Told, example, write_money

router = Resource("products", "/api")


class VariantPrice(Question):
    """What may be changed of a variant."""

    model_config = example(price="24.99", low_stock_at=3)

    price: Amount | None = None
    low_stock_at: int | None = Field(None, description="From how few on it counts as low.")


class VariantBody(Question):
    """A variant to sell."""

    model_config = example(sku="MUG-RED", price="19.99", low_stock_at=2)

    sku: str = Field(min_length=1, max_length=200, description="Unique in the shop.")
    price: Amount
    low_stock_at: int = 0


class ProductBody(Question):
    """What may be said of a product; in a PATCH, what is left out stays."""

    model_config = example(name="Mug", description="Stoneware, 0.3 l")

    name: str | None = Field(None, description="1 to 200 characters; a product always has one.")
    description: str | None = None
    category_id: UUID | None = Field(
        None, validation_alias=AliasChoices("category_id", "category"), description="Or `category`."
    )
    brand_id: UUID | None = Field(
        None, validation_alias=AliasChoices("brand_id", "brand"), description="Or `brand`."
    )
    external_id: str | None = Field(None, description="The shop's own id, unique in the shop.")


class NewProduct(ProductBody):
    """A product to list, with `variants`, or with the `sku` and `price` of the only one."""

    model_config = example(
        name="Mug", description="Stoneware, 0.3 l", variants=[{"sku": "MUG-BLUE", "price": "19.99"}]
    )

    name: str
    variants: list[VariantBody] = Field([], max_length=100)
    sku: str | None = Field(None, min_length=1, max_length=200)
    price: Amount | None = None


class BrandBody(Question):
    """Under which brand it is sold."""

    model_config = example(brand_id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17")

    brand_id: UUID | None = Field(
        validation_alias=AliasChoices("brand_id", "brand"), description="Or `brand`; null for none."
    )


class Rejection(Question):
    """Why a product is refused."""

    model_config = example(reason="counterfeit")

    reason: str = Field(description="One word.")


class VariantAnswer(Told):
    """A variant; `sale_price` is what one costs now, with the best promotion there is."""

    id: UUID
    sku: str
    price: MoneyText | None
    sale_price: MoneyText | None
    currency: str | None
    available: int
    low_stock_at: int


class ProductAnswer(Told):
    """A product with what is sold of it and what buyers think of it."""

    model_config = example(
        id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        number=17,
        external_id=None,
        name="Mug",
        description="Stoneware, 0.3 l",
        status="approved",
        category_id=None,
        brand_id=None,
        seller_id=None,
        avg_rating=4.5,
        ratings_count=2,
        variants=[
            {
                "id": "0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
                "sku": "MUG-BLUE",
                "price": "19.99",
                "sale_price": "17.99",
                "currency": "EUR",
                "available": 12,
                "low_stock_at": 2,
            }
        ],
    )

    id: UUID
    number: int
    external_id: str | None
    name: str
    description: str | None
    status: str
    category_id: UUID | None
    brand_id: UUID | None
    seller_id: UUID | None
    avg_rating: float | None
    ratings_count: int
    variants: list[VariantAnswer]


@router.get("/products", summary="Find products")
def list_products(
    work: Looking,
    page: Page,
    *,
    search_text: Annotated[
        str | None,
        Query(alias="search", description="Words, each in the name or the description."),
    ] = None,
    category_id: Annotated[UUID | None, Query(description="Or one below it.")] = None,
    brand_id: UUID | None = None,
    seller_id: UUID | None = None,
    status: str | None = None,
    min_price: Annotated[Amount | None, Query()] = None,
    max_price: Annotated[Amount | None, Query()] = None,
    min_rating: Annotated[int | None, Query(ge=1, le=5, description="Stars on the mean.")] = None,
    in_stock: bool = False,
) -> Listing[ProductAnswer]:
    """What is on sale for a buyer, own products too for a seller, all for who runs the shop."""
    part = search.list_products(
        work,
        search=search_text,
        category_id=category_id,
        brand_id=brand_id,
        seller_id=seller_id,
        status=status,
        min_price_minor=_minor(work, min_price, "min_price"),
        max_price_minor=_minor(work, max_price, "max_price"),
        min_rating=min_rating,
        only_in_stock=in_stock,
        ordering=page.ordering,
        **page.where,
    )
    return page.of(part, _told)


@router.post("/products", status_code=201, summary="List a product")
def create_product(work: Acting, body: NewProduct) -> ProductAnswer:
    """A seller's waits for approval, the shop's own is on sale at once."""
    offered = [*body.variants]
    if body.sku is not None and body.price is not None:
        offered.append(VariantBody(sku=body.sku, price=body.price))
    made = products.create(
        work,
        variants=[_variant(work, each) for each in offered],
        **body.model_dump(exclude={"variants", "sku", "price"}),
    )
    return _shown(work, made)


@router.get("/products/{product_id}", summary="Read a product")
def read_product(work: Looking, product_id: Key) -> ProductAnswer:
    """By any of its names."""
    return _shown(work, product_id)


@router.patch("/products/{product_id}", summary="Change a product")
def change_product(work: Acting, product_id: Key, body: ProductBody) -> ProductAnswer:
    """What is left out stays; null takes away."""
    meant = search.view(work, product_id).id
    products.change(work, meant, body.given())
    return _shown(work, meant)


@router.put("/products/{product_id}", summary="Replace what is said of a product")
def replace_product(work: Acting, product_id: Key, body: ProductBody) -> ProductAnswer:
    """What is left out is taken away; variants stay as they are."""
    meant = search.view(work, product_id).id
    products.change(work, meant, body.model_dump())
    return _shown(work, meant)


@router.delete("/products/{product_id}", status_code=204, summary="Take a product away")
def remove_product(work: Acting, product_id: Key) -> None:
    """It goes off sale, and its orders go on; one that was never on sale is deleted."""
    products.remove(work, search.view(work, product_id).id)


@router.post("/products/{product_id}/variants", status_code=201, summary="Sell one more variant")
def add_variant(work: Acting, product_id: Key, body: VariantBody) -> ProductAnswer:
    """Answers with the product."""
    meant = search.view(work, product_id).id
    products.add_variant(work, meant, _variant(work, body))
    return _shown(work, meant)


@router.patch("/variants/{variant_id}", summary="Change a variant")
def change_variant(work: Acting, variant_id: UUID, body: VariantPrice) -> ProductAnswer:
    """Orders placed keep their price. Answers with the product."""
    price = _minor(work, body.price, "price")
    product = products.change_variant(
        work, variant_id, price_minor=price, low_stock_at=body.low_stock_at
    )
    return _shown(work, product)


@router.post("/products/{product_id}/submit", summary="Ask for approval again")
def submit_product(work: Acting, product_id: Key) -> ProductAnswer:
    """After a rejection."""
    meant = search.view(work, product_id).id
    products.submit(work, meant)
    return _shown(work, meant)


@router.post("/products/{product_id}/approve", summary="Put a product on sale")
def approve_product(work: Acting, product_id: Key) -> ProductAnswer:
    """Who runs the shop decides what sellers may sell."""
    meant = search.view(work, product_id).id
    products.approve(work, meant)
    return _shown(work, meant)


@router.post("/products/{product_id}/reject", summary="Refuse a product")
def reject_product(work: Acting, product_id: Key, body: Rejection) -> ProductAnswer:
    """Its seller may change it and ask again."""
    meant = search.view(work, product_id).id
    products.reject(work, meant, reason=body.reason)
    return _shown(work, meant)


@router.post("/products/{product_id}/relist", summary="Put a product on sale again")
def relist_product(work: Acting, product_id: Key) -> ProductAnswer:
    """After it was taken away."""
    meant = search.view(work, product_id).id
    products.relist(work, meant)
    return _shown(work, meant)


@router.patch("/product/products/{product_id}/assign-brand", summary="Sell under a brand")
@router.patch("/products/{product_id}/assign-brand", summary="Sell under a brand")
def assign_brand(work: Acting, product_id: Key, body: BrandBody) -> ProductAnswer:
    """A seller's own, once it is approved; the shop may use any."""
    meant = search.view(work, product_id).id
    products.assign_brand(work, meant, body.brand_id)
    return _shown(work, meant)


def _minor(work: Work, amount: Decimal | None, what: str) -> int | None:
    return None if amount is None else exact_minor(amount, work.tenant.currency, what)


def _variant(work: Work, body: VariantBody) -> NewVariant:
    price = exact_minor(body.price, work.tenant.currency, "price")
    return NewVariant(body.sku, price, body.low_stock_at)


def _shown(work: Work, product: UUID | str) -> ProductAnswer:
    return _told(search.view(work, product))


def _told(product: search.Product) -> ProductAnswer:
    variants = [
        {
            **each._asdict(),
            "price": _money(each.price_minor, each.currency),
            "sale_price": _money(each.sale_minor, each.currency),
        }
        for each in product.variants
    ]
    return ProductAnswer.model_validate(
        {**product._asdict(), "avg_rating": product.avg_rating, "variants": variants}
    )


def _money(minor: int | None, currency: str | None) -> str | None:
    return None if minor is None or currency is None else write_money(minor, currency)

"""Shops as a superadmin runs them: opened, changed, closed, opened again."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from commerce import shops
from serving.rest.deps import Asking, Listing, Page, Resource
from serving.rest.desk import Desk
from serving.rest.fields import Instant, Question, Told, example

router = Resource("shops", "/api/tenants", "tenants")


class ShopChange(Question):
    """What is to be otherwise; what is left out stays."""

    model_config = example(name="Acme Clocks")

    name: str | None = None
    domain: str | None = Field(None, description="Host name under which it is reached; unique.")
    settings: dict[str, Any] | None = Field(
        None, description="Where its rules differ from the usual ones."
    )


class NewShop(ShopChange):
    """A shop to open."""

    model_config = example(slug="acme-uk", currency="GBP", zone="Europe/London", name="Acme UK")

    slug: str = Field(description="Lower-case letters, digits, - and _.")
    currency: str = Field(description="ISO 4217.")
    zone: str = Field("UTC", description="IANA name: where its days begin.")


class ShopAnswer(Told):
    """A shop."""

    model_config = example(
        id="acme-uk",
        slug="acme-uk",
        name="Acme UK",
        domain=None,
        currency="GBP",
        zone="Europe/London",
        settings={},
        created_at="2026-01-01T12:00:00Z",
        closed_at=None,
    )

    id: str = Field(description="The slug, by which a shop is named everywhere.")
    slug: str
    name: str | None
    domain: str | None
    currency: str
    zone: str
    settings: dict[str, Any]
    created_at: Instant
    closed_at: Instant | None


@router.get("", summary="List shops")
def list_tenants(desk: Asking, page: Page) -> Listing[ShopAnswer]:
    """Closed ones too."""
    return page.of_all(shops.list_shops(desk.gate.engine, desk.actor), _shown)


@router.post("", status_code=201, summary="Open a shop")
def create_tenant(desk: Asking, body: NewShop) -> ShopAnswer:
    """Its first admin is made at `/api/users`, with the shop named by `X-Tenant-ID`."""
    shops.open_shop(desk.gate.engine, desk.actor, now=desk.now, **body.model_dump())
    return _read(desk, body.slug)


@router.get("/{slug}", summary="Read a shop")
def read_tenant(desk: Asking, slug: str) -> ShopAnswer:
    """By its slug."""
    return _read(desk, slug)


@router.patch("/{slug}", summary="Change a shop")
def change_tenant(desk: Asking, slug: str, body: ShopChange) -> ShopAnswer:
    """Currency and zone stay what they were."""
    shops.change_shop(desk.gate.engine, desk.actor, slug, body.given(), now=desk.now)
    desk.gate.forget()
    return _read(desk, slug)


@router.delete("/{slug}", status_code=204, summary="Close a shop")
def close_tenant(desk: Asking, slug: str) -> None:
    """Nobody logs in or works for it any more; its records stay."""
    shops.close_shop(desk.gate.engine, desk.actor, slug, now=desk.now)
    desk.gate.forget()


@router.post("/{slug}/reopen", summary="Open a closed shop again")
def reopen_tenant(desk: Asking, slug: str) -> ShopAnswer:
    """With all that it had."""
    shops.reopen_shop(desk.gate.engine, desk.actor, slug, now=desk.now)
    return _read(desk, slug)


def _read(desk: Desk, slug: str) -> ShopAnswer:
    return _shown(shops.get_shop(desk.gate.engine, desk.actor, slug))


def _shown(shop: shops.Shop) -> ShopAnswer:
    tenant = shop.tenant
    return ShopAnswer(
        id=tenant.slug,
        slug=tenant.slug,
        name=shop.name,
        domain=shop.domain,
        currency=tenant.currency,
        zone=tenant.zone.key,
        settings=dict(tenant.settings),
        created_at=shop.created_at,
        closed_at=tenant.closed_at,
    )

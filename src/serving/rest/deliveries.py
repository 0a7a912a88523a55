"""Orders on their way: claimed and carried by couriers, handed over against the buyer's proof."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import Field, StringConstraints

from commerce.delivery import couriers, jobs, proof
from serving.rest.deps import Acting, Asking, Listing, Looking, Page, Resource, needs
from serving.rest.fields import (
    Instant,
    Key,
    MoneyText,
    Question,
    Told,
    example,
    write_money,
)
from serving.rest.refusals import refusals

router = Resource("deliveries", "/api")


class Step(Question):
    """The next step, and what is shown at the door."""

    model_config = example(pin="042137", latitude=52.52, longitude=13.405)

    to: Annotated[str, StringConstraints(to_lower=True)] | None = Field(
        None,
        description="The state to reach; by default the door with a proof, the road without one.",
    )
    pin: str | None = None
    token: str | None = None
    latitude: float | None = Field(None, description="Where it was handed over, in degrees.")
    longitude: float | None = None


class Shown(Question):
    """What the buyer shows at the door: the PIN, or the token of the QR code."""

    model_config = example(pin="042137", latitude=52.52, longitude=13.405)

    pin: str | None = None
    token: str | None = None
    latitude: float | None = Field(None, description="Where it was handed over, in degrees.")
    longitude: float | None = None


class Failure(Question):
    """Why an order could not be delivered."""

    model_config = example(reason="nobody_home")

    reason: str = Field(description="nobody_home, wrong_address, refused, damaged or other.")


class JobAnswer(Told):
    """An order as couriers see it: not where it goes, nor to whom."""

    model_config = example(
        order_id="3a1e7c52-90cf-4d9e-8b6f-0a8d1f5c7e21",
        number=17,
        status="available",
        promised_at="2026-03-03T12:00:00Z",
        units=2,
        cash="0.00",
        currency="EUR",
    )

    order_id: UUID
    number: int
    status: str
    promised_at: Instant | None
    units: int = Field(description="Goods to carry.")
    cash: MoneyText = Field(description="To be taken at the door.")
    currency: str


class PlaceAnswer(Told):
    """Where an order goes."""

    model_config = example(latitude=52.52, longitude=13.405, address="Tick Street 1, Berlin")

    latitude: float | None
    longitude: float | None
    address: str | None


class ProofAnswer(Told):
    """What the buyer shows at the door; it is shown once, and what was shown before is dead."""

    model_config = example(
        pin="042137",
        token="uYc0fF2pO9y1rZ5n1Qe0Vw",  # noqa: S106
        qr="data:image/png;base64,iVBORw0KGgo=",
        expires_at="2026-03-04T12:00:00Z",
    )

    pin: str
    token: str
    qr: str = Field(description="The token as a QR code: a PNG as a data URL.")
    expires_at: Instant


class ProofStateAnswer(Told):
    """What may be known of a proof without seeing it."""

    model_config = example(live=True, expires_at="2026-03-04T12:00:00Z", tries_left=5)

    live: bool = Field(description="Whether a handover may be confirmed by it now.")
    expires_at: Instant | None
    tries_left: int


@router.get("/delivery/orders/available", summary="List orders that wait for a courier")
def list_available(work: Looking, page: Page) -> Listing[JobAnswer]:
    """Paid, or to be paid at the door or later; the most urgent first."""
    found = jobs.available(work, **page.where)
    return page.of(found, lambda job: _shown(work, job))


@router.get("/delivery/orders", summary="List the orders that the caller carries")
def list_carried(work: Looking, page: Page) -> Listing[JobAnswer]:
    """Claimed and not delivered; the most urgent first."""
    return page.of_all(jobs.carried(work), lambda job: _shown(work, job))


@router.get("/delivery/orders/{order_id}", summary="Read an order that the caller carries")
def read_carried(work: Looking, order_id: Key) -> JobAnswer:
    """Or has brought; any for who runs the shop."""
    return _shown(work, jobs.job(work, order_id))


@router.post("/delivery/orders/{order_id}/claim", summary="Take an order on")
def claim_order(work: Acting, order_id: Key) -> JobAnswer:
    """The first courier gets it; each carries so many at once as the shop allows."""
    order = jobs.meant(work, order_id)
    couriers.claim(work, order)
    return _shown(work, jobs.job(work, order))


@router.post("/delivery/orders/{order_id}/release", status_code=204, summary="Give an order back")
def release_order(work: Acting, order_id: Key) -> None:
    """Before it has left, so that others may claim it."""
    couriers.release(work, jobs.meant(work, order_id))


@router.post("/delivery/orders/{order_id}/advance", summary="Take an order the next step")
def advance_order(desk: Asking, order_id: Key, body: Step) -> JobAnswer:
    """To the road, and with the buyer's proof to the door; no step back, none left out. A wrong proof counts."""
    with desk.working() as work:
        order = jobs.meant(work, order_id)
        done = couriers.advance(work, order, **body.model_dump())
        answer = _shown(work, jobs.job(work, order))
    if body.pin is not None or body.token is not None:
        done.require_delivered()
    return answer


@router.post("/delivery/orders/{order_id}/fail", summary="Bring an order back")
def fail_order(work: Acting, order_id: Key, body: Failure) -> JobAnswer:
    """What could not be delivered; its proof is dead, and it may set out again."""
    order = jobs.meant(work, order_id)
    couriers.fail(work, order, body.reason)
    return _shown(work, jobs.job(work, order))


@router.get("/delivery/orders/{order_id}/location", summary="Where does an order go?")
def read_location(work: Looking, order_id: Key) -> PlaceAnswer:
    """For the courier who carries it, as long as it is on the way."""
    return PlaceAnswer.model_validate(jobs.location(work, jobs.meant(work, order_id)))


@router.get(
    "/orders/{order_id}/proof", summary="Show the buyer a new PIN and token", responses=refusals()
)
@router.post("/orders/{order_id}/proof", summary="Make a new PIN and token for the buyer")
@needs("deliveries:write")
def show_proof(desk: Asking, order_id: Key, response: Response) -> ProofAnswer:
    """Neither is kept, so each time they are new, and the former ones are dead; wrong tries are forgotten."""
    with desk.working() as work:
        made = proof.renew(work, jobs.meant(work, order_id))
    response.headers["Cache-Control"] = "no-store"
    picture = b64encode(proof.draw_qr_code(made.token, "png")).decode()
    return ProofAnswer(
        pin=made.pin,
        token=made.token,
        qr=f"data:image/png;base64,{picture}",
        expires_at=made.expires_at,
    )


@router.get("/orders/{order_id}/proof/state", summary="Is the proof last seen still good?")
def read_proof_state(work: Looking, order_id: Key) -> ProofStateAnswer:
    """For the buyer, without making a new one."""
    return ProofStateAnswer.model_validate(proof.show(work, jobs.meant(work, order_id)))


@router.post("/orders/{order_id}/proof/confirm", summary="Hand an order over")
def confirm_proof(desk: Asking, order_id: Key, body: Shown) -> JobAnswer:
    """By the courier who carries it, against the buyer's PIN or token, once. A wrong one counts."""
    with desk.working() as work:
        order = jobs.meant(work, order_id)
        done = proof.confirm(work, order, **body.model_dump())
        answer = _shown(work, jobs.job(work, order))
    done.require_delivered()
    return answer


def _shown(work: Looking, job: jobs.Job) -> JobAnswer:
    currency = work.tenant.currency
    more = {"cash": write_money(job.cash_minor, currency), "currency": currency}
    return JobAnswer.model_validate({**job._asdict(), **more})

"""What payment providers tell: let in by their signature instead of a credential."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Request
from starlette.concurrency import run_in_threadpool

from commerce.payments import webhooks
from commerce.payments.providers.choice import provider_named
from serving.rest.deps import Resource, public
from serving.rest.desk import signed_work
from serving.rest.fields import Told, example

router = Resource("payments", "/api/payments/webhooks", "webhooks")

Signature = Annotated[str, Header(alias="Stripe-Signature", max_length=1000)]


class Heard(Told):
    """That it was heard."""

    model_config = example(received=True)

    received: bool


@router.post("/stripe", summary="Hear Stripe")
@public
async def hear_stripe(request: Request, signature: Signature = "") -> Heard:
    """The shop is named by its host name or `?tenant_id=`; what is told counts once, however often it is."""
    return await _hear(request, "stripe", signature)


@router.post("/local", summary="Hear the embedded provider")
@public
async def hear_local(request: Request, signature: Signature = "") -> Heard:
    """As Stripe is heard."""
    return await _hear(request, "local", signature)


async def _hear(request: Request, name: str, signature: str) -> Heard:
    payload, door = await request.body(), request.app.state.door

    def take_in() -> None:
        with signed_work(request) as work:
            provider = provider_named(work, name, door.provider_key, door.webhook_secret)
            webhooks.receive(work, provider, payload, signature)

    await run_in_threadpool(take_in)
    return Heard(received=True)

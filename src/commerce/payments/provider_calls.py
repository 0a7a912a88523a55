"""What providers are asked to do, and when.

The embedded provider is part of the record store and answers within the transaction. Anybody else is called
between two transactions: the first leaves a call, `commerce.payments.webhooks.run_provider_calls` makes it and writes
down the answer in the second. A call that was cut off is made again under the same id, and a provider does
what it is asked under one id once. Where the records refuse what was answered, the call is put aside: made again in
vain it would be for ever, and after a day, when a provider forgets ids, it would be done a second time.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select

from commerce.payments.providers.local import Local
from commerce.payments.providers.port import Card, ProviderCall, ProviderEvent
from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import RecordError
from commerce.records.work import Work

CARD_PROVIDERS = ("local", "stripe")
"""Who may handle a shop's cards."""

_KIND, _ASIDE = "provider_call", "provider_call_aside"
_VERBS = ("attach", "create", "confirm", "capture", "cancel", "refund", "detach")


def card_provider(work: Work) -> str:
    """Name who handles the shop's cards.

    Raises
    ------
    RecordError
        "setting provider must be one of local, stripe to take cards; got ..."
    """
    name = work.stand_in or work.policy.provider
    if name not in CARD_PROVIDERS:
        raise RecordError(
            f"setting provider must be one of {', '.join(CARD_PROVIDERS)} to take cards;"
            f" got {name!r}. Set it, or pay in another way."
        )
    return name


@checked
def call_for(work: Work, verb: str, payment: Row[Any], **more: Any) -> ProviderCall:
    """Write down what is asked about a payment."""
    return ProviderCall(
        work.new_id().hex,
        verb,
        payment.id.hex,
        work.tenant.slug,
        intent=payment.reference,
        currency=payment.currency,
        **({"amount": payment.amount_minor} | more),
    )


@checked
def ask(work: Work, provider: str, call: ProviderCall) -> ProviderEvent | Card | None:
    """Ask a provider; the answer of one outside comes after the transaction."""
    if provider == "local":
        answer: ProviderEvent | Card | None = getattr(Local(work), call.verb)(call)
        return answer
    work.to_call.add(call.subject)
    document = {"provider": provider, "asked_at": work.now, **call._asdict()}
    rows.add(work, schema.provider_record, reference=call.id, kind=_KIND, document=document)
    return None


@checked
def waiting(work: Work, provider: str) -> list[ProviderCall]:
    """List the calls of a provider that are not made yet, in the order in which they were asked."""
    table, payment = schema.provider_record, schema.payment
    asked = select(table.c.document).where(*rows.own(work, table, kind=_KIND))
    found = [row for row in work.connection.execute(asked).scalars() if row["provider"] == provider]
    found.sort(key=lambda row: (row["asked_at"], _VERBS.index(row["verb"])))
    theirs = payment.c.id.in_([UUID(row["subject"]) for row in found])
    named = select(payment.c.id, payment.c.reference).where(*rows.own(work, payment), theirs)
    names = {row.id.hex: row.reference for row in work.connection.execute(named)}
    return [
        ProviderCall(**{name: row[name] for name in ProviderCall._fields})._replace(
            intent=names.get(row["subject"])
        )
        for row in found
    ]


def done(work: Work, call: ProviderCall) -> bool:
    """Strike a call off; False where somebody else did."""
    table = schema.provider_record
    struck = delete(table).where(*rows.own(work, table, reference=call.id))
    return work.connection.execute(struck).rowcount == 1


def put_aside(work: Work, provider: str, call: ProviderCall, refusal: str) -> None:
    """Keep a call that was done, and whose answer the records refuse, for somebody to look into."""
    document = {"provider": provider, "refusal": refusal, **call._asdict()}
    rows.add(work, schema.provider_record, reference=call.id, kind=_ASIDE, document=document)

"""What providers are asked to do, and when.

The embedded provider is part of the record store and answers within the transaction. Anybody else is called
between two transactions: the first leaves an errand, `commerce.payments.webhooks.run_errands` runs it and writes
down the answer in the second. An errand that was cut off is run again under the same id, and a provider does
what it is asked under one id once.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, insert, select

from commerce import schema
from commerce.errors import RecordError
from commerce.machine import Fact
from commerce.payments.providers.local import Local
from commerce.payments.providers.port import Card, Errand, Told
from commerce.payments.records import tell
from commerce.work import Work

CARD_PROVIDERS = ("local", "stripe")
"""Who may handle a shop's cards."""

_KIND = "errand"
_VERBS = ("attach", "create", "confirm", "capture", "cancel", "refund", "detach")


def card_provider(work: Work) -> str:
    """Name who handles the shop's cards.

    Raises
    ------
    RecordError
        "setting provider must be one of local, stripe to take cards; got ..."
    """
    name = work.policy.provider
    if name not in CARD_PROVIDERS:
        raise RecordError(
            f"setting provider must be one of {', '.join(CARD_PROVIDERS)} to take cards;"
            f" got {name!r}. Set it, or pay in another way."
        )
    return name


def errand_for(work: Work, verb: str, payment: Row[Any], **more: Any) -> Errand:
    """Write down what is asked about a payment."""
    return Errand(
        work.new_id().hex,
        verb,
        payment.id.hex,
        work.tenant.slug,
        intent=payment.reference,
        currency=payment.currency,
        **({"amount": payment.amount_minor} | more),
    )


def ask(work: Work, provider: str, errand: Errand) -> Told | Card | None:
    """Ask a provider; the answer of one outside comes after the transaction."""
    if provider == "local":
        answer: Told | Card | None = getattr(Local(work), errand.verb)(errand)
        return answer
    row = {
        "tenant_id": work.tenant.id,
        "reference": errand.id,
        "kind": _KIND,
        "document": {"provider": provider, "asked_at": work.now, **errand._asdict()},
    }
    work.connection.execute(_ASK, row)
    return None


def ask_refund(
    work: Work, payment: Row[Any], amount: int, *, reason: str | None, position: int | None = None
) -> Told | None:
    """Tell that a provider is to send money back, and ask it to."""
    errand = errand_for(work, "refund", payment, amount=amount, reason=reason, position=position)
    fact = Fact(
        "payment.refund_requested",
        customer_id=payment.customer_id,
        amount=amount,
        method=payment.method,
        reason=reason,
    )
    tell(work, payment.id, fact, reference=f"{errand.id}/asked")
    answer = ask(work, payment.provider, errand)
    return answer if isinstance(answer, Told) else None


def waiting(work: Work, provider: str) -> list[Errand]:
    """List the errands of a provider that are not run yet, in the order in which they were asked."""
    rows = work.connection.execute(_WAITING, {"tenant": work.tenant.id}).scalars()
    found = [dict(row) for row in rows if row["provider"] == provider]
    found.sort(key=lambda row: (row["asked_at"], _VERBS.index(row["verb"])))
    key = {"tenant": work.tenant.id, "payments": [UUID(row["subject"]) for row in found]}
    names = {row.id.hex: row.reference for row in work.connection.execute(_NAMES, key)}
    for row in found:
        row["intent"] = names.get(row["subject"])
    return [Errand(**{name: row[name] for name in Errand._fields}) for row in found]


def done(work: Work, errand: Errand) -> bool:
    """Strike an errand off; False where somebody else did."""
    key = {"tenant": work.tenant.id, "name": errand.id}
    return work.connection.execute(_DONE, key).rowcount == 1


_table = schema.provider_record
_ASK = insert(_table)
_WAITING = select(_table.c.document).where(
    _table.c.tenant_id == bindparam("tenant"), _table.c.kind == _KIND
)
_NAMES = select(schema.payment.c.id, schema.payment.c.reference).where(
    schema.payment.c.tenant_id == bindparam("tenant"),
    schema.payment.c.id.in_(bindparam("payments", expanding=True)),
)
_DONE = delete(_table).where(
    _table.c.tenant_id == bindparam("tenant"), _table.c.reference == bindparam("name")
)

"""What an import did, in numbers and in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from importing.engine.late import Late
from importing.engine.tenancy import TenantPlan
from importing.engine.writing import Writer
from tabular.formats import Detected
from tabular.rejects import Rejects

_EXAMPLES: Final = 3
CHANGES: Final = {
    "cancelled": "cancelled",
    "refunded": "refunded, whole or in part",
    "captured": "paid meanwhile",
    "completed": "completed",
    "failed": "not paid, for the payment failed",
    "added": "with more in them",
    "reduced": "with less in them",
}
"""What may become of a known order, in the words and the order in which it is said."""


class Content(NamedTuple):
    """What the rows hold that were written now or known already."""

    first: int
    last: int
    """`first`, `last`: the earliest and the latest time, in microseconds since 1970 UTC."""
    amount: int
    """Minor units of all sales, less returns."""
    customers: int
    """Different ones."""
    nameless: int
    """Rows that name no customer."""


@dataclass(frozen=True, kw_only=True)
class ImportSummary:
    """What an import did; ``rows_accepted + rows_rejected + rows_duplicate == rows_read``."""

    rows_read: int
    """Rows of the file, header, blank lines and what was left aside apart."""
    rows_accepted: int
    rows_rejected: int
    rows_duplicate: int
    """`rows_accepted`, `rows_rejected`, `rows_duplicate`: what became of them: written now, refused with a
    reason, known already."""
    customers: int
    orders: int
    events: int
    """`customers`, `orders`, `events`: newly written."""
    tenant: str
    tenant_created: bool
    """Whether this import made the tenant."""
    currency: str
    timezone: str
    detected: Detected
    content: Content | None = None
    """What its usable rows hold; None where there are none, or the kind of file does not say."""
    late: Late = Late()  # noqa: RUF009
    """What came in behind something that was computed."""
    backfilled: int = 0
    """Events that count from when they were known all the same: the late ones, and those that an earlier import of
    the same rows had recorded late."""
    changed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Names of orders that were known and are told otherwise now, by what became of them; an order may have had
    several of `CHANGES`. Of a ``conflict`` and of what is ``older`` nothing was recorded."""
    left_aside: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Lines that are no data, by what they are; see `tabular.asides`."""
    rejects: Path | None = None
    """The rejects file, of a dry run where it would be; None where nothing was refused."""
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Refused rows by reason, most frequent first."""
    dry_run: bool = False
    """Whether all of it is what would be, and nothing was written."""
    refusals: Sequence[str] = ()
    """The same as people read it: each with examples, and the option that settles what such rows mean."""

    def as_dict(self) -> dict[str, Any]:
        """Give what ``--json`` says: numbers, and what became of known orders, with the names of some."""
        changed = {
            kind: {"orders": len(names), "such_as": list(names[:_EXAMPLES])}
            for kind, names in self.changed.items()
        }
        return {
            "rows_read": self.rows_read,
            "rows_accepted": self.rows_accepted,
            "rows_rejected": self.rows_rejected,
            "rows_duplicate": self.rows_duplicate,
            "customers": self.customers,
            "orders": self.orders,
            "events": self.events,
            "late": self.late.events,
            "backfilled": self.backfilled,
            "changed": changed,
        }

    def changed_sentences(self) -> Iterator[str]:
        """Say what became of known orders."""
        told = {kind: (f"{len(names):,}", _some(names)) for kind, names in self.changed.items()}
        parts = [
            f"{told[kind][0]} {words} ({told[kind][1]})"
            for kind, words in CHANGES.items()
            if kind in told
        ]
        if parts:
            yield f"changed of known orders: {'; '.join(parts)}"
        if "conflict" in told:
            number, names = told["conflict"]
            yield f"in conflict with what is recorded: {number} ({names}); their rows are refused, and nothing changes"
        if "older" in told:
            number, names = told["older"]
            yield f"older news: {number} ({names}) as they were before they changed, which stay as they are now"


def _some(names: Sequence[str]) -> str:
    """Name some of many."""
    return ", ".join(names[:_EXAMPLES]) + (", ..." if len(names) > _EXAMPLES else "")


def summarise(
    tenancy: TenantPlan,
    *,
    read: int,
    duplicate: int,
    writer: Writer,
    detected: Detected,
    rejects: Rejects,
    content: Content | None = None,
    changed: Mapping[str, Sequence[str]] | None = None,
) -> ImportSummary:
    """Sum an import up, and put its rejects file in place: what is neither refused nor known was accepted."""
    refused, written = rejects.reasons.total(), writer.written
    accepted = read - refused - duplicate
    return ImportSummary(
        rows_read=read,
        rows_accepted=accepted,
        rows_rejected=refused,
        rows_duplicate=duplicate,
        customers=written["customers"],
        orders=written["orders"],
        events=written["events"],
        late=writer.late,
        backfilled=written["backfilled"],
        tenant=tenancy.slug,
        tenant_created=tenancy.tenant is None and accepted > 0,
        currency=tenancy.currency,
        timezone=tenancy.zone.key,
        detected=detected,
        content=content,
        changed=changed or {},
        left_aside=rejects.left_aside,
        rejects=rejects.close(),
        reasons=dict(rejects.reasons.most_common()),
        dry_run=not rejects.keeps,
        refusals=rejects.said(),
    )

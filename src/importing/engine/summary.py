"""What an import did, in numbers and in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from importing.engine.tenancy import TenantPlan
from tabular.formats import Detected
from tabular.rejects import Rejects


@dataclass(frozen=True, kw_only=True)
class ImportSummary:
    """What an import did; ``rows_accepted + rows_rejected + rows_duplicate == rows_read``."""

    rows_read: int
    """Rows of the file, header and blank lines apart."""
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
    rejects: Path | None = None
    """The rejects file; None where nothing was refused."""
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Refused rows by reason, most frequent first."""

    def as_dict(self) -> dict[str, int]:
        """Give the seven numbers of ``--json``."""
        return {
            "rows_read": self.rows_read,
            "rows_accepted": self.rows_accepted,
            "rows_rejected": self.rows_rejected,
            "rows_duplicate": self.rows_duplicate,
            "customers": self.customers,
            "orders": self.orders,
            "events": self.events,
        }


def summarise(
    tenancy: TenantPlan,
    *,
    read: int,
    duplicate: int,
    written: Counter[str],
    detected: Detected,
    rejects: Rejects,
) -> ImportSummary:
    """Sum an import up, and put its rejects file in place: what is neither refused nor known was accepted."""
    refused = rejects.reasons.total()
    accepted = read - refused - duplicate
    return ImportSummary(
        rows_read=read,
        rows_accepted=accepted,
        rows_rejected=refused,
        rows_duplicate=duplicate,
        customers=written["customers"],
        orders=written["orders"],
        events=written["events"],
        tenant=tenancy.slug,
        tenant_created=tenancy.tenant is None and accepted > 0,
        currency=tenancy.currency,
        timezone=tenancy.zone.key,
        detected=detected,
        rejects=rejects.close(),
        reasons=dict(rejects.reasons.most_common()),
    )

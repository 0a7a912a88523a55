"""Audits with a known outcome."""

from __future__ import annotations

from features.comparing.audits import Mismatch
from training.judging.audits import Audit


def make_audit(day: int, hashes: dict[str, str], *differing: str, tenant: str = "demo") -> Audit:
    examples = tuple(
        Mismatch(
            customer_id="c1",
            feature=name,
            as_of=1,
            moment="now",
            values={"online": "1.0", "batch": "2.0"},
            events=(812,),
        )
        for name in differing
    )
    return Audit(
        tenant=tenant,
        made_at=f"2026-01-{day:02}T03:00:00+00:00",
        as_of=1,
        snapshot="ab",
        events=10,
        hashes=hashes,
        answers=1,
        left_out=0,
        vectors=5,
        values=10,
        differences=len(differing),
        differing=dict.fromkeys(differing, 1),
        examples=examples,
    )

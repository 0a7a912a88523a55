"""Audits of a tenant's features, kept beside its packages: the later certificates, which promotion asks for.

The certificate made in training is the first. Each audit after it says of every output, by the hash of its
declaration, whether all ways to compute it agreed; the last audit of an output is the one that counts, so one
that failed stops every package that reads what differed, until an audit finds it in order again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from features.comparing.audits import Mismatch
from tabular.files import replace_text
from training.errors import TrainingError

FOLDER = "audits"
"""Where a tenant's audits lie, beside its models' folders."""


class AuditDamaged(TrainingError, ValueError):
    """An audit on disk that cannot be read: what it said is not known."""


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What was compared, and what differed."""

    tenant: str
    made_at: str
    """Wall time, ISO."""
    as_of: int
    """Epoch microseconds; the tenant's clock."""
    snapshot: str
    """Its hash."""
    events: int
    hashes: Mapping[str, str]
    """Of the outputs that were compared."""
    answers: int
    left_out: int
    """`answers`, `left_out`: kept answers that were computed again, and those that could not be: they read
    features declared otherwise since."""
    backfilled: int = 0
    """Answers of `answers` that were given before events were backfilled behind them: computed again as they were."""
    vectors: int
    values: int
    """`vectors`, `values`: customers at instants, and values compared."""
    differences: int
    differing: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[Mismatch, ...] = ()
    """Some of them, of different outputs first."""

    @property
    def holds(self) -> bool:
        """Whether something was compared, and nothing differs."""
        return self.values > 0 and self.differences == 0

    @property
    def text(self) -> str:
        """One sentence."""
        seen = f"{self.values} values of {self.vectors} vectors, {self.answers} of them answers"
        if self.holds:
            return f"every way agrees to the bit on {seen}"
        if not self.values:
            return "an audit must compare at least one value; got none"
        more = f" and {len(self.differing) - 3} more" if len(self.differing) > 3 else ""
        return (
            f"every way must agree to the bit on {seen}; got {self.differences} differences in"
            f" {', '.join(list(self.differing)[:3])}{more}, first {self.examples[0].text}"
        )

    def as_dict(self) -> dict[str, Any]:
        """The audit in JSON's own types."""
        return asdict(self) | {
            "holds": self.holds,
            "examples": [asdict(one) | {"events": list(one.events)} for one in self.examples],
        }


def write_audit(audit: Audit, packages: Path) -> Path:
    """Keep an audit beside its tenant's packages, under the time it was made at."""
    made = datetime.fromisoformat(audit.made_at).astimezone(UTC)
    folder = packages / audit.tenant / FOLDER
    path = folder / f"{made:%Y%m%dT%H%M%S.%fZ}.json"
    return replace_text(path, json.dumps(audit.as_dict(), indent=1, allow_nan=False))


def read_audits(packages: Path, tenant: str) -> tuple[Audit, ...]:
    """Read a tenant's audits, the oldest first.

    Raises
    ------
    AuditDamaged
        "... must be as it was written; got ..."
    """
    return tuple(
        _read(path)
        for path in sorted((packages / tenant / FOLDER).glob("*.json"))
        if not path.name.startswith(".")
    )


def _read(path: Path) -> Audit:
    try:
        content = json.loads(path.read_bytes())
        examples = [
            Mismatch(**{**one, "events": tuple(one["events"])}) for one in content["examples"]
        ]
        del content["holds"]
        return Audit(**{**content, "examples": tuple(examples)})
    except (ValueError, KeyError, TypeError) as error:
        raise AuditDamaged(
            f"{path} must be as it was written; got no audit in it. Remove it, and audit again:"
            f" bellwether features audit --tenant {path.parent.parent.name}"
        ) from error


@dataclass(frozen=True, kw_only=True)
class AuditStatus:
    """What the audits say of some outputs."""

    outputs: int
    """How many were asked about."""
    covered: tuple[str, ...]
    """Those that an audit compared, declared as they are."""
    failing: tuple[str, ...]
    """Those of them that differed when they were compared last."""
    last: Audit
    """The last one that covers any of them; of failing ones, if there are some."""

    @property
    def holds(self) -> bool:
        """Whether nothing differed when it was compared last."""
        return not self.failing

    @property
    def text(self) -> str:
        """One sentence."""
        day = self.last.made_at[:16].replace("T", " ")
        if self.holds:
            seen = f"{len(self.covered)} of {self.outputs} features"
            return (
                f"audit of {day} found {seen if self.outputs > 1 else 'it'} the same by every way"
            )
        shown = [one.text for one in self.last.examples if one.feature in self.failing]
        return (
            f"audit of {day} must find features the same by every way; got {len(self.failing)} that"
            f" differ, first {(shown or self.failing)[0]}. Remove the cause, then: bellwether features audit"
            f" --tenant {self.last.tenant}"
        )


def audit_status(audits: Sequence[Audit], hashes: Mapping[str, str]) -> AuditStatus | None:
    """Find what the last audit of each output says.

    Parameters
    ----------
    audits : sequence of Audit
        The oldest first.
    hashes : mapping of str to str
        Hash of each output, as it is declared; what was audited under another one is not covered.

    Returns
    -------
    AuditStatus or None
        None where no audit covers any of them.
    """
    last: dict[str, Audit] = {}
    for audit in audits:
        last |= {name: audit for name, known in hashes.items() if audit.hashes.get(name) == known}
    if not last:
        return None
    failing = tuple(name for name, audit in last.items() if name in audit.differing)
    return AuditStatus(
        outputs=len(hashes),
        covered=tuple(last),
        failing=failing,
        last=max((last[name] for name in failing or tuple(last)), key=lambda audit: audit.made_at),
    )


def doubtful(audits: Sequence[Audit]) -> tuple[str, ...]:
    """Name every output that differed when it was audited last, with the hash it then had."""
    last = {item: audit for audit in audits for item in audit.hashes.items()}
    return tuple(
        sorted(
            f"{name} {known}" for (name, known), audit in last.items() if name in audit.differing
        )
    )

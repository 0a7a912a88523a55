"""Gates that somebody waived for a model, on record beside its packages: who did, why, and until when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from tabular.files import replace_text
from training.errors import InvalidWaiver

FILE = "waivers.json"
"""Its name in the folder of a tenant's model."""

WAIVABLE = ("calibration", "fairness")
"""What people may answer for themselves; every other gate says whether the model works at all."""


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """Leave for a model to answer although a gate refuses.

    Parameters
    ----------
    gate : str
        One of `WAIVABLE`.
    by : str
        Who answers for it.
    because : str
        Why.
    until : str
        The last day it holds, ISO.
    """

    gate: str
    by: str
    because: str
    until: str

    @property
    def sentence(self) -> str:
        """Who answers for it, until when and why."""
        return f"waived until {self.until} by {self.by}: {self.because}"

    def holds(self, on: date) -> bool:
        """Whether it holds on a day."""
        return date.fromisoformat(self.until) >= on and self.gate in WAIVABLE


def write_waiver(waiver: Waiver, packages: Path, tenant: str, model: str) -> Path:
    """Put a waiver on record, in the place of an older one of the same gate.

    Raises
    ------
    InvalidWaiver
        "waiver must ...; got ..."
    """
    _check_gate(waiver.gate)
    if not waiver.by.strip() or not waiver.because.strip():
        raise InvalidWaiver(
            "waiver must say who answers for it and why; got nothing. Say both in a few words."
        )
    try:
        date.fromisoformat(waiver.until)
    except ValueError:
        raise InvalidWaiver(
            f"waiver must say its last day; got {waiver.until!r}. Write it as 2026-06-30."
        ) from None
    return _write(
        packages / tenant / model, {**_read(packages, tenant, model), waiver.gate: waiver}
    )


def withdraw_waiver(gate: str, packages: Path, tenant: str, model: str) -> Waiver:
    """Take a waiver off the record, and give it once more; versions it let answer keep it in their cards.

    Raises
    ------
    InvalidWaiver
        "waiver to be withdrawn must be on record; got ..."
    """
    kept = _read(packages, tenant, model)
    _check_gate(gate)
    if gate not in kept:
        raise InvalidWaiver(
            f"waiver to be withdrawn must be on record; got none of {gate!r} for {tenant}.{model}."
            " See: bellwether models waivers"
        )
    withdrawn = kept.pop(gate)
    _write(packages / tenant / model, kept)
    return withdrawn


def read_waivers(
    packages: Path, tenant: str, model: str, *, on: date | None = None
) -> Mapping[str, Waiver]:
    """Read the waivers that hold on a day, by gate; all that are on record where no day is named.

    Raises
    ------
    InvalidWaiver
        "... must be as it was written; got ..."
    """
    kept = _read(packages, tenant, model)
    return {gate: waiver for gate, waiver in kept.items() if on is None or waiver.holds(on)}


def _check_gate(gate: str) -> None:
    if gate not in WAIVABLE:
        raise InvalidWaiver(
            f"waiver must be of a gate that may be waived; got {gate!r}."
            f" Name one of {', '.join(WAIVABLE)}."
        )


def _write(folder: Path, waivers: Mapping[str, Waiver]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    content = {gate: asdict(waiver) for gate, waiver in waivers.items()}
    return replace_text(folder / FILE, json.dumps(content, indent=1) + "\n")


def _read(packages: Path, tenant: str, model: str) -> dict[str, Waiver]:
    path = packages / tenant / model / FILE
    if not path.is_file():
        return {}
    try:
        content: dict[str, dict[str, str]] = json.loads(path.read_bytes())
        kept = {gate: Waiver(**fields) for gate, fields in content.items()}
        for waiver in kept.values():
            date.fromisoformat(waiver.until)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidWaiver(
            f"{path} must be as it was written; got no waivers in it. Remove it, and waive again."
        ) from error
    return kept

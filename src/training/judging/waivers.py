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


def write_waiver(waiver: Waiver, packages: Path, tenant: str, model: str) -> Path:
    """Put a waiver on record, in the place of an older one of the same gate.

    Raises
    ------
    InvalidWaiver
        "waiver must ...; got ..."
    """
    if waiver.gate not in WAIVABLE:
        raise InvalidWaiver(
            f"waiver must be of a gate that may be waived; got {waiver.gate!r}."
            f" Name one of {', '.join(WAIVABLE)}."
        )
    if not waiver.by.strip() or not waiver.because.strip():
        raise InvalidWaiver(
            "waiver must say who answers for it and why; got nothing. Say both in a few words."
        )
    date.fromisoformat(waiver.until)
    kept = {**_read(packages / tenant / model / FILE), waiver.gate: asdict(waiver)}
    folder = packages / tenant / model
    folder.mkdir(parents=True, exist_ok=True)
    return replace_text(folder / FILE, json.dumps(kept, indent=1) + "\n")


def read_waivers(packages: Path, tenant: str, model: str, *, on: date) -> Mapping[str, Waiver]:
    """Read the waivers that hold on a day, by gate.

    Raises
    ------
    InvalidWaiver
        "... must be as it was written; got ..."
    """
    found = _read(packages / tenant / model / FILE)
    waivers = {gate: Waiver(**fields) for gate, fields in found.items()}
    return {
        gate: waiver
        for gate, waiver in waivers.items()
        if date.fromisoformat(waiver.until) >= on and gate in WAIVABLE
    }


def _read(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        return {}
    try:
        kept: dict[str, dict[str, str]] = json.loads(path.read_bytes())
        for fields in kept.values():
            date.fromisoformat(Waiver(**fields).until)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidWaiver(
            f"{path} must be as it was written; got no waivers in it. Remove it, and waive again."
        ) from error
    return kept

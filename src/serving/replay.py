"""Any past answer can be rebuilt: from the stream, or from its own values, to the last digit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from commerce.instants import to_micros
from features.online import vector
from scoring.decisions import decide
from serving.errors import ReplayDiffers, UnknownName
from serving.packages import PackageShelf
from serving.scores import ScoreRow, find_score
from serving.values import read_values, write_values


@dataclass(frozen=True, kw_only=True)
class Replay:
    """An answer and what it comes out as today.

    Parameters
    ----------
    kept : ScoreRow
    again : mapping
        The same parts, computed again.
    differences : tuple of str
        What differs, empty where nothing does.
    """

    kept: ScoreRow
    again: Mapping[str, Any]
    differences: tuple[str, ...]

    def require_same(self) -> None:
        """Raise `ReplayDiffers` unless everything came out the same."""
        if self.differences:
            shown = "; ".join(self.differences[:5])
            raise ReplayDiffers(
                f"answer {self.kept.request_id} must come out the same; got {shown}."
                " Run `bellwether doctor`: the stream or the package was changed by hand."
            )


def replay(connection: Connection, shelf: PackageShelf, request_id: str) -> Replay:
    """Rebuild an answer with the package that gave it, as of its own instant.

    Parameters
    ----------
    connection : Connection
        Any transaction on the record store.
    shelf : PackageShelf
        Must still hold that version.
    request_id : str

    Raises
    ------
    UnknownName
        "answer must be on record; got ..."
    ModelMissing
        If that version of the package is gone.
    """
    kept = find_score(connection, request_id)
    if kept is None:
        raise UnknownName(
            f"answer must be on record; got {request_id!r}. Copy the request_id of an answer.",
            field="request_id",
        )
    served = shelf.version(kept.model_version)
    if kept.customer_id is None:
        values = read_values(kept.features, served.outputs)
    else:
        cutoff = to_micros(kept.as_of)
        values = vector(connection, kept.tenant_id, kept.customer_id, cutoff, served.outputs)
    again = decide(served.package, values).as_dict()
    again["features"] = write_values(values, served.outputs)
    differences = [
        f"feature {name} was {kept.features.get(name)!r}, is {value!r}"
        for name, value in again["features"].items()
        if kept.features.get(name) != value
    ]
    differences += [
        f"{name} was {getattr(kept, name)!r}, is {again[name]!r}"
        for name in (
            "probability",
            "score",
            "band",
            "rule_score",
            "rule_band",
            "decision",
            "reasons",
        )
        if getattr(kept, name) != again[name]
    ]
    return Replay(kept=kept, again=again, differences=tuple(differences))

"""What became of a catalogue's declarations: each as plain data, kept beside what was computed, and compared.

The hash of an output covers all that decides its value, its inputs included; what is only said of it (meaning,
owner, unit, allowed range) may change without one number changing.

This module also writes down the catalogues of earlier revisions, whose modules lie elsewhere: it imports nothing of
this project, and goes by what a catalogue's outputs are made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from features.declaring.compilation import Catalogue, Output

Declaration = Mapping[str, Any]
"""One output in JSON's own types: ``hash``, and where they are known, the fields of `DECIDING` and `DESCRIBING`."""

DECIDING = ("kind", "operator_version", "states", "inputs", "limits", "null", "version")
"""What decides an output's value."""

DESCRIBING = ("description", "unit", "dtype", "minimum", "maximum", "owner", "family")
"""What is only said of it."""


def declarations(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    """Write a catalogue down, every input included.

    Returns
    -------
    dict of str to dict
        By output name, in JSON's own types.

    Examples
    --------
    >>> from features.declaring.declaration import DAYS, catalogue, count, source
    >>> paid = count(
    ...     source("order.paid"), name="paid", windows=DAYS(90), description="Orders paid for."
    ... )
    >>> declarations(catalogue(paid))["paid_90d"]["states"]
    ['count of order.paid within 90 days']
    """
    shown = frozenset(catalogue.names)
    return {output.name: _declaration(output, shown) for output in catalogue.evaluated}


def _declaration(output: Output, shown: frozenset[str]) -> dict[str, Any]:
    # In every revision the operators stand beside the module that declares what an output is.
    room = type(output).__module__.rpartition(".")[0]
    operators = import_module(f"{room}.operators").OPERATORS
    given: dict[str, Any] = {
        "operator_version": operators[output.kind].version,
        "states": [partial.text for partial in _partials(output)],
        "inputs": list(output.inputs),
        "limits": list(getattr(output, "limits", ())),
    }
    hidden = output.name not in shown
    return {"hash": output.hash, "hidden": hidden} | {
        name: given[name] if name in given else getattr(output, name)
        for name in (*DECIDING, *DESCRIBING)
    }


def _partials(output: Any) -> Iterable[Any]:
    """Give what an output is finished from, which earlier revisions call its states."""
    return output.partials if hasattr(output, "partials") else output.states  # type: ignore[no-any-return]


@dataclass(frozen=True, kw_only=True)
class Version:
    """The declarations that something was computed with."""

    name: str
    """Such as "code" or "demo.churn/1"."""
    outputs: Mapping[str, Declaration]
    whole: bool = True
    """Whether that is all there was; a model names only the outputs it reads."""

    @property
    def hashes(self) -> dict[str, str]:
        """Hash of each output that can be read; of hidden ones others are derived, and that is all."""
        return {
            name: str(found["hash"])
            for name, found in self.outputs.items()
            if not found.get("hidden")
        }


@dataclass(frozen=True, kw_only=True)
class Change:
    """What became of one output."""

    name: str
    kind: str
    """One of "added", "removed", "renamed", "changed", "reworded", "unread". Renamed: the same values under another
    name. Changed: its values may differ. Reworded: they do not, but what is said of them does. Unread: a
    model does not read it; whether it was there is not known."""
    fields: Mapping[str, tuple[Any, Any]]
    """Before and after, of what was declared otherwise or of ``name``; none where one side kept no more than a hash."""
    through: tuple[str, ...] = ()
    """Inputs by which it changed, where its own declaration did not."""

    @property
    def text(self) -> str:
        """The change as a sentence.

        Examples
        --------
        >>> Change(name="spend", kind="changed", fields={"null": (0.0, None)}).text
        'null was 0.0, is None'
        >>> Change(name="spend", kind="changed", fields={}).text
        'declared otherwise; only hashes were kept, so not known how'
        """
        if self.kind in ("added", "removed", "unread"):
            return self.kind
        parts = [f"{field} was {old!r}, is {new!r}" for field, (old, new) in self.fields.items()]
        if self.through:
            parts.append(f"through {', '.join(self.through)}")
        return "; ".join(parts) or "declared otherwise; only hashes were kept, so not known how"

    def as_dict(self) -> dict[str, Any]:
        """The change in JSON's own types."""
        fields = {field: {"before": old, "after": new} for field, (old, new) in self.fields.items()}
        return {
            "name": self.name,
            "kind": self.kind,
            "fields": fields,
            "through": list(self.through),
        }


def compare(before: Version, after: Version) -> tuple[Change, ...]:
    """Say what changed from one version to another.

    Parameters
    ----------
    before, after : Version
        Either may be a model's, which is not whole.

    Returns
    -------
    tuple of Change
        In the order of `after`, what was removed last. What only `after` has was added, or is unread where
        `before` is not whole; what only `before` has was removed where `after` is whole. What became hidden
        was removed, as nobody can read it. An output that was removed and is there by another name with the
        same hash was renamed.
    """
    had, has = before.hashes, after.hashes
    changed = {
        name
        for name, found in after.outputs.items()
        if name in before.outputs and before.outputs[name]["hash"] != found["hash"]
    }
    gone = [name for name in had if name not in has] if after.whole else []
    changes = []
    for name, new in after.outputs.items():
        old = before.outputs.get(name)
        if name in has and name not in had:
            earlier = next((other for other in gone if had[other] == has[name]), None)
            if earlier is not None:
                gone.remove(earlier)
                changes.append(Change(name=name, kind="renamed", fields={"name": (earlier, name)}))
            else:
                kind = "added" if before.whole else "unread"
                changes.append(Change(name=name, kind=kind, fields={}))
        elif old is None or (name in had and name not in has):
            continue
        elif name in changed:
            fields = _differing(old, new, DECIDING)
            through = tuple(needed for needed in new.get("inputs", ()) if needed in changed)
            changes.append(
                Change(name=name, kind="changed", fields=fields, through=() if fields else through)
            )
        elif fields := _differing(old, new, DESCRIBING):
            changes.append(Change(name=name, kind="reworded", fields=fields))
    return (*changes, *(Change(name=name, kind="removed", fields={}) for name in gone))


def _differing(
    old: Declaration, new: Declaration, names: Iterable[str]
) -> dict[str, tuple[Any, Any]]:
    """Fields that both sides know and that differ."""
    return {
        name: (old[name], new[name])
        for name in names
        if name in old and name in new and old[name] != new[name]
    }


def outdated(hashes: Mapping[str, str], after: Version) -> tuple[str, ...]:
    """Name the outputs that something was computed with and that are gone, or declared otherwise.

    Parameters
    ----------
    after : Version
        A whole one.
    """
    now = after.hashes
    return tuple(name for name, known in hashes.items() if now.get(name) != known)

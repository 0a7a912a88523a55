"""From entries to a checked catalogue: names, inputs, ranges, order of evaluation, hashes.

Everything that can be wrong with a declaration is refused here, before any event is read.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from features.declaring.derivations import empty_value
from features.declaring.entry_rules import check_entry
from features.declaring.operators import OPERATORS, Feature
from features.declaring.origins import opening_types
from features.declaring.outputs import Output, PartialAggregate
from features.errors import DeclarationError, UnknownFeature
from tabular.errors import did_you_mean

__all__ = ["Catalogue", "Output", "PartialAggregate", "catalogue"]

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Compiled outputs, in the order of their declaration.

    Parameters
    ----------
    outputs : tuple of Output
        The columns, in order.
    evaluated : tuple of Output
        The same and every input they are derived from, inputs first.
    """

    outputs: tuple[Output, ...]
    evaluated: tuple[Output, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the outputs, in order."""
        return tuple(output.name for output in self.outputs)

    @cached_property
    def partials(self) -> tuple[PartialAggregate, ...]:
        """Every partial aggregate the outputs are finished from, each once."""
        return tuple(
            dict.fromkeys(partial for output in self.evaluated for partial in output.partials)
        )

    @cached_property
    def hash(self) -> str:
        """16 hex digits over the names and hashes of the outputs."""
        return _digest([[output.name, output.hash] for output in self.outputs])

    def __getitem__(self, name: str) -> Output:
        """Give the output of that name, or raise `UnknownFeature` with a hint."""
        for output in self.outputs:
            if output.name == name:
                return output
        raise UnknownFeature(name, self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __len__(self) -> int:
        return len(self.outputs)

    def absent(self, recorded: AbstractSet[str]) -> tuple[str, ...]:
        """Name the outputs that a shop has no records for at all.

        Their values are those of empty windows, as everywhere; but "no auction was won" and "there are no
        auctions here" are two things, and whoever looks at a table may want to know which.

        Parameters
        ----------
        recorded : set of str
            The types of event the shop has recorded.

        Returns
        -------
        tuple of str
            Outputs with an input, at any depth, whose source has none of its types recorded.

        Examples
        --------
        >>> from features.declaring.declaration import count, source
        >>> won = count(source("auction.won"), name="won", description="Auctions won.")
        >>> catalogue(won).absent({"order.placed"})
        ('won',)
        """
        missing: set[str] = set()
        for output in self.evaluated:
            unseen = any(
                recorded.isdisjoint(opening_types(partial.source.origin))
                for partial in output.partials
            )
            if unseen or any(needed in missing for needed in output.inputs):
                missing.add(output.name)
        return tuple(name for name in self.names if name in missing)

    def subset(self, names: Iterable[str]) -> Catalogue:
        """Keep the named outputs, in the order given.

        Parameters
        ----------
        names : iterable of str
            Outputs that are here and not hidden.

        Returns
        -------
        Catalogue
            Those, and whatever they are derived from.

        Raises
        ------
        UnknownFeature
            "feature must be in the catalogue; got ... Did you mean ...?".
        """
        wanted = tuple(self[name] for name in names)
        return _ordered(wanted, {output.name: output for output in self.evaluated})

    def extend(self, *entries: Feature | Iterable[Feature]) -> Catalogue:
        """Add entries, which may be derived from the outputs already here.

        Parameters
        ----------
        *entries : Feature or iterable of Feature
            As :func:`catalogue`.

        Returns
        -------
        Catalogue
            What is here, and after it the new outputs.

        Raises
        ------
        DeclarationError
            As :func:`catalogue`.
        """
        return _compiled(entries, self)


def catalogue(*entries: Feature | Iterable[Feature]) -> Catalogue:
    """Compile entries into a catalogue.

    Parameters
    ----------
    *entries : Feature or iterable of Feature
        As the functions of :mod:`features.declaring.declaration` give them.

    Returns
    -------
    Catalogue
        The outputs in the order of their declaration, each with its hash.

    Raises
    ------
    DeclarationError
        For a name that is no identifier or used twice ("feature name must be used once; got ..."), an input that is
        not declared or needs itself, a source without the column its operator reduces, a window that is no positive
        number of days, or a range that is empty or excludes the value of an empty window.
    """
    return _compiled(entries, Catalogue((), ()))


def _compiled(entries: Iterable[Feature | Iterable[Feature]], base: Catalogue) -> Catalogue:
    """Compile entries on top of what is there."""
    features = [
        feature
        for entry in entries
        for feature in ([entry] if isinstance(entry, Feature) else list(entry))
    ]
    declared: dict[str, tuple[Feature, int | None]] = {}
    taken = {output.name for output in base.evaluated}
    for feature in features:
        check_entry(feature)
        for window in feature.windows:
            name = feature.output_name(window)
            if not _IDENTIFIER.fullmatch(name):
                raise DeclarationError(
                    f"feature name must be a lower-case identifier of at most 63 signs; got {name!r}."
                )
            if name in declared or name in taken:
                raise DeclarationError(
                    f"feature name must be used once; got {name!r} twice. Rename one of them."
                )
            declared[name] = feature, window
    done = {output.name: output for output in base.evaluated}
    for name in declared:
        _resolve(name, declared, done, ())
    shown = (done[name] for name, (feature, _) in declared.items() if not feature.meaning.hidden)
    return _ordered((*base.outputs, *shown), done)


def _resolve(
    name: str,
    declared: Mapping[str, tuple[Feature, int | None]],
    done: dict[str, Output],
    waiting: tuple[str, ...],
) -> Output:
    """Build an output after the outputs it is derived from."""
    if name in done:
        return done[name]
    if name in waiting:
        raise DeclarationError(
            f"feature {name} must not be derived from itself; got {' <- '.join((*waiting, name))}."
        )
    feature, window = declared[name]
    for needed in feature.inputs:
        if needed not in declared and needed not in done:
            raise DeclarationError(
                f"input of {name} must be a declared feature; got {needed!r}."
                f" {did_you_mean(needed, [*declared, *done])}"
            )
        _resolve(needed, declared, done, (*waiting, name))
    done[name] = _output(name, feature, window, done)
    return done[name]


def _output(name: str, feature: Feature, window: int | None, done: Mapping[str, Output]) -> Output:
    """Build one output and its hash."""
    operator, meaning = OPERATORS[feature.operator], feature.meaning
    partials = tuple(
        PartialAggregate(kind, feature.source, window)
        for kind in operator.partials
        if feature.source is not None
    )
    content = {
        "operator": [feature.operator, operator.version, operator.finish, operator.divisor],
        "states": [partial.text for partial in partials],
        "inputs": [done[needed].hash for needed in feature.inputs],
        "null": None if meaning.null is None else float(meaning.null),
        "version": meaning.version,
    }
    if feature.limits:
        content["limits"] = list(feature.limits)
    return Output(
        name=name,
        kind=feature.operator,
        unit=meaning.unit,
        dtype=operator.dtype,
        null=empty_value(feature, [done[needed].null for needed in feature.inputs]),
        minimum=meaning.minimum,
        maximum=meaning.maximum,
        description=meaning.description,
        owner=meaning.owner,
        version=meaning.version,
        family=meaning.family,
        hash=_digest(content),
        partials=partials,
        inputs=feature.inputs,
        limits=feature.limits,
    )


def _ordered(outputs: tuple[Output, ...], known: Mapping[str, Output]) -> Catalogue:
    """Put inputs before what is derived from them, and leave out what nothing needs."""
    evaluated: dict[str, Output] = {}

    def visit(output: Output) -> None:
        for needed in output.inputs:
            visit(known[needed])
        evaluated.setdefault(output.name, output)

    for output in outputs:
        visit(output)
    return Catalogue(outputs, tuple(evaluated.values()))


def _digest(content: object) -> str:
    """Hash plain data to 16 hex digits."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]

"""What a model of a table is where its columns are known beforehand: their names, ranges and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class SpecColumn:
    """A column that the model learns from.

    Attributes
    ----------
    template : str
        The sentence of a reason, as `scoring.package.PackageOutput` describes it.
    missing : str
        The sentence where there is no value.
    is_category : bool, default False
        Whether it holds names, not numbers.
    minimum, maximum : float, optional
    is_whole : bool, default False
        What a number may be.
    """

    template: str
    missing: str
    is_category: bool = False
    minimum: float | None = None
    maximum: float | None = None
    is_whole: bool = False


@dataclass(frozen=True, kw_only=True)
class TableSpec:
    """A model of a table whose columns are known beforehand.

    Attributes
    ----------
    name : str
        Of the model; no other table is learned from under it.
    columns : mapping of str to SpecColumn
        All that is learned from, by name; a file has each of them.
    target : str
        The column that is learned.
    aliases : mapping of str to str
        Other names of columns, in small letters with ``_`` between words, and which column is meant.
    identifier : str
        Whose row it is, where the file has it.
    beside : tuple of str
        Columns that a request may hold, and that say nothing.
    predicts : str
        What the probability is of, in words.
    usual, rule : str
        The sentence where nothing raises the risk, with {risk}; and why the threshold is where it is.
    at_or_above, below : str
        What to do on each side of the threshold.
    """

    name: str
    columns: Mapping[str, SpecColumn]
    target: str
    identifier: str
    predicts: str
    usual: str
    rule: str
    at_or_above: str
    below: str
    aliases: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[str, ...] = ()

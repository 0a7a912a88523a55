"""A pipeline that somebody fitted with scikit-learn, kept as it is: what it reads, what its answer means, and its file.

Nothing here reads the file: `scoring.pipeline_files` does, in a process that may.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from typing import Any, Literal

from scoring.any_package import AnyPackage
from scoring.decisions import Action, Decision
from scoring.errors import InvalidField, InvalidPackage, PipelineMismatch
from scoring.fields import LARGEST
from scoring.package import DecisionRule
from tabular.errors import did_you_mean

AS_IT_IS = "This model is served as it is: slower, and without reasons."
"""What every answer of such a model says."""

Scalar = str | int | float | bool | None

FieldType = Literal["int", "float", "bool", "text"]
FIELD_TYPES: tuple[FieldType, ...] = ("int", "float", "bool", "text")

_MEANT = {"int": "a whole number", "float": "a number", "bool": "true or false", "text": "text"}
_ADVICE = {
    "int": "Send it without quotes.",
    "float": "Send it without quotes.",
    "bool": "Send true or false, without quotes.",
    "text": "Send it in quotes.",
}


@dataclass(frozen=True, kw_only=True)
class PipelineField:
    """One column of the signature.

    Parameters
    ----------
    name : str
    dtype : {"int", "float", "bool", "text"}
    optional : bool
        Whether its value may be missing.
    """

    name: str
    dtype: FieldType
    optional: bool

    def read(self, value: Any) -> Scalar:
        """Read a value of a request.

        Parameters
        ----------
        value : str, int, float, bool or None

        Returns
        -------
        str, int, float, bool or None
            Of the field's type; None where it is missing.

        Raises
        ------
        InvalidField
            "age must be a whole number; got 'old'. ..."

        Examples
        --------
        >>> PipelineField(name="age", dtype="int", optional=False).read(61.0)
        61
        """
        if value is None:
            if not self.optional:
                raise InvalidField(
                    self.name, f"be {_MEANT[self.dtype]}, never null", None, "Send its value."
                )
            return None
        if not self._takes(value):
            raise InvalidField(self.name, f"be {_MEANT[self.dtype]}", value, _ADVICE[self.dtype])
        if self.dtype == "text" and not _is_unicode(value):
            raise InvalidField(self.name, "be text in UTF-8", value, "Leave half a character out.")
        if self.dtype in ("bool", "text"):
            found: Scalar = value
            return found
        number = value if abs(value) <= LARGEST else float("inf")  # NaN too
        if not isfinite(number):
            raise InvalidField(
                self.name, f"be finite and at most {LARGEST:g} in size", value, "Check its unit."
            )
        if self.dtype == "float":
            return float(number)
        if number != int(number):
            raise InvalidField(self.name, "be a whole number", value, "Round it.")
        return int(number)

    def _takes(self, value: Any) -> bool:
        if self.dtype == "text":
            return isinstance(value, str)
        if self.dtype == "bool":
            return isinstance(value, bool)
        return isinstance(value, int | float) and not isinstance(value, bool)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # JSON can hold one half of a pair
        return False
    return True


@dataclass(frozen=True, kw_only=True, eq=False)
class PipelinePackage(AnyPackage):
    """A fitted pipeline under the name of a model; it tells a probability, and no reasons.

    Parameters
    ----------
    name : str
        Registered name, "<tenant>.<model>".
    version : str
        Version of the published model.
    validation : mapping
        Empty: nobody here measured it.
    card : mapping
        The model card.
    trained_on : mapping
        Which model of which registry it is.
    fields : tuple of PipelineField
        The columns it reads, in its order.
    positive : str
        The class of which the probability is told.
    place : int
        The place of that class among the pipeline's classes.
    decision : DecisionRule
    trusted : tuple of str
        The types that whoever published it named, beyond those that skops trusts by itself.
    made_with : mapping of str to str
        Versions of libraries, "scikit-learn" among them.
    sha256 : str
        Of the pipeline's file.
    skops : bytes
        The file itself, as skops wrote it; empty where only the description is needed.

    Raises
    ------
    InvalidPackage
        "package ... must read columns, each once; got ..."
    """

    fields: tuple[PipelineField, ...]
    positive: str
    place: int
    decision: DecisionRule
    trusted: tuple[str, ...]
    made_with: Mapping[str, str]
    sha256: str
    skops: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        names = [each.name for each in self.fields]
        if not names or len(set(names)) < len(names):
            raise InvalidPackage(
                f"package {self.label} must read columns, each once; got {names}. Publish it again."
            )
        if any(each.dtype not in FIELD_TYPES for each in self.fields):
            raise InvalidPackage(
                f"package {self.label} must read columns of {', '.join(FIELD_TYPES)}; got others. Publish it again."
            )

    def read_row(self, sent: Mapping[str, Any]) -> tuple[tuple[Scalar, ...], tuple[str, ...]]:
        """Read a row that somebody sends.

        Parameters
        ----------
        sent : mapping of str to str, int, float, bool or None
            By column, at least one.

        Returns
        -------
        tuple of str, int, float, bool or None
            A value for each field, in order; None where missing.
        tuple of str
            The columns that were left out, and may be.

        Raises
        ------
        InvalidField
            "agge must be a column that the model reads; got 'agge'. Did you mean age?", or as `PipelineField.read`.
        """
        names = [each.name for each in self.fields]
        for name in sent:
            if name not in names:
                raise InvalidField(
                    name, "be a column that the model reads", name, did_you_mean(name, names)
                )
        if not sent:
            raise InvalidField(
                "", "hold at least one column", dict(sent), f"It reads {', '.join(names)}."
            )
        row = tuple(each.read(sent.get(each.name)) for each in self.fields)
        return row, tuple(name for name in names if name not in sent)

    def decide(self, probability: float) -> Decision:
        """Say what to do at a probability.

        Parameters
        ----------
        probability : float, in [0, 1]

        Returns
        -------
        Decision
            Without reasons, and with a note that says so.
        """
        rule = self.decision
        return Decision(
            probability=probability,
            score=None,
            band=None,
            rule_score=None,
            rule_band=None,
            decision=Action(
                action=rule.at_or_above if probability >= rule.threshold else rule.below,
                threshold=rule.threshold,
                rule=rule.rule,
            ),
            reasons=(),
            note=AS_IT_IS,
        )


LIBRARY = "scikit-learn"
"""By which a pipeline was fitted, and must be asked."""


def release_of(number: str) -> str:
    """Give the part of a library's version that must be the same to ask what it fitted.

    Examples
    --------
    >>> release_of("1.9.1")
    '1.9'
    """
    return ".".join(number.split(".")[:2])


def check_libraries(package: PipelinePackage) -> None:
    """Refuse a pipeline that cannot be asked here; nothing is imported.

    Raises
    ------
    PipelineMismatch
        "package acme.fraud/1 must be served beside scikit-learn 1.9, which fitted it, ...; got 1.8.0. ..."
    """
    wanted, there = release_of(package.made_with[LIBRARY]), dict[str, str]()
    for name in (LIBRARY, "pandas", "skops"):
        try:
            there[name] = version(name)
        except PackageNotFoundError:
            raise PipelineMismatch(package.label, wanted, f"no {name}") from None
    if release_of(there[LIBRARY]) != wanted:
        raise PipelineMismatch(package.label, wanted, there[LIBRARY])


def columns_of(
    fields: Sequence[PipelineField], rows: Sequence[Sequence[Scalar]]
) -> dict[str, list[Scalar]]:
    """Turn rows into columns by name, in the order of the fields."""
    return {each.name: [row[place] for row in rows] for place, each in enumerate(fields)}

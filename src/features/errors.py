"""What can go wrong between a declaration and its values."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tabular.errors import did_you_mean


class FeatureError(Exception):
    """Base of every error of the features."""


class DeclarationError(FeatureError, ValueError):
    """A declaration that cannot be compiled."""


class UnknownFeature(FeatureError, LookupError):
    """No output of the catalogue goes by that name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        super().__init__(
            f"feature must be in the catalogue; got {name!r}. {did_you_mean(name, known)}"
        )


class PartialTooLarge(FeatureError, OverflowError):
    """A sum or count beyond what a float holds exactly."""

    def __init__(self, partial: str, value: int) -> None:
        self.partial = partial
        self.value = value
        super().__init__(
            f"partial aggregate {partial} must be smaller than 2^53 in size; got {value}."
            " Look for wrong amounts in the events, or shorten the window."
        )


class SnapshotNotFound(FeatureError, LookupError):
    """The folder holds no such snapshot."""


class SnapshotDamaged(FeatureError, ValueError):
    """A snapshot whose files are not what its manifest says."""


class NoEvents(FeatureError, LookupError):
    """A tenant without a single event, where at least one is needed."""


class ExpectationsFailed(FeatureError, ValueError):
    """Values that are not what their declarations promise."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        shown = " ".join(self.sentences[:5])
        more = f" And {len(self.sentences) - 5} more." if len(self.sentences) > 5 else ""
        super().__init__(f"features must keep to their declarations; got: {shown}{more}")


class EngineMissing(FeatureError, RuntimeError):
    """An evaluator whose software is not installed."""


class EngineFailed(FeatureError, RuntimeError):
    """An evaluator that could not do its work."""

    def __init__(self, work: str, cause: Exception, log: Path | None = None) -> None:
        lines = str(getattr(cause, "java_exception", None) or cause).strip().splitlines()
        where = f" See {log}." if log else ""
        super().__init__(f"engine spark must {work}; got {lines[0] if lines else cause!r}.{where}")

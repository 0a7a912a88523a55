"""What can go wrong with a decision package, each with the sentence its user will read."""

from __future__ import annotations

from collections.abc import Sequence


class ScoringError(Exception):
    """Base of every error of this package."""


class InvalidPackage(ScoringError, ValueError):
    """A package, or one of its parts, that breaks a rule of the format."""


class InvalidValues(ScoringError, ValueError):
    """Feature values that cannot be scored."""


class PackageNotFound(ScoringError, LookupError):
    """There is no package of that model."""

    def __init__(self, name: str, folder: str) -> None:
        self.name = name
        self.folder = folder
        tenant = name.partition(".")[0]
        super().__init__(
            f"model {name!r} must have a published package; got none in {folder}."
            f" Train it first: bellwether run --tenant {tenant}"
        )


class PackageDamaged(ScoringError, ValueError):
    """A package whose files are not what was written."""

    def __init__(self, path: str, found: str) -> None:
        self.path = path
        super().__init__(
            f"{path} must be as it was written; got {found}. Publish the package again."
        )


class PackageExists(ScoringError, ValueError):
    """A version that is already published with other content."""

    def __init__(self, label: str) -> None:
        self.label = label
        super().__init__(
            f"package {label} must not change once published; got different content."
            " Publish it under a new version."
        )


class PackageMismatch(ScoringError, ValueError):
    """A package whose features are not declared here as they were when it was trained."""

    def __init__(self, label: str, outputs: Sequence[str]) -> None:
        self.label = label
        self.outputs = tuple(outputs)
        shown = ", ".join(self.outputs[:5])
        tenant, _, model = label.partition("/")[0].rpartition(".")
        more = f" and {len(self.outputs) - 5} more" if len(self.outputs) > 5 else ""
        super().__init__(
            f"package {label} must use features as they are declared here; got other declarations"
            f" of {shown}{more}. Train the model again: bellwether run --tenant {tenant} --models {model}"
        )


class NoScorecard(ScoringError, ValueError):
    """A model that no table of points can hold."""

    def __init__(self, label: str, name: str, found: str) -> None:
        self.label = label
        tenant, _, model = name.rpartition(".")
        super().__init__(
            f"model {label} must add up bins of single features to be a table of points; got {found}."
            f" To have a scorecard: bellwether models set {model} --form scorecard --tenant {tenant}, then"
            f" bellwether run --tenant {tenant} --models {model}"
        )


class InvalidField(ScoringError, ValueError):
    """A value of a table's column that cannot be read.

    Attributes
    ----------
    column : str
        Whose value; empty where it is the whole row.
    """

    def __init__(self, column: str, rule: str, found: object, advice: str) -> None:
        self.column = column
        shown = "an object or a list" if isinstance(found, dict | list) else repr(found)
        if len(shown) > 60:
            shown = f"{shown[:57]}..."
        self.rule = f"must {rule}; got {shown}. {advice}"
        super().__init__(f"{column or 'row'} {self.rule}")


class InvalidRecord(InvalidField):
    """A record with a field that breaks the schema of its kind."""

    def __init__(self, column: str, sentence: str) -> None:
        self.column = column
        self.rule = sentence.removeprefix(f"{column} ")
        ScoringError.__init__(self, sentence)


class OtherKind(ScoringError, ValueError):
    """A package that is asked what one of another kind answers."""

    def __init__(self, label: str, wanted: str, found: str) -> None:
        self.label = label
        super().__init__(
            f"package {label} must answer with {wanted}; got one that answers with {found}."
            " Ask a model of that kind, or ask this one for what it gives."
        )


class UntrustedPipeline(ScoringError, ValueError):
    """A pipeline's file that cannot be read without running what may be anything."""


class PipelineMismatch(ScoringError, ValueError):
    """A pipeline that was fitted with another scikit-learn than there is here."""

    def __init__(self, label: str, wanted: str, found: str) -> None:
        self.label = label
        super().__init__(
            f"package {label} must be served beside scikit-learn {wanted}, which fitted it, pandas and skops; got"
            f" {found}. Install them where the server runs, pip install 'bellwether[pipelines]'"
            f" 'scikit-learn=={wanted}.*', or fit and publish it again."
        )

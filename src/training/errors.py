"""What can go wrong in training, each with the sentence its user will read."""

from __future__ import annotations


class TrainingError(Exception):
    """Base of every error of this package."""


class NotTrainable(TrainingError, LookupError):
    """A model that this tenant's records cannot train (yet): the sentence says what is missing."""


class ExportMismatch(TrainingError, ArithmeticError):
    """An exported package that does not score as the fitted model does."""

    def __init__(self, label: str, difference: float, limit: float) -> None:
        self.difference = difference
        super().__init__(
            f"package {label} must score as the fitted model to {limit:g};"
            f" got a difference of {difference:.3g}. Do not publish it; look at the export."
        )


class InvalidProtocol(TrainingError, ValueError):
    """Cutoffs that would let a model learn from the period it is tested on."""


class UnknownModel(TrainingError, LookupError):
    """No model goes by that name."""

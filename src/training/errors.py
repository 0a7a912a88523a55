"""What can go wrong in training, each with the sentence its user will read."""

GOES_ON = "sales, segments and reports go on"
"""What a shop has without a model."""


class TrainingError(Exception):
    """Base of every error of this package."""


class NotTrainable(TrainingError, LookupError):
    """A model that this tenant's records cannot train (yet): the sentence says what is missing."""


class InvalidProtocol(TrainingError, ValueError):
    """Cutoffs that let a model learn from the period it is tested on, or test it on what is yet to come."""


class InvalidCandidate(TrainingError, ValueError):
    """A classifier that cannot compete with the others: it gives no probabilities, or its name is taken."""


class NotExportable(TrainingError, TypeError):
    """A fitted model that cannot be written down as a decision package."""


class UnknownModel(TrainingError, LookupError):
    """No model goes by that name."""


class InvalidSetting(TrainingError, ValueError):
    """Something that a shop cannot decide about a model."""


class InvalidWaiver(TrainingError, ValueError):
    """Leave to ignore a gate that nobody answers for, or that is not to be ignored."""


class InvalidTable(TrainingError, ValueError):
    """A table, or what is asked of it, that nothing can be learned from: the sentence says what to change."""


class NotServable(TrainingError, ValueError):
    """A model of the user's own that cannot be served as it is: the sentence says what to change."""


class BaselineUnusable(TrainingError, ValueError):
    """A baseline that is not there, or not what was written."""

    def __init__(self, path: object, rule: str, found: str) -> None:
        super().__init__(
            f"baseline {path} must {rule}; got {found}. Train its model again: it is written anew."
        )

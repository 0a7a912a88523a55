"""Why nobody is let in, each with the sentence its sender will read."""

from __future__ import annotations

from serving.errors import ServingError


class Unauthorised(ServingError, PermissionError):
    """Nothing was shown that opens anything; which part of it was wrong is not said."""


class NotAllowed(ServingError, PermissionError):
    """Something was shown that opens other doors than this."""


class UnknownShop(ServingError, LookupError):
    """A host name under which nobody is reached."""


class TooMany(ServingError, RuntimeError):
    """More was asked than is answered in a while; ``seconds`` is how long to wait."""

    def __init__(self, sentence: str, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(sentence)

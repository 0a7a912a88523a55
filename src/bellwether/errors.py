"""Why there is no answer: refusals by their status, and what can happen on the way."""

from __future__ import annotations

from typing import ClassVar

from bellwether.answers import Refusal


class ClientError(Exception):
    """No answer.

    Attributes
    ----------
    passing : bool
        Whether the same question may be answered in a moment; such questions are asked again.
    """

    passing: ClassVar[bool] = False


class InvalidArgument(ClientError, ValueError):
    """The client was given something that it cannot send; nothing was sent."""


class Unreachable(ClientError, ConnectionError):
    """The connection failed before an answer came."""

    passing = True


class Unanswered(ClientError, TimeoutError):
    """No answer came in time; the server may still be at it, so it is not asked again."""


class Unreadable(ClientError, ValueError):
    """An answer came that is not of the declared shape."""


class BrokenOff(ClientError, ConnectionError):
    """The answers of a batch ended before the last; those that came are good, and it is not asked again.

    Parameters
    ----------
    sentence : str
    index : int
        The place of the first question whose answer did not come.
    """

    def __init__(self, sentence: str, index: int) -> None:
        super().__init__(sentence, index)
        self.index = index

    def __str__(self) -> str:
        """Give the sentence."""
        return str(self.args[0])


class Refused(ClientError):
    """The server refused; its subclasses go by the status, this one stands for any other.

    Parameters
    ----------
    refusal : Refusal
        What the server said.
    retry_after : float, optional
        Seconds to wait before it is asked again, as the server said.

    Attributes
    ----------
    status : int
    sentence : str
        What must hold, what was found, what to do.
    field : str or None
        The field to blame, ``features.<name>`` for a feature.
    request_id : str or None
        Names the request in the server's log.
    retry_after : float or None
    allowed : tuple of str or None
        Where a record is in the wrong state: what may happen to it now.
    """

    def __init__(self, refusal: Refusal, retry_after: float | None = None) -> None:
        super().__init__(refusal, retry_after)
        self.status, self.sentence = refusal.status, refusal.detail
        self.field, self.request_id, self.allowed = (
            refusal.field,
            refusal.request_id,
            refusal.allowed,
        )
        self.retry_after = retry_after

    def __str__(self) -> str:
        """Give the sentence."""
        return self.sentence


class Invalid(Refused):
    """The question breaks a rule; `field` names it. 400, 413, 415 or 422."""


class Unauthorised(Refused):
    """No credential, or one that opens nothing. 401."""


class NotAllowed(Refused):
    """The credential opens other doors than this. 403."""


class NotFound(Refused):
    """There is no such record or model, or it is none of the caller's business. 404."""


class Conflict(Refused):
    """It does not fit what is there. 409."""


class Busy(Refused):
    """More was asked than is answered in a while; `retry_after` says how long to wait. 429."""

    passing = True


class Unavailable(Refused):
    """The record store does not answer, or no model can. 503."""

    passing = True


KINDS: dict[int, type[Refused]] = {
    400: Invalid,
    401: Unauthorised,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    413: Invalid,
    415: Invalid,
    422: Invalid,
    429: Busy,
    503: Unavailable,
}
"""What a refusal is by its status."""

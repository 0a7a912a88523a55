"""Why a request got no answer, each with the sentence its sender will read; which HTTP status says `rest.refusals`."""

from __future__ import annotations

from commerce.records.tenants import SHARED
from scoring.any_package import read_label
from scoring.bank_model import BANK_MODEL, TRAINED_BY


class ServingError(Exception):
    """Base of every refusal.

    Attributes
    ----------
    field : str or None
        The field of the request that is to blame, ``features.<name>`` for a feature.
    """

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        self.field = field
        super().__init__(sentence)


class InvalidRequest(ServingError, ValueError):
    """A request with a field that breaks a rule."""


class UnknownName(ServingError, LookupError):
    """A tenant, customer or answer that nobody here knows."""


class ModelMissing(ServingError, LookupError):
    """No decision package can answer for this tenant and model."""

    def __init__(self, tenant: str, model: str, refused: str | None = None) -> None:
        self.tenant = tenant
        self.model = model
        found = f"one that was refused: {refused}" if refused else "none."
        advice = f"Run `bellwether run --tenant {tenant} --models {model}`, then ask again."
        if model == BANK_MODEL:
            advice = f"Run `{TRAINED_BY}`, then ask again."
        elif tenant == SHARED:
            advice = (
                f"Name the tenant whose model it is, or run `bellwether train --name {model} --table FILE"
                " --target COLUMN`, then ask again."
            )
        super().__init__(
            f"model {tenant}.{model} must have a published package; got {found} {advice}"
        )


class StoreMissing(ServingError, LookupError):
    """A request by customer, and no record store to look the customer up in."""

    def __init__(self) -> None:
        super().__init__(
            "record store must be known to answer by customer_id; got neither DATABASE_URL nor"
            " BELLWETHER_HOME. Start the server with DATABASE_URL=sqlite:////path/records.db (or"
            " BELLWETHER_HOME), or send the values as `features`.",
            field="customer_id",
        )


class StoreUnavailable(ServingError, RuntimeError):
    """The record store does not answer, or lacks its tables; where it is, only the server's log says."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"record store must answer; got {found}."
            " Check that the database runs and was filled by `bellwether run`, then ask again."
        )


class LogUnwritable(ServingError, RuntimeError):
    """The prediction log cannot be written, so no answer can be kept, and none is given."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"prediction log must be writable; got {found}. Ask again in a while; the server's log says which folder"
            " it is."
        )


class NoRoom(ServingError, RuntimeError):
    """A body that cannot be put on the server's disk while it is read."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"body must find room on the server's disk; got {found}. Ask again in a while, or for less; the"
            " server's log says which folder it is."
        )


class BatchesBusy(ServingError, RuntimeError):
    """As many batches are being answered as may be at once."""

    def __init__(self, at_work: int) -> None:
        super().__init__(
            f"batch must wait its turn; got {at_work} being answered. Ask again in a while, or ask for less."
        )


class Unreadable(ServingError, ValueError):
    """A body, or a row of it, that is not what it is said to be."""


class UnknownFormat(ServingError, ValueError):
    """A body of a kind that is not read."""


class QuestionsBusy(ServingError, RuntimeError):
    """More questions about a period than may wait."""

    def __init__(self, waiting: int) -> None:
        super().__init__(
            f"question must wait its turn; got {waiting} waiting. Ask again in a while."
        )


class QuestionLate(ServingError, TimeoutError):
    """A question about a period that was given up."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"question must be answered within {seconds:g} s; got no answer. Ask again in a while: the events of a"
            " shop are loaded when it is first asked about."
        )


class QuestionUnanswered(ServingError, RuntimeError):
    """A question about a period whose process failed."""

    def __init__(self, found: str) -> None:
        super().__init__(f"question must be answered; got {found}. Ask again, or ask for less.")


class PipelineBusy(ServingError, RuntimeError):
    """More questions to models that are served as they are than may wait.

    Attributes
    ----------
    seconds : int
        After which somebody who was refused may ask again.
    """

    seconds = 1

    def __init__(self, most: int) -> None:
        super().__init__(
            f"questions to models that are served as they are must be at most {most} at once by worker; got more."
            f" Wait {self.seconds} second and ask again."
        )


class PipelineLate(ServingError, TimeoutError):
    """A question to a model that is served as it is, that was given up."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"model that is served as it is must answer within {seconds:g} s; got no answer. Ask again in a while:"
            " it is loaded when it is first asked."
        )


class PipelineFailed(ServingError, RuntimeError):
    """A model that is served as it is, and cannot be loaded or asked."""

    def __init__(self, found: str) -> None:
        super().__init__(f"model that is served as it is must answer; got: {found}")


class Unexplained(ServingError, LookupError):
    """A model that gives no reasons is asked for them."""

    def __init__(self, label: str) -> None:
        super().__init__(
            f"model {label} must give reasons to be explained; got one that is served as it is, without any."
            f" Ask POST /predict/{read_label(label).model}, or train a model here: that one is"
            " explained."
        )


class NotAPicture(ServingError, ValueError):
    """A file that is no picture of a kind that is taken."""


class TooLarge(ServingError, ValueError):
    """A file that holds more than it may."""


class MediaMissing(ServingError, LookupError):
    """A picture is sent, and there is no folder to keep it in."""

    def __init__(self) -> None:
        super().__init__(
            "BELLWETHER_HOME must be set to keep pictures; got none. Start the server with it."
        )


class ReplayDiffers(ServingError, ValueError):
    """An answer that does not come out the same from the stream."""


class BuildFailed(ServingError, RuntimeError):
    """BentoML could not build the Bento."""

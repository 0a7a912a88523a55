"""What the shop asks of a payment provider, and what a provider says: the same words for all of them.

A provider says the same, whether it answers a question or calls by webhook: a `Told`. So an answer and a webhook
that tell of one charge count once, whichever comes first.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol

from commerce.errors import CommerceError

TOLERANCE_SECONDS = 300
"""A webhook signed longer ago is refused: somebody may be playing it again."""


class WebhookRefused(CommerceError, ValueError):
    """A webhook that is not signed by the provider, or too old, or unreadable."""


class ProviderFailed(CommerceError, RuntimeError):
    """A provider could not be asked, for a reason that is none of the payer's; it may be asked again."""

    def __init__(self, sentence: str, reason: str | None = None) -> None:
        self.reason = reason
        super().__init__(sentence)


class ProviderRefused(ProviderFailed):
    """A provider will not do what it was asked, however often."""


class Told(NamedTuple):
    """What a provider says.

    Attributes
    ----------
    type : str
        In the words of the stream.
    intent : str
        The provider's name of the payment.
    at : int
        When, by the provider's clock; microseconds.
    reference : str
        The charge, refund or dispute; what is counted once.
    amount : int
        Minor units.
    currency : str
        ISO 4217.
    reason : str or None
        One word: a decline code, why money goes back, why a payment is disputed.
    charge : str or None
        What a refund or a dispute is about; it proves that the money had arrived.
    payment : str or None
        Our own name of the payment, where the provider gives it back.
    position : int or None
        The order line that a refund is for.
    lost : bool
        Whether a closed dispute is lost.
    """

    type: str
    intent: str
    at: int
    reference: str = ""
    amount: int = 0
    currency: str = ""
    reason: str | None = None
    charge: str | None = None
    payment: str | None = None
    position: int | None = None
    lost: bool = False


class Card(NamedTuple):
    """A card that a provider keeps; all that the shop knows of it."""

    reference: str
    brand: str
    last4: str
    owner: str | None = None


class Errand(NamedTuple):
    """What a provider is asked to do; asked twice under one ``id``, it does it once.

    Attributes
    ----------
    id : str
    verb : str
        A method of `Provider`.
    subject : str
        The payment, or the customer for ``attach`` and ``detach``; 32 hexadecimal digits.
    tenant : str
        Slug.
    intent, charge : str or None
        The provider's names of the payment and of what was charged.
    amount : int
        Minor units.
    currency : str
    method, owner : str or None
        The provider's names of the way to pay and of the customer.
    manual : bool
        Whether the money is only authorised, to be captured later.
    reason : str or None
    position : int or None
        Why money goes back, and the order line it is for; the provider gives both back.
    """

    id: str
    verb: str
    subject: str
    tenant: str
    intent: str | None = None
    charge: str | None = None
    amount: int = 0
    currency: str = ""
    method: str | None = None
    owner: str | None = None
    manual: bool = False
    reason: str | None = None
    position: int | None = None

    @property
    def metadata(self) -> dict[str, str]:
        """What the provider keeps for us with what it does."""
        ours = [("tenant", self.tenant), ("payment", self.subject)]
        if self.verb == "refund":
            more = [("refund", self.id), ("reason", self.reason), ("position", self.position)]
            ours += [(name, str(value)) for name, value in more if value is not None]
        return dict(ours)


class Provider(Protocol):
    """Somebody who moves money."""

    @property
    def name(self) -> str:
        """As it stands in ``payment.provider``."""

    def create(self, errand: Errand) -> Told:
        """Announce a payment."""

    def confirm(self, errand: Errand) -> Told | None:
        """Take the money from a card, or authorise it; a declined card is `Told`, too."""

    def capture(self, errand: Errand) -> Told | None:
        """Take what is authorised."""

    def cancel(self, errand: Errand) -> Told | None:
        """Call a payment off; where it is too late, the answer tells of the money that arrived."""

    def refund(self, errand: Errand) -> Told | None:
        """Send money back."""

    def attach(self, errand: Errand) -> Card:
        """Keep a card for a customer."""

    def detach(self, errand: Errand) -> None:
        """Forget a card."""

    def read_webhook(self, payload: bytes, signature: str, *, now: datetime) -> Told | None:
        """Check who sent a webhook, and read it; None for news that move nothing here.

        Raises
        ------
        WebhookRefused
            "webhook must be signed ...; got ..."
        """

"""Which provider is meant by a name."""

from __future__ import annotations

from commerce.payments.providers.local import Local
from commerce.payments.providers.port import Provider, forged
from commerce.records.work import Work


def provider_named(work: Work, name: str, api_key: str, webhook_secret: str) -> Provider:
    """Give the provider ``stripe`` or ``local``, able to tell by whom a webhook is signed.

    Parameters
    ----------
    api_key, webhook_secret : str
        Of the server's own account, from its environment.

    Raises
    ------
    WebhookRefused
        Where there is no secret, for anybody could sign with none.
    """
    if not webhook_secret:
        raise forged()
    if name == "local":
        return Local(work, webhook_secret)
    from commerce.payments.providers.stripe import Stripe

    return Stripe(api_key, webhook_secret)

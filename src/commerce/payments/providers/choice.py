"""Which provider is meant by a name."""

from __future__ import annotations

from commerce.payments.providers.local import Local
from commerce.payments.providers.port import Provider, forged
from commerce.records.errors import RecordError
from commerce.records.work import Work


def outside_provider(api_key: str, webhook_secret: str) -> Provider | None:
    """Give Stripe where there is its key; else nobody outside is called.

    Raises
    ------
    RecordError
        "extra 'stripe' must be installed where STRIPE_SECRET_KEY is set; got no stripe. ..."
    """
    if not api_key:
        return None
    try:
        from commerce.payments.providers.stripe import Stripe
    except ModuleNotFoundError as error:
        raise RecordError(
            f"extra 'stripe' must be installed where STRIPE_SECRET_KEY is set; got no {error.name}."
            " Install it: pip install 'bellwether[stripe]'."
        ) from error
    return Stripe(api_key, webhook_secret)


def stand_in_of(provider: Provider | None, *, debug: bool) -> str | None:
    """Name who handles cards instead of shops' own providers: the embedded one, to debug where nobody is called."""
    return "local" if provider is None and debug else None


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

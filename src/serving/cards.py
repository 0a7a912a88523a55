"""Who handles the shops' cards for this server: a provider outside that is called at once, or the embedded one."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from commerce.payments.providers.choice import outside_provider, stand_in_of
from commerce.payments.providers.port import Provider
from commerce.payments.webhooks import run_provider_calls
from commerce.records.errors import CommerceError
from commerce.records.tenants import Tenant
from serving.settings import DoorSettings

logger = logging.getLogger("serving")


@dataclass(frozen=True)
class Cards:
    """The way to those who handle cards.

    Attributes
    ----------
    provider : Provider or None
        The server's account outside.
    stand_in : str or None
        Who handles cards whatever shops have set: the embedded provider, on a machine for development without a key.
    """

    provider: Provider | None = None
    stand_in: str | None = None

    def call(
        self, engine: Engine, tenant: Tenant, about: Collection[str], *, now: datetime
    ) -> None:
        """Ask what a transaction has left to be asked; what fails is asked again by the next tick, with all else.

        The transaction is committed: nothing that is met here makes it undone, so all of it goes to the log.
        """
        if self.provider is None:
            logger.warning(
                "%s: payments wait: STRIPE_SECRET_KEY must be set where a shop's provider is stripe; got none",
                tenant.slug,
            )
            return
        try:
            run_provider_calls(engine, tenant, self.provider, now=now, only=about)
        except CommerceError as error:
            logger.warning("%s: %s", tenant.slug, error)
        except SQLAlchemyError as error:
            logger.warning("%s: payments wait: %s", tenant.slug, type(error).__name__)


def open_cards(door: DoorSettings) -> Cards:
    """Open the way to Stripe where there is its key; without one, development goes on with the embedded provider.

    Raises
    ------
    RecordError
        "extra 'stripe' must be installed where STRIPE_SECRET_KEY is set; got no stripe. ..."
    """
    provider = outside_provider(door.provider_key, door.webhook_secret)
    return Cards(provider, stand_in_of(provider, debug=door.debug))

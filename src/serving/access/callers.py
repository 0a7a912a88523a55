"""What is shown at the door, and who is known by it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from commerce.records.actors import Actor
from commerce.records.tenants import Tenant
from serving.access.errors import NotAllowed


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a request shows of its sender.

    Attributes
    ----------
    token : str or None
        An access token or an API key, of ``Authorization: Bearer`` or ``Token``, or of ``X-API-Key``.
    session : str or None
        What a session's cookie holds; counts where there is no token.
    csrf : str or None
        What proves that a page of ours sent a request that changes something by cookie.
    shops : tuple of str
        Tenants that header, query and host name ask for.
    """

    token: str | None = None
    session: str | None = None
    csrf: str | None = None
    shops: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who is asking, for which shop.

    Attributes
    ----------
    credential : str
        By which limits are counted and logs tell one from another; opens nothing.
    scopes : frozenset of str or None
        What the credential may be used for; None for whatever the actor may.
    """

    tenant: Tenant
    actor: Actor
    credential: str
    scopes: frozenset[str] | None = None

    def require(self, scope: str) -> None:
        """Refuse a credential that is not meant for this.

        Raises
        ------
        NotAllowed
            "credential must have the scope customers:write; got one with customers:read. ..."
        """
        if self.scopes is not None and scope not in self.scopes:
            held = ", ".join(sorted(self.scopes)) or "none"
            raise NotAllowed(
                f"credential must have the scope {scope}; got one with {held}. Ask an admin for a wider key."
            )

    def require_within(self, scopes: Collection[str] | None) -> None:
        """Refuse a credential that would give away more than it has.

        Raises
        ------
        NotAllowed
            "scopes must be within the credential's own; got ..."
        """
        if self.scopes is not None and (scopes is None or not self.scopes.issuperset(scopes)):
            raise NotAllowed(
                f"scopes must be within the credential's own; got {'all' if scopes is None else scopes}."
                " Ask an admin for a wider key.",
                field="scopes",
            )

    def require_staff(self, act: str) -> None:
        """Refuse an act to who does not run the shop.

        Raises
        ------
        Forbidden
            "role must be one of admin, system for asking about customers; got user. ..."
        """
        self.actor.require(act, "admin", "system")

    def may_choose(self) -> bool:
        """Whether every shop is this caller's business."""
        return self.actor.may_act_as("superadmin")

    def at(self, tenant: Tenant) -> Caller:
        """Go on in another shop."""
        return replace(self, tenant=tenant)


def require_shop(caller: Caller, slug: str) -> None:
    """Refuse a caller who names another shop than its own, whether or not there is one of that name.

    Raises
    ------
    NotAllowed
        "tenant must be the credential's own; got 'other'. ..."
    """
    if slug != caller.tenant.slug:
        raise NotAllowed(
            f"tenant must be the credential's own; got {slug!r}. Leave it out, or use that shop's credential.",
            field="tenant",
        )

"""Who acts: a person of a tenant in a role, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from commerce.records.errors import Forbidden, NotFound

Role = Literal["user", "seller", "delivery", "admin", "superadmin", "system"]
"""What somebody may do; ``system`` is the system itself, which nobody logs in as."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something.

    Attributes
    ----------
    user_id : UUID or None
        The user who is logged in; None for the system.
    customer_id : UUID or None
        The customer that this user is, where it buys.
    api_key_id : UUID or None
        The API key that acts, where no user stands behind it; it may what its role may.
    behind : UUID or None
        Who made the system act, where somebody did.

    Examples
    --------
    >>> SYSTEM.may_act_as("system"), Actor("superadmin").may_act_as("admin")
    (True, True)
    """

    role: Role
    user_id: UUID | None = None
    customer_id: UUID | None = None
    api_key_id: UUID | None = field(default=None, compare=False)
    behind: UUID | None = field(default=None, compare=False)

    @property
    def author(self) -> UUID | None:
        """Whom an event names as its actor: the user or the API key at the origin; None for the system by itself."""
        return self.user_id or self.api_key_id or self.behind

    @property
    def runs_the_shop(self) -> bool:
        """Whether every record of the tenant is this actor's business."""
        return self.role in ("admin", "superadmin", "system")

    def require_running(self, act: str) -> None:
        """Refuse an act to who does not run the shop.

        Raises
        ------
        Forbidden
            "role must be one of admin, system for reading figures; got user. ..."
        """
        if not self.runs_the_shop:
            raise Forbidden(act, ("admin", "system"), self.role)

    def may_act_as(self, *roles: str) -> bool:
        """Tell whether this actor has one of some roles; a superadmin is an admin too."""
        return self.role in roles or (self.role == "superadmin" and "admin" in roles)

    def require(self, act: str, *roles: str) -> None:
        """Refuse an act to who has none of some roles.

        Raises
        ------
        Forbidden
            "role must be one of admin, system for customer.registered; got user. ..."
        """
        if not self.may_act_as(*roles):
            raise Forbidden(act, roles, self.role)

    def require_own(self, kind: str, key: object, *owners: UUID | None) -> None:
        """Hide a record from who neither runs the shop nor is one of its owners, users or customers.

        Raises
        ------
        NotFound
        """
        mine = {self.user_id, self.customer_id} - {None}
        if not self.runs_the_shop and mine.isdisjoint(owners):
            raise NotFound(kind, key)


SYSTEM = Actor("system")
"""The system: ticks, webhooks, imports."""

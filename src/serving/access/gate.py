"""The one door: what a request shows becomes a `Caller` in one shop, or a refusal.

Who was let in is remembered for a few seconds, so that not every request asks the database; a key that is revoked, or
a login that ends, therefore goes on opening for as long at most.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from commerce.people import credentials
from commerce.people.passwords import BadCredentials, verify
from commerce.records.database import reading
from commerce.records.errors import RecordError, TenantNotFound
from commerce.records.tenants import find_tenant
from commerce.shops import find_by_domain
from serving.access import logins
from serving.access.callers import Caller, Shown, require_shop
from serving.access.errors import NotAllowed, Unauthorised, UnknownShop
from serving.access.rates import Limiter, Rates
from serving.access.secret import Secret, settle_secret
from serving.access.tokens import Claims, Tokens, refused
from serving.settings import DoorSettings, ServingSettings

REMEMBERED = 3.0
"""Seconds for which a credential that was verified counts as verified."""

_MOST = 10_000


class Gate:
    """Lets in who shows a credential.

    Parameters
    ----------
    engine : Engine
        The record store, as the owner of its tables.
    now : callable
        Gives wall time, aware; by it credentials expire.
    domain : str
        ``example.org`` where shops are reached as ``<slug>.example.org``; a shop's own domain counts always.
    elapsed : callable
        Gives seconds that never go back; by it what was verified is forgotten.
    """

    def __init__(
        self,
        engine: Engine,
        secret: Secret,
        limiter: Limiter,
        now: Callable[[], datetime],
        *,
        domain: str = "",
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.engine, self.limiter, self.now = engine, limiter, now
        self.tokens = Tokens(secret)
        self.login_key = secret.key("login")
        self._csrf = secret.key("csrf")
        self._domain = domain.lower().strip(".")
        self._elapsed = elapsed
        self._known: dict[bytes, tuple[float, Caller]] = {}
        self._hosts: dict[str, tuple[float, str]] = {}
        self._turn = threading.Lock()

    def remembered(self, shown: Shown, *, changes: bool) -> Caller | None:
        """Give who was let in by the same a moment ago, without asking the database; None for whoever else."""
        caller = self.recall(name_shown(shown))
        if caller is not None:
            self.check_csrf(shown, changes=changes)
        return caller

    def recall(self, name: bytes) -> Caller | None:
        """Give who was let in a moment ago by what has a name; None where nobody was."""
        known = self._known.get(name)
        if known is None or self._elapsed() - known[0] > REMEMBERED:
            return None
        return known[1]

    def admit(self, shown: Shown, *, changes: bool) -> Caller:
        """Tell who asks, for which shop.

        Parameters
        ----------
        changes : bool
            Whether the request may change something: a session's cookie alone does not do then.

        Raises
        ------
        Unauthorised
            "credential must be given; got none. ..." or "token must be valid and not expired; ..."
        NotAllowed
            "tenant must be the credential's own; got ..." or "X-CSRF-Token must be the session's own; ..."
        UnknownShop
            For a superadmin, who may know which shops there are.
        """
        began = self._elapsed()
        with reading(self.engine) as connection:
            caller = self._recognised(connection, shown)
            self.check_csrf(shown, changes=changes)
            for slug in shown.shops:
                caller = self._led_to(connection, caller, slug)
        with self._turn:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[name_shown(shown)] = began, caller
        return caller

    def shop_of_host(self, host: str) -> str | None:
        """Give the slug of the shop that a host name belongs to; None for the server's own name.

        Raises
        ------
        UnknownShop
            "host must be a shop's; got ..."
        """
        known = self._hosts.get(host)
        if known is not None and self._elapsed() - known[0] <= REMEMBERED:
            return known[1]
        under, _, domain = host.partition(".")
        named = bool(self._domain) and domain == self._domain
        try:
            with reading(self.engine) as connection:
                shop = find_tenant(connection, under) if named else find_by_domain(connection, host)
        except TenantNotFound:
            shop = None
        if named and under != "www" and (shop is None or shop.closed_at is not None):
            raise UnknownShop(f"host must be a shop's; got {host!r}. Check the address.")
        slug = None if shop is None else shop.slug
        if slug is not None:
            self._hosts[host] = self._elapsed(), slug
        return slug

    def log_in(
        self,
        username: str,
        password: str,
        kind: logins.Kind,
        *,
        shops: Collection[str],
        address: str,
    ) -> tuple[Caller, str]:
        """Log somebody in by name and password.

        Parameters
        ----------
        shops : collection of str
            The tenants that were named; none where only one shop knows the name.
        address : str
            Where the request comes from.

        Returns
        -------
        tuple of Caller and str
            Who it is, and the text of the login: a refresh token, or a session's.

        Raises
        ------
        Unauthorised
            "username and password must be valid; ...", after the same work whatever was wrong.
        TooMany
        """
        self.limiter.require_tries_left(username, address)
        now = self.now()
        with reading(self.engine) as connection:
            found = credentials.shops_of(connection, username)
        meant = [shop for shop in found if all(slug == shop.slug for slug in shops)]
        try:
            if len(meant) != 1:
                verify(None, password)
                raise BadCredentials("username and password")
            actor = credentials.authenticate(self.engine, meant[0], username, password, now=now)
        except (BadCredentials, RecordError) as error:
            self.limiter.count_wrong(username, address)
            raise Unauthorised(
                "username and password must be valid; got a pair that opens nothing."
                " Check both, and name the shop by X-Tenant-ID where several know the name."
            ) from error
        assert actor.user_id is not None
        key = self.login_key
        text = logins.begin(self.engine, meant[0], actor.user_id, kind, key=key, now=now)
        name = text.partition(".")[0]
        return Caller(tenant=meant[0], actor=actor, credential=f"login:{name}"), text

    def access_token(self, caller: Caller) -> str:
        """Sign an access token for a login."""
        _, _, login = caller.credential.partition(":")
        assert caller.actor.user_id is not None
        claims = Claims(caller.tenant.id, caller.actor.user_id, UUID(login))
        return self.tokens.issue(claims, now=self.now())

    def csrf_token(self, session: str) -> str:
        """Give what a page of ours shows beside a session's cookie."""
        return hmac.new(self._csrf, session.encode(errors="replace"), hashlib.sha256).hexdigest()

    def forget(self) -> None:
        """Forget who was let in: the next request of each asks the database."""
        with self._turn:
            self._known.clear()

    def _recognised(self, connection: Connection, shown: Shown) -> Caller:
        """Tell whose credential this is, in its own shop."""
        now = self.now()
        if shown.token is not None:
            if shown.token.count(".") == 1:
                return _by_key(connection, shown.token, now)
            claims = self.tokens.read(shown.token, now=now)
            return logins.find(connection, claims.login_id, claims.tenant_id, now=now)
        if shown.session is not None:
            return logins.resume(connection, shown.session, "session", now=now)
        raise missing()

    def _led_to(self, connection: Connection, caller: Caller, slug: str) -> Caller:
        """Go where header, query and host name lead, if the caller may."""
        if slug == caller.tenant.slug:
            return caller
        if not caller.may_choose():
            require_shop(caller, slug)
        try:
            return caller.at(find_tenant(connection, slug))
        except TenantNotFound:
            raise UnknownShop(
                f"tenant must exist; got {slug!r}. Look at /api/tenants.", field="tenant"
            ) from None

    def check_csrf(self, shown: Shown, *, changes: bool) -> None:
        """Refuse a change by cookie that no page of ours sent.

        Raises
        ------
        NotAllowed
            "X-CSRF-Token must be the session's own; ..."
        """
        if not changes or shown.token is not None or shown.session is None:
            return
        expected, given = self.csrf_token(shown.session), shown.csrf or ""
        if not hmac.compare_digest(expected.encode(), given.encode(errors="replace")):
            raise NotAllowed(
                "X-CSRF-Token must be the session's own; got none or another. Take it from the page, or from"
                " the answer that began the session."
            )


def missing() -> Unauthorised:
    """Give the refusal of who shows nothing."""
    return Unauthorised(
        "credential must be given; got none. Send Authorization: Bearer with a token of /api/token, or X-API-Key."
    )


def _by_key(connection: Connection, text: str, now: datetime) -> Caller:
    try:
        opened = credentials.resolve(connection, text, now=now)
    except (BadCredentials, RecordError) as error:
        raise refused("API key") from error
    return Caller(
        tenant=opened.tenant,
        actor=opened.actor,
        credential=f"key:{opened.key_id.hex}",
        scopes=None if opened.scopes is None else frozenset(opened.scopes),
    )


def name_shown(shown: Shown) -> bytes:
    """Name what was shown without keeping it."""
    text = repr((shown.token, shown.session, shown.shops))
    return hashlib.sha256(text.encode(errors="backslashreplace")).digest()


def open_gate(
    settings: ServingSettings, door: DoorSettings, engine: Engine, now: Callable[[], datetime]
) -> Gate:
    """Make the door of a server.

    Raises
    ------
    ServingError
        "SECRET_KEY must be ...", "rate limit must be ..." or "REDIS_URL must ..."
    """
    secret = settle_secret(door.secret_key, settings.home, debug=door.debug)
    rates = Rates(credential=door.rate, tenant=door.tenant_rate)
    return Gate(engine, secret, Limiter(rates, door.redis_url), now, domain=door.domain)

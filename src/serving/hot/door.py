"""Who asks, told by headers that were read before: reading them costs more than an answer does."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import Scope

from serving.access.errors import NotAllowed, Unauthorised
from serving.access.gate import Gate, name_shown
from serving.rest.admission import is_at_home
from serving.rest.shown import read_shown
from serving.settings import DoorSettings

_TELLING = frozenset(
    {
        b"host",
        b"authorization",
        b"x-api-key",
        b"cookie",
        b"x-tenant-id",
        b"x-csrf-token",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"forwarded",
        b"origin",
        b"content-type",
        b"expect",
    }
)
"""The headers by which it is told who asks, and whether the hot path can answer."""
_FOR_ANOTHER = "x-forwarded-host"
_MOST = 10_000


@dataclass(frozen=True)
class Letterhead:
    """What the headers of a request say, without the credential among them.

    Attributes
    ----------
    plain : bool
        Whether the hot path can answer: to a name of the server's own, from no page elsewhere, in JSON.
    name : bytes or None
        By which `serving.access.gate.Gate.recall` knows the credential; None where this machine itself asks about a
        shop that is left open to it.
    """

    plain: bool
    name: bytes | None = None


_OTHER = Letterhead(plain=False)


class Door:
    """Reads letterheads, each once.

    Parameters
    ----------
    is_ours : callable
        Whether a host name is the server's own, and none of a shop.
    """

    def __init__(self, is_ours: Callable[[Scope], bool]) -> None:
        self._is_ours = is_ours
        self._known: dict[bytes, Letterhead] = {}

    def read(self, scope: Scope, settings: DoorSettings, gate: Gate | None) -> Letterhead:
        """Read the headers of a request."""
        client = scope["client"]
        told = [part for pair in scope["headers"] if pair[0] in _TELLING for part in pair]
        told += [scope["query_string"], str(client and client[0]).encode()]
        key = hashlib.sha256(b"\0".join(told)).digest()
        found = self._known.get(key)
        if found is None:
            found = self._look(Request(scope), settings, gate)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = found
        return found

    def _look(self, request: Request, settings: DoorSettings, gate: Gate | None) -> Letterhead:
        headers, client = request.headers, request.client
        if (
            (client is not None and client.host in settings.proxies and _FOR_ANOTHER in headers)
            or "origin" in headers
            or "expect" in headers
            or not headers.get("content-type", "").lower().startswith("application/json")
            or not self._is_ours(request.scope)
        ):
            return _OTHER
        try:
            shown = read_shown(request)
            if shown.token or shown.session or not (settings.open and is_at_home(request)):
                if gate is None:
                    return _OTHER
                gate.check_csrf(shown, changes=True)
                return Letterhead(plain=True, name=name_shown(shown))
        except (Unauthorised, NotAllowed):
            return _OTHER
        return Letterhead(plain=not shown.shops)

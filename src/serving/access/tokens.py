"""Access tokens: signed by HS256 and nothing else, good for minutes, about one login of one user."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import jwt

from serving.access.errors import Unauthorised
from serving.access.secret import Secret

ACCESS_LIFETIME = timedelta(minutes=15)
ISSUER, AUDIENCE = "bellwether", "bellwether-api"

_ALGORITHM = "HS256"
_CLAIMS = ["iss", "aud", "sub", "sid", "tid", "iat", "exp", "typ"]


class Claims(NamedTuple):
    """What a token says."""

    tenant_id: int
    user_id: UUID
    login_id: UUID


class Tokens:
    """Signs and reads access tokens."""

    def __init__(self, secret: Secret) -> None:
        self._key = secret.key("access token")

    def issue(self, claims: Claims, *, now: datetime) -> str:
        """Sign a token that is good from now for `ACCESS_LIFETIME`."""
        began = int(now.timestamp())
        said = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "typ": "access",
            "jti": secrets.token_hex(8),
            "sub": claims.user_id.hex,
            "sid": claims.login_id.hex,
            "tid": claims.tenant_id,
            "iat": began,
            "exp": began + int(ACCESS_LIFETIME.total_seconds()),
        }
        return jwt.encode(said, self._key, algorithm=_ALGORITHM)

    def read(self, text: str, *, now: datetime) -> Claims:
        """Read a token that we signed and that is still good.

        Raises
        ------
        Unauthorised
            "token must be valid and not expired; ..."
        """
        unchecked = {"verify_exp": False, "verify_iat": False, "require": _CLAIMS}  # by our clock
        try:
            said = jwt.decode(
                text,
                self._key,
                algorithms=[_ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options=unchecked,  # type: ignore[arg-type]
            )
            if said["typ"] != "access" or not int(said["exp"]) > now.timestamp():
                raise refused()
            return Claims(int(said["tid"]), UUID(said["sub"]), UUID(said["sid"]))
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise refused() from error


def refused(what: str = "token") -> Unauthorised:
    """Give the one refusal of whatever opens nothing."""
    return Unauthorised(
        f"{what} must be valid and not expired; got one that opens nothing. Log in again at /api/token."
    )

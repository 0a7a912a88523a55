"""Where a server finds its packages and its record store, and whom it lets in, read once when it starts.

``BELLWETHER_HOME``
    The folder that holds ``data/packages`` and, unless ``DATABASE_URL`` says otherwise, ``data/records.db``.
``DATABASE_URL``
    The record store: ``sqlite:////path/records.db`` or ``postgresql://user@host/name``.

Without either, a server answers by values only, from the packages its Bento carries.

``SECRET_KEY``, ``DEBUG``
    What signs tokens, 32 characters or more; drawn into the home where it is not given. ``true`` is for a machine of
    one's own: cookies go over plain HTTP, and any secret will do.
``ALLOWED_HOSTS``, ``TENANT_DOMAIN``, ``CORS_ORIGINS``, ``TRUSTED_PROXIES``
    Host names the server answers to beside localhost and the shops' own domains (``.example.org`` with all below);
    ``example.org`` where shops are ``<slug>.example.org``; pages elsewhere that may ask; addresses whose
    ``X-Forwarded-*`` count. Separated by commas.
``RATE_LIMIT``, ``TENANT_RATE_LIMIT``, ``REDIS_URL``
    Requests of one credential and of one shop (``1200/minute``), and where several processes count them and keep
    answers to questions for a moment (``redis://host:6379/0``).
``STRIPE_SECRET_KEY``, ``STRIPE_PUBLISHABLE_KEY``, ``STRIPE_WEBHOOK_SECRET``
    The server's account at Stripe, and the key that pages show (``GET /api/payments/config``); without the last, no
    webhook is heard, the embedded provider's neither. In debug mode without a key, the embedded provider takes cards.
``BELLWETHER_WORKERS``
    How many processes answer, 1 by default. Each counts requests for itself, unless ``REDIS_URL`` is given.
``MOST_AT_ONCE``
    Requests that a worker has in hand, 256 by default; more are refused at once, with 429.
``PREDICTION_LOG``
    ``strict`` where an answer is on disk before it is given, the default; ``relaxed`` where it is so a moment later.
    The log lies in the home; without one, answers are written to the record store one by one.
``BACKGROUND_WORK``
    ``off`` where jobs are done, and what the clock moves is moved, by ``bellwether work`` elsewhere; else the server
    has a process beside it that does so.
``MAIL_URL``, ``MAIL_FROM``
    How mail goes out, and from whom, as ``bellwether tick --help`` says; without the first, the server sends none.
``SENTRY_DSN``
    Where errors that nobody foresaw are reported, with sentry-sdk installed.
``BELLWETHER_OPEN``
    Tenants about which this machine itself may ask without a credential, ``*`` for all: the demo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from commerce.records.store_url import given_url
from serving.errors import ServingError

HOME_VARIABLE = "BELLWETHER_HOME"
DATABASE_VARIABLE = "DATABASE_URL"
OPEN_VARIABLE = "BELLWETHER_OPEN"
WORK_VARIABLE = "BACKGROUND_WORK"
LOG_VARIABLE = "PREDICTION_LOG"
LOG_MODES = ("strict", "relaxed")
PACKAGES = Path("data") / "packages"
"""Where packages lie under a home, and under the sources inside a Bento."""

PREDICTIONS = Path("data") / "predictions"
"""Where the prediction log lies under a home."""

SHADOWS = Path("data") / "shadows"
"""Where versions lie under a home that shadow others."""

MEDIA = Path("data") / "media"
"""Where pictures lie under a home."""

REDIS_PAUSE = 5.0
"""Seconds in which a Redis that did not answer is not asked again: each time costs a second or two."""

_LARGEST_SIZE = 8_000
_SQLITE = "sqlite:///"
_LIVE = ("sk_live_", "rk_live_")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Names of this machine, for itself."""


@dataclass(frozen=True, kw_only=True)
class ServingSettings:
    """The places of one server."""

    packages: tuple[Path, ...]
    """Folders of packages; the first that can answer does."""
    database_url: str | None
    """May carry a password, so it is never logged."""
    home: Path | None = None
    works: bool = True
    """Whether a process beside the server does jobs and moves what is due."""
    strict: bool = True
    """Whether an answer is in the prediction log before it is given."""

    @property
    def predictions(self) -> Path | None:
        """Where the prediction log lies; None where there is no home, or no record store to load it into."""
        return None if self.home is None or self.database_url is None else self.home / PREDICTIONS

    @property
    def shadows(self) -> Path | None:
        """Where versions lie that shadow others; None where there is no prediction log to ask them from."""
        return None if self.home is None or self.predictions is None else self.home / SHADOWS

    @classmethod
    def from_env(cls, environ: Mapping[str, str], sources: Path) -> ServingSettings:
        """Read the settings at the entry point.

        Parameters
        ----------
        sources : Path
            The folder that holds the package ``serving``; inside a Bento its packages lie there too.

        Raises
        ------
        ServingError
            "DATABASE_URL must be absolute where BELLWETHER_HOME is not set; got ...", "BACKGROUND_WORK must be on or
            off; got ...", "PREDICTION_LOG must be strict or relaxed; got ..."

        Examples
        --------
        >>> found = ServingSettings.from_env({"BELLWETHER_HOME": "/srv/shop"}, Path("/bento/src"))
        >>> found.database_url
        'sqlite:////srv/shop/data/records.db'
        >>> [place.as_posix() for place in found.packages]
        ['/srv/shop/data/packages', '/bento/src/data/packages']
        >>> ServingSettings.from_env({}, Path("/bento/src")).database_url is None
        True
        """
        named = environ.get(HOME_VARIABLE, "").strip()
        home = Path(named).expanduser() if named else None
        if home is not None and not home.is_absolute():
            raise ServingError(
                f"{HOME_VARIABLE} must be an absolute path; got {named!r}."
                " A server may run from any directory: write the whole path."
            )
        bundled = sources / PACKAGES
        return cls(
            packages=(bundled,) if home is None else (home / PACKAGES, bundled),
            database_url=_database(given_url(environ), home),
            home=home,
            strict=_strict(environ.get(LOG_VARIABLE, LOG_MODES[0])),
            works=_on_or_off(WORK_VARIABLE, environ.get(WORK_VARIABLE, "on")),
        )


@dataclass(frozen=True, kw_only=True)
class DoorSettings:
    """Whom one server lets in, and under which names it is reached."""

    secret_key: str = field(default="", repr=False)
    debug: bool = False
    hosts: tuple[str, ...] = ()
    domain: str = ""
    origins: tuple[str, ...] = ()
    proxies: frozenset[str] = frozenset()
    rate: str = "1200/minute"
    tenant_rate: str = "12000/minute"
    most_at_once: int = 256
    """Requests that a worker has in hand."""
    redis_url: str = field(default="", repr=False)
    """May carry a password, so it is never logged."""
    provider_key: str = field(default="", repr=False)
    publishable_key: str = ""
    webhook_secret: str = field(default="", repr=False)
    sentry_dsn: str = field(default="", repr=False)
    media: Path | None = None
    """Where pictures are kept; None where there is no home."""
    media_base_url: str = ""
    """Before the names of pictures, where something else than this server gives them out."""
    image_sizes: tuple[int, ...] = (160, 640, 1600)
    """Pixels of the longer side, the smallest first."""
    open: frozenset[str] = frozenset()
    """Tenants that this machine itself may ask about without a credential."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> DoorSettings:
        """Read the settings at the entry point.

        Raises
        ------
        ServingError
            "DEBUG must be false where Stripe moves real money; got true with a live STRIPE_SECRET_KEY. ...",
            "MOST_AT_ONCE must be a whole number of 1 to 100000; got ..."

        Examples
        --------
        >>> DoorSettings.from_env({"ALLOWED_HOSTS": "api.example.org, .acme.example"}).hosts
        ('api.example.org', '.acme.example')
        """

        def said(name: str, otherwise: str = "") -> str:
            return environ.get(name, "").strip() or otherwise

        def listed(name: str) -> tuple[str, ...]:
            return tuple(part for each in said(name).split(",") if (part := each.strip()))

        debug = said("DEBUG").lower() in ("1", "true", "yes", "on")
        if debug and said("STRIPE_SECRET_KEY").startswith(_LIVE):
            raise ServingError(
                "DEBUG must be false where Stripe moves real money; got true with a live STRIPE_SECRET_KEY."
                " Set DEBUG=false, or a test key."
            )
        return cls(
            secret_key=said("SECRET_KEY"),
            debug=debug,
            hosts=tuple(host.lower() for host in listed("ALLOWED_HOSTS")),
            domain=said("TENANT_DOMAIN").lower(),
            origins=listed("CORS_ORIGINS"),
            proxies=frozenset(listed("TRUSTED_PROXIES")),
            rate=said("RATE_LIMIT", cls.rate),
            tenant_rate=said("TENANT_RATE_LIMIT", cls.tenant_rate),
            most_at_once=_whole(
                environ, "MOST_AT_ONCE", cls.most_at_once, 100_000, "Leave it out for the default."
            ),
            redis_url=said("REDIS_URL"),
            provider_key=said("STRIPE_SECRET_KEY"),
            publishable_key=said("STRIPE_PUBLISHABLE_KEY"),
            webhook_secret=said("STRIPE_WEBHOOK_SECRET"),
            sentry_dsn=said("SENTRY_DSN"),
            media=Path(home).expanduser() / MEDIA if (home := said(HOME_VARIABLE)) else None,
            media_base_url=said("MEDIA_BASE_URL").rstrip("/"),
            image_sizes=_sizes(listed("IMAGE_SIZES")) or cls.image_sizes,
            open=frozenset(listed(OPEN_VARIABLE)),
        )


def _whole(environ: Mapping[str, str], name: str, otherwise: int, most: int, advice: str) -> int:
    """Read a number of 1 or more."""
    given = environ.get(name, "").strip() or str(otherwise)
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= most):
        raise ServingError(f"{name} must be a whole number of 1 to {most}; got {given!r}. {advice}")
    return int(given)


def _strict(given: str) -> bool:
    said = given.strip().lower() or LOG_MODES[0]
    if said not in LOG_MODES:
        raise ServingError(
            f"{LOG_VARIABLE} must be strict or relaxed; got {given!r}. Leave it out for strict."
        )
    return said == LOG_MODES[0]


def _on_or_off(name: str, given: str) -> bool:
    """Read a setting that is on or off.

    Examples
    --------
    >>> _on_or_off("BACKGROUND_WORK", " Off")
    False
    """
    word = given.strip().lower() or "on"
    if word not in ("on", "off"):
        raise ServingError(f"{name} must be on or off; got {given!r}. Correct it, or leave it out.")
    return word == "on"


def _sizes(given: Sequence[str]) -> tuple[int, ...]:
    """Read the sizes of pictures.

    Raises
    ------
    ServingError
        "IMAGE_SIZES must be pixels from 1 to 8000, as 160,640,1600; got ..."

    Examples
    --------
    >>> _sizes(["640", "160"])
    (160, 640)
    """
    if any(not size.isdecimal() or not 1 <= int(size) <= _LARGEST_SIZE for size in given):
        raise ServingError(
            f"IMAGE_SIZES must be pixels from 1 to {_LARGEST_SIZE}, as 160,640,1600;"
            f" got {','.join(given)!r}. Correct it."
        )
    return tuple(sorted({int(size) for size in given}))


def _database(url: str, home: Path | None) -> str | None:
    """Give the record store's URL; a relative SQLite path is taken from the home."""
    if not url:
        return None if home is None else f"{_SQLITE}{(home / 'data' / 'records.db').as_posix()}"
    if not url.startswith(_SQLITE) or Path(url.removeprefix(_SQLITE)).is_absolute():
        return url
    if home is None:
        raise ServingError(
            f"{DATABASE_VARIABLE} must be absolute where {HOME_VARIABLE} is not set; got {url!r}."
            " Write sqlite:////path/records.db with four slashes."
        )
    return f"{_SQLITE}{(home / url.removeprefix(_SQLITE)).as_posix()}"

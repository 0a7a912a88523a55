"""What ``DATABASE_URL`` may say, and what is said where no record store can be opened by it: never its password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from commerce.records.errors import StoreUnusable
from tabular.files import PRIVATE

_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_WRITTEN_SO = "Use sqlite:///path/records.db or postgresql://user@host/name."
_ADVICE = {
    "password": "Check user and password.",
    "does not exist": "Create it by `createdb`, or name another.",
    "not a database": "Name a new file, or one that Bellwether made.",
    "readonly": "Let this user write the file and its folder.",
}
"""What to do, by what a driver says."""


def store_url(url: str) -> URL:
    """Read a URL, with the driver that we use.

    Raises
    ------
    StoreUnusable
        "DATABASE_URL must be of the form dialect://...; got ...", "... must name SQLite or PostgreSQL; got ..."

    Examples
    --------
    >>> store_url("postgresql://ann@db/shop").drivername
    'postgresql+psycopg'
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        shown = re.sub(r"//.*@", "//***@", url) if "://" in url else "text that is none"
        raise StoreUnusable(f"be of the form dialect://...; got {shown}. {_WRITTEN_SO}") from error
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise StoreUnusable(f"name SQLite or PostgreSQL; got {parsed.drivername!r}. {_WRITTEN_SO}")
    if driver == "sqlite" and parsed.query:
        raise StoreUnusable(
            f"name an SQLite file without options; got {url}. Leave out what follows the ?."
        )
    return parsed.set(drivername=driver)


def given_url(environ: Mapping[str, str]) -> str:
    """Give the record store that an environment names: ``DATABASE_URL``, or else its parts; "" for none.

    The parts are ``ENGINE``, ``NAME``, ``USER``, ``PASSWORD``, ``HOST`` and ``PORT``, each after ``DATABASE_`` or
    ``DB_``; an engine may be written as Django has it, and is PostgreSQL where it is left out.

    Raises
    ------
    StoreUnusable
        "DATABASE_URL must name SQLite or PostgreSQL; got ...", or "... have a port that is a whole number; got ..."

    Examples
    --------
    >>> given_url({"DB_NAME": "shop", "DB_USER": "ann", "DB_PASSWORD": "a@b", "DB_HOST": "db", "DB_PORT": "5432"})
    'postgresql://ann:a%40b@db:5432/shop'
    >>> given_url({"DATABASE_ENGINE": "django.db.backends.sqlite3", "DATABASE_NAME": "records.db"})
    'sqlite:///records.db'
    """
    given = environ.get("DATABASE_URL", "").strip()
    if given:
        return given
    names = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")
    engine, name, user, password, host, port = (
        environ.get(f"DATABASE_{part}", "").strip() or environ.get(f"DB_{part}", "").strip() or None
        for part in names
    )
    if name is None:
        return ""
    dialect = (
        (engine or "postgresql").rpartition(".")[2].removesuffix("3").removesuffix("_psycopg2")
    )
    if dialect == "sqlite":
        return f"sqlite:///{name}"
    if dialect != "postgresql":
        raise StoreUnusable(f"name SQLite or PostgreSQL; got {engine!r}. {_WRITTEN_SO}")
    if port is not None and not port.isdecimal():
        raise StoreUnusable(f"have a port that is a whole number; got {port!r}. Correct it.")
    url = URL.create(dialect, user, password, host, None if port is None else int(port), name)
    return url.render_as_string(hide_password=False)


def make_file(path: Path) -> None:
    """Make a file where there is none: its owner's alone."""
    if path.is_dir():
        raise StoreUnusable(
            f"name a file; got the folder {path}. Write sqlite:///{path / 'records.db'}."
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(PRIVATE)
    except OSError as error:
        raise StoreUnusable(
            f"name a file that can be made; got {path}: {error.strerror}. Choose a folder of yours."
        ) from error


def unreachable(url: URL, said: str) -> StoreUnusable:
    """Repeat what a driver said of a connection, without the password."""
    lines = said.strip().splitlines() or ["no reason given"]
    first = next((line for line in lines if "FATAL" in line), lines[0]).strip().rstrip(".")
    if url.password:
        first = first.replace(str(url.password), "***")
    advice = next(
        (what for sign, what in _ADVICE.items() if sign in first),
        "Check that it is the right place, and that the server is up.",
    )
    shown = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
    return StoreUnusable(f"lead to a database that answers; got {shown}: {first}. {advice}", first)

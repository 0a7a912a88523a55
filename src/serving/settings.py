"""Where a server finds its packages and its record store, read once when it starts.

``BELLWETHER_HOME``
    The folder that holds ``data/packages`` and, unless ``DATABASE_URL`` says otherwise, ``data/records.db``.
``DATABASE_URL``
    The record store: ``sqlite:////path/records.db`` or ``postgresql://user@host/name``.

Without either, a server answers by values only, from the packages its Bento carries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from serving.errors import ServingError

HOME_VARIABLE = "BELLWETHER_HOME"
DATABASE_VARIABLE = "DATABASE_URL"
PACKAGES = Path("data") / "packages"
"""Where packages lie under a home, and under the sources inside a Bento."""

_SQLITE = "sqlite:///"


@dataclass(frozen=True, kw_only=True)
class ServingSettings:
    """The places of one server."""

    packages: tuple[Path, ...]
    """Folders of packages; the first that can answer does."""
    database_url: str | None
    """May carry a password, so it is never logged."""

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
            "DATABASE_URL must be absolute where BELLWETHER_HOME is not set; got ..."

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
            database_url=_database(environ.get(DATABASE_VARIABLE, "").strip(), home),
        )


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

"""Where Bellwether keeps things and which record store it uses, read once at an entry point.

Two environment variables decide everything:

``BELLWETHER_HOME``
    The folder that holds ``data/`` and ``mlruns/``. Without it, the nearest folder at or above the current
    one whose ``pyproject.toml`` names the project ``bellwether``.
``DATABASE_URL``
    The record store: ``sqlite:///path/records.db`` or ``postgresql://user@host/name``. Without it,
    ``data/records.db`` under the home. A relative SQLite path is taken from the home, never from the
    current directory, so that a kernel and a shell mean the same file. Its parts, ``DATABASE_ENGINE`` or
    ``DB_ENGINE`` and so on, do as well: see `commerce.records.store_url.given_url`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from workbench.errors import SettingsError

HOME_VARIABLE = "BELLWETHER_HOME"
DATABASE_VARIABLE = "DATABASE_URL"
_SQLITE = "sqlite:///"


class Place:
    """A folder below the home."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __get__(self, settings: Settings, owner: object) -> Path:
        return settings.home / self._path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The places of one Bellwether home.

    Examples
    --------
    >>> settings = Settings(home=Path("/srv/shop"), database_url="sqlite:////srv/shop/records.db")
    >>> settings.runs.as_posix(), settings.tracking_uri
    ('/srv/shop/data/runs', 'sqlite:////srv/shop/mlruns/mlflow.db')
    """

    home: Path
    """Absolute folder that holds ``data/`` and ``mlruns/``."""
    database_url: str
    """Record store; may carry a password, so it is never printed or written down."""
    project: Path | None = None
    """Folder that holds ``notebooks/`` and ``requirements/``: a checkout, or what was installed beside the
    packages; None where there is none."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str], start: Path | None = None) -> Settings:
        """Read the settings at an entry point.

        Parameters
        ----------
        start : Path, optional
            Folder from which to look upwards for the project; usually the current directory.

        Raises
        ------
        SettingsError
            "home must be known; ..." or "BELLWETHER_HOME must be a folder, or a new one ...; ..."
        """
        checkout = _checkout_above(start)
        named = environ.get(HOME_VARIABLE, "").strip()
        if named:
            home = Path(named).expanduser()
            if not home.exists() and home.parent.is_dir():
                home.mkdir()
            if not home.is_dir():
                raise SettingsError(
                    f"{HOME_VARIABLE} must be a folder, or a new one in a folder that exists; got {named!r}."
                    f" Create it with `mkdir -p {named}`, or point the variable elsewhere."
                )
        elif checkout is not None:
            home = checkout
        else:
            raise SettingsError(
                f"home must be known; got no {HOME_VARIABLE}, and no bellwether project at or above"
                f" {start or 'the current directory'}. Set {HOME_VARIABLE} to the folder that holds (or"
                " shall hold) data/ and mlruns/, or run from inside the project."
            )
        home = home.resolve()
        project = next(
            (
                place
                for place in (home, checkout, _source_checkout(), _installed_share())
                if place is not None and (place / "notebooks").is_dir()
            ),
            None,
        )
        return cls(home=home, database_url=_database(environ, home), project=project)

    data = Place("data")
    """Everything that is made, and can be made again from the record store."""
    raw = Place("data/raw")
    """What imports leave beside the records: rejected rows, the simulator's truth."""
    imports = Place("data/imports")
    """Options of imports that were saved under a name."""
    predictions = Place("data/predictions")
    """Answers that a server gave and nobody has loaded into the record store yet."""
    snapshots = Place("data/snapshots")
    """Parquet copies of the stream."""
    features = Place("data/features")
    """Feature tables by tenant and cutoff."""
    ml_assets = Place("ml_assets")
    """Baselines as joblib files: made and read offline, never by a server."""
    packages = Place("data/packages")
    """Decision packages by tenant, model and version."""
    shadows = Place("data/shadows")
    """Versions that shadow a champion, by tenant and model: nobody is given what they say."""
    runs = Place("data/runs")
    """One folder per notebook run: its request, status, executed notebook, page and result."""
    reports = Place("data/reports")
    """Pages for people, by tenant and date, with an index."""
    mlruns = Place("mlruns")
    """The tracking database and its artifacts."""
    artifacts = Place("mlruns/artifacts")
    """Artifacts of the tracked runs."""

    @property
    def tracking_uri(self) -> str:
        """The tracking database as an absolute URI, the same from every directory."""
        return f"{_SQLITE}{(self.mlruns / 'mlflow.db').as_posix()}"

    @property
    def notebooks(self) -> Path:
        """The folder of the numbered notebooks.

        Raises
        ------
        SettingsError
            "notebooks must lie in the project; ..."
        """
        if self.project is None:
            raise SettingsError(
                f"notebooks must lie in the project; got home {self.home} without a notebooks folder."
                " Install bellwether anew, or run from inside a checkout of it."
            )
        return self.project / "notebooks"


def _database(environ: Mapping[str, str], home: Path) -> str:
    """Give the record store's URL with any relative SQLite path made absolute."""
    from commerce.records.store_url import given_url  # which knows SQLAlchemy: not for --help

    url = given_url(environ)
    if not url:
        return f"{_SQLITE}{(home / 'data' / 'records.db').as_posix()}"
    if url.startswith(_SQLITE) and url != f"{_SQLITE}:memory:":
        return f"{_SQLITE}{(home / url.removeprefix(_SQLITE)).as_posix()}"
    if "://" not in url or url in ("sqlite://", f"{_SQLITE}:memory:"):
        raise SettingsError(
            f"{DATABASE_VARIABLE} must name a record store that outlives the process; got"
            f" {'memory' if url.startswith('sqlite') else 'text without ://'}."
            " Use sqlite:///records.db or postgresql://user@host/name."
        )
    return url


def _checkout_above(start: Path | None) -> Path | None:
    """Find the nearest folder at or above ``start`` that is a bellwether checkout."""
    if start is None:
        return None
    places = (start.resolve(), *start.resolve().parents)
    return next((place for place in places if _is_checkout(place)), None)


def _source_checkout() -> Path | None:
    """Find the checkout this package is installed from, if it is an editable install."""
    place = Path(__file__).resolve().parents[2]
    return place if _is_checkout(place) else None


def _installed_share() -> Path | None:
    """Find the notebooks that an installation brought along, wherever its installer put them."""
    try:
        files = distribution("bellwether").files or []
    except PackageNotFoundError:
        return None
    found = (Path(str(file.locate())) for file in files if file.match("notebooks/10_*.ipynb"))
    return next((path.resolve().parents[1] for path in found), None)


def _is_checkout(place: Path) -> bool:
    file = place / "pyproject.toml"
    if not file.is_file():
        return False
    try:
        project = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})
    except (ValueError, OSError):
        return False
    return bool(project.get("name") == "bellwether")

"""The command line as an entry point: the only place here that reads environment, directory and clock."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import PlanError, SettingsError
from workbench.records import open_records
from workbench.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from commerce.records.tenants import Tenant
    from workbench.notebook import Bench

_BROUGHT_BY = {"notebooks": ("papermill", "pandas", "mlflow"), "serving": ("bentoml", "fastapi")}
"""Libraries by which an extra is known to be there."""


def settings() -> Settings:
    """Read the settings from the environment and the current directory."""
    return Settings.from_env(os.environ, Path.cwd())


def environ() -> dict[str, str]:
    """Give a copy of the environment."""
    return dict(os.environ)


def now() -> datetime:
    """Give the wall time, aware."""
    return datetime.now(UTC)


def require_extra(*extras: str) -> None:
    """Refuse a command whose libraries come with an extra that is not installed.

    Raises
    ------
    SettingsError
        "extra 'notebooks' must be installed; got no papermill. ..."
    """
    for extra in extras:
        for library in _BROUGHT_BY[extra]:
            if find_spec(library) is None:
                raise SettingsError(
                    f"extra {extra!r} must be installed for this command; got no {library}."
                    f" Install it: pip install 'bellwether[{extra}]'."
                )


def choose_tenant(connection: Connection, named: str | None) -> Tenant:
    """Find the tenant a command is about: the named one, else the only one.

    Raises
    ------
    PlanError
        "tenant must be named where there are several; got none. Known: ..."
    """
    from commerce.records.tenants import find_tenant, list_tenants

    if named is not None:
        return find_tenant(connection, named)
    known = list_tenants(connection)
    if len(known) == 1:
        return known[0]
    if not known:
        raise PlanError(
            "tenant must exist; got an empty record store. Bring records in with `bellwether import` or"
            " `bellwether simulate`, or type `bellwether demo`."
        )
    slugs = ", ".join(tenant.slug for tenant in known)
    raise PlanError(
        f"tenant must be named where there are several; got none. Add --tenant, one of: {slugs}."
    )


def tenant_slug(named: str | None) -> str:
    """Find the slug of the tenant a command is about: the named one, else the only one."""
    from commerce.records.database import reading

    with reading(open_records(settings())) as connection:
        return choose_tenant(connection, named).slug


def open_bench(named: str | None) -> Bench:
    """Open the bench of the named tenant, or of the only one."""
    from workbench import notebook

    return notebook.open_bench(tenant=tenant_slug(named))


def user() -> str:
    """Name who types, for the history of what people decided."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"

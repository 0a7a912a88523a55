"""What commands that change a model's settings share: whose they are, what is kept, what is said afterwards."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import home
from workbench.errors import PlanError
from workbench.records import open_records

if TYPE_CHECKING:
    from commerce.records.tenants import Tenant
    from training.specs import ModelSpec


def find_decided(model: str, tenant: str | None) -> tuple[Tenant, ModelSpec, dict[str, Any]]:
    """Find a tenant, a model as the code has it, and what the tenant decided about it."""
    from commerce.records.database import reading
    from training.specs import find_spec
    from training.specs.decided import decided_for

    spec = find_spec(model)
    with reading(open_records(home.settings())) as connection:
        shop = home.choose_tenant(connection, tenant)
    return shop, spec, decided_for(shop.settings, model)


def keep_decided(
    model: str,
    tenant: str | None,
    changes: Mapping[str, Any],
    *,
    subject: str,
    reset: Collection[str] = (),
) -> None:
    """Check and keep changes; what is not named stays, but for what is taken back.

    Parameters
    ----------
    subject : str
        What is set, for the refusal of nothing at all: "economics".
    reset : collection of str
        Names whose values are taken back.

    Raises
    ------
    PlanError
        "economics must be named to be set; got none. ..."
    InvalidSetting
        As `training.specs.decided.check_settings`.
    """
    from commerce.shops import set_model
    from training.specs.decided import check_settings

    if not changes and not reset:
        raise PlanError(
            f"{subject} must be named to be set; got none. See which there are: bellwether"
            f" {'economics' if subject == 'economics' else 'models'} set --help"
        )
    shop, spec, decided = find_decided(model, tenant)
    kept = {name: value for name, value in decided.items() if name not in reset} | dict(changes)
    check_settings(spec, kept)
    set_model(open_records(home.settings()), shop.slug, model, kept)
    click.echo(
        f"  {shop.slug}.{model}: {', '.join(sorted(changes)) or 'the defaults'} from the next run on:"
        f" bellwether run --tenant {shop.slug} --models {model}"
    )

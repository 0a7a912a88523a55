"""What a notebook given by hand will read: settled before it starts, so that nothing changed means nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.cli.running import cut_off, stream_hash
from workbench.records import open_records
from workbench.runs.champions import champion_state
from workbench.runs.contract import Contract
from workbench.runs.files import read_json
from workbench.runs.key import content_hash
from workbench.runs.values import Value
from workbench.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The parameters of a notebook, settled, and a hash of what it reads beside them."""

    parameters: dict[str, Value]
    """``as_of`` is an instant, and ``snapshot`` the latest, where they were left open."""
    hash: str
    """Over the tenant's stream and its champions; empty where the notebook names no tenant, so that nobody knows
    what it reads."""


def settle_inputs(
    settings: Settings, contract: Contract, parameters: Mapping[str, Value]
) -> Inputs:
    """Settle what a notebook will read, as `bellwether run` would.

    Parameters
    ----------
    parameters : mapping of str to Value
        All of them, checked.

    Raises
    ------
    TenantNotFound
        "tenant must exist; got ... Did you mean ...?"
    RecordError
        "as_of must not be later than ...; got ..."
    """
    from commerce.records.database import reading
    from commerce.records.tenants import find_tenant

    settled = dict(parameters)
    slug = settled.get("tenant")
    if not isinstance(slug, str):
        return Inputs(parameters=settled, hash="")
    engine = open_records(settings)
    with reading(engine) as connection:
        tenant = find_tenant(connection, slug)
        stream = stream_hash(connection, tenant)
        if "as_of" in settled and contract["as_of"].kind.name == "datetime":
            asked = settled["as_of"]
            instant = cut_off(connection, tenant, None if asked is None else str(asked))
            settled["as_of"] = instant.isoformat()
    engine.dispose()
    if "snapshot" in settled and settled["snapshot"] is None:
        latest = read_json(settings.snapshots / slug / "current.json") or {}
        settled["snapshot"] = latest.get("hash")
    models = sorted(path.name for path in (settings.packages / slug).glob("*") if path.is_dir())
    champions = {model: champion_state(settings.packages, slug, model) for model in models}
    return Inputs(parameters=settled, hash=content_hash([stream, champions]))

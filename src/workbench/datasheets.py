"""The datasheet of a feature: what it means, what it is made of, who reads it, how its values lie."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from commerce.records import schema
from commerce.records.database import reading
from commerce.records.instants import from_micros
from commerce.records.tenants import Tenant, find_tenant
from features.catalogue import CATALOGUE
from features.comparing.distributions import LEVELS
from features.comparing.profile import FeatureProfile, Profile, last_profile
from features.declaring.compilation import Catalogue, Output
from features.evaluating.partial_sql import partial_query
from features.wording import allowed, empty, event_meanings, in_words, inputs_of, window_in_words
from training.judging.audits import audit_status, read_audits
from workbench.records import open_records
from workbench.settings import Settings
from workbench.versions import models

MISSING = "- (missing)"


def datasheet(settings: Settings, name: str, tenant: str | None = None) -> dict[str, Any]:
    """Gather all there is to know of a feature.

    Parameters
    ----------
    name : str
        An output of the catalogue, or an input of one.
    tenant : str, optional
        Whose models, profile and records to look at; without it, every tenant's models.

    Returns
    -------
    dict of str to str, list of str or dict
        By heading, in the order it should be read; `sql` comes last.

    Raises
    ------
    UnknownFeature
        "feature must be in the catalogue; got ... Did you mean ...?"
    TenantNotFound
        "tenant must exist; got ..."
    """
    known = {output.name: output for output in CATALOGUE.evaluated}
    output = known.get(name) or CATALOGUE[name]
    inputs = inputs_of(output, CATALOGUE)
    sheet: dict[str, Any] = {
        "feature": output.name,
        "meaning": output.description,
        "unit": output.unit,
        "allowed": allowed(output),
        "empty window": MISSING if output.null is None else empty(output),
        "owner": output.owner,
        "version": output.version,
        "hash": output.hash,
        "family": output.family,
        "computed": in_words(output),
        "window": window_in_words(output),
        "source": [partial.text for partial in output.partials],
        "events": _events((output, *inputs)),
        "inputs": {each.name: in_words(each) for each in inputs},
        "used by": _users(settings, output, tenant),
    }
    if tenant is not None:
        found = last_profile(settings.features, tenant)
        sheet["in this shop"] = _presence(settings, output, tenant)
        sheet["audited"] = _audited(settings, output, tenant)
        sheet["profile"] = _values(found, output.name)
    needed = {output, *inputs}
    alone = Catalogue((output,), tuple(each for each in CATALOGUE.evaluated if each in needed))
    return sheet | {"sql": partial_query(alone).sql("duckdb", pretty=True)}


def _events(read: Iterable[Output]) -> dict[str, str]:
    """Every event the outputs are made of, and what each says."""
    return {name: text for output in read for name, text in event_meanings(output).items()}


def _users(settings: Settings, output: Output, tenant: str | None) -> list[str]:
    """Name the models that read an output, and say which of them were trained on another declaration."""
    users = []
    for model in models(settings.packages):
        known = model.version.hashes.get(output.name)
        if known is None or tenant not in (None, model.tenant):
            continue
        role = "champion" if model.champion else "earlier"
        other = "" if known == output.hash else f", as it was declared then ({known})"
        users.append(f"{model.label} ({role}{other})")
    return users


def _presence(settings: Settings, output: Output, tenant: str) -> str:
    """Say whether a shop has records for an output at all."""
    with reading(open_records(settings)) as connection:
        shop: Tenant = find_tenant(connection, tenant)
        types = select(schema.event.c.type).where(schema.event.c.tenant_id == shop.id).distinct()
        recorded = set(connection.scalars(types))
    alone = Catalogue((output,), CATALOGUE.evaluated)
    return "absent: no such events were ever recorded" if alone.absent(recorded) else "recorded"


def _audited(settings: Settings, output: Output, tenant: str) -> str:
    """Say what the audits found of an output as it is declared."""
    found = audit_status(read_audits(settings.packages, tenant), {output.name: output.hash})
    return "not yet; type `bellwether features audit`" if found is None else found.text


def _values(found: Profile | None, name: str) -> dict[str, str] | str:
    """Lay out how an output's values lay when they were profiled last."""
    kept: FeatureProfile | None = None if found is None else found.features.get(name)
    if found is None or kept is None:
        return "none; type `bellwether features profile`"
    shown = dict(zip(LEVELS, kept.quantiles[-1], strict=False))
    return {
        "as of": f"{from_micros(found.cutoffs[-1]):%Y-%m-%d}, {found.rows[-1]:,} customers,"
        f" {len(found.cutoffs)} cutoffs from {from_micros(found.cutoffs[0]):%Y-%m-%d}",
        "missing": f"{kept.missing[-1]:.1%}",
        "quantiles": ", ".join(f"{level:.0%} {value:g}" for level, value in shown.items()) or "-",
        "drift": f"PSI {max(kept.psi):.3f}, KS {max(kept.ks):.3f} at most, from the first cutoff",
        **{
            f"AUC {label}": f"{alone.auc:.3f} ({alone.low:.3f} to {alone.high:.3f})"
            for label, alone in kept.power.items()
        },
    }

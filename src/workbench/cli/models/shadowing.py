"""`bellwether models shadow`, and `models compare --shadow`: a version that is asked the same, and never believed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from scoring.wording import counted
from workbench.cli import home
from workbench.cli.console import Bar, examples, table
from workbench.cli.models.showing import found_label, found_package, named_model, whose
from workbench.errors import PlanError
from workbench.records import open_records

if TYPE_CHECKING:
    from scoring.package import Package
    from serving.predict.shadow_figures import Differing, Money, ShadowComparison
    from workbench.settings import Settings


@click.command(
    epilog=examples(
        "bellwether models shadow demo.churn/7",
        "bellwether models shadow churn --version 7 --tenant demo",
        "bellwether models shadow demo.churn",
        "bellwether models compare demo.churn --shadow",
        "bellwether models shadow demo.churn --stop",
    )
)
@named_model
@whose
@click.option("--version", metavar="VERSION", help="Which version; as good as NAME/VERSION.")
@click.option("--stop", is_flag=True, help="Let no version shadow the model any more.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def shadow(model: str, tenant: str | None, version: str | None, stop: bool, as_json: bool) -> None:
    """Let a version shadow the champion; without a version, say which one does.

    From now on a server asks it what the champion was asked online, after the champion's answer was given: nothing
    gets slower, and nobody is given what the shadow says. It is kept apart from all answers. A server that runs follows
    at once. What would have been decided otherwise, `bellwether models compare NAME --shadow` tells; where the shadow
    convinces, promote it.

    One version shadows at a time. It may be one that gates refused: a shadow decides about nobody.
    """
    from scoring.published import current_version
    from scoring.shadows import current_shadow, let_shadow, stop_shadow

    settings = home.settings()
    name, wanted = found_label(settings, model, tenant)
    if version is not None and wanted not in (None, version):
        raise PlanError(
            f"version must be named once; got {wanted!r} and {version!r}. Leave one of them out."
        )
    wanted = wanted or version
    if stop and wanted is not None:
        raise click.UsageError(
            f"--stop must stand without a version; got {wanted!r}. Whichever shadows, stops."
        )
    slug, _, short = name.rpartition(".")
    if stop:
        stop_shadow(settings.shadows, slug, short)
    elif wanted is not None:
        package = _fit_to_shadow(settings, f"{name}/{wanted}")
        let_shadow(package, settings.shadows, since=home.now(), by=home.user())
    found = current_shadow(settings.shadows, slug, short)
    champion = current_version(settings.packages, slug, short)
    if as_json:
        told = {
            "model": name,
            "champion": champion,
            "shadow": None if found is None else found.version,
            "since": None if found is None else found.since.isoformat(),
            "by": None if found is None else found.by,
        }
        click.echo(json.dumps(told, indent=1))
    elif found is None:
        click.echo(
            f"  {name}: no version shadows{' any more' if stop else ''}; to let one:"
            f" bellwether models shadow {name}/VERSION"
        )
    elif found.version == champion:
        click.echo(
            f"  {name}/{found.version} was to shadow, and is champion by now: it is asked nothing twice"
        )
    else:
        click.echo(
            f"  {name}/{found.version} shadows {name}/{champion} since {found.since:%Y-%m-%d %H:%M} UTC, by"
            f" {found.by}: it is asked the same, and nobody is given what it says\n"
            f"  what it would change: bellwether models compare {name} --shadow\n"
            f"  to end it: bellwether models shadow {name} --stop"
        )


def _fit_to_shadow(settings: Settings, label: str) -> Package:
    """Find a version that can be asked what the champion is."""
    from commerce.records.tenants import SHARED
    from features.catalogue import CATALOGUE
    from scoring.package import check_outputs
    from scoring.published import current_version

    package = found_package(settings, label, None)
    champion = current_version(settings.packages, package.tenant, package.model)
    if package.tenant == SHARED:
        raise PlanError(
            f"model must be a shop's own to be shadowed; got {package.name}, whose answers are not all kept."
            f" Compare versions of it: bellwether models compare {label} {package.name}"
        )
    if champion is None:
        raise PlanError(
            f"model {package.name} must have a champion to be shadowed; got none. To let this version answer:"
            f" bellwether models promote {label}"
        )
    if champion == package.version:
        raise PlanError(
            f"shadow must be another version than the champion; got {label}, which answers."
            " Name another one: bellwether models list"
        )
    check_outputs(package, CATALOGUE)
    return package


def compare_shadow(model: str, tenant: str | None, since: str | None, *, as_json: bool) -> None:
    """Tell what a shadow would have changed."""
    from commerce.records.database import reading
    from commerce.records.instants import parse_as_of
    from commerce.records.tenants import find_tenant
    from scoring.shadows import current_shadow
    from serving.predict import shadow_comparisons

    settings, until = home.settings(), home.now()
    name, version = found_label(settings, model, tenant)
    slug, _, short = name.rpartition(".")
    engine = open_records(settings)
    _ask_what_waits(settings)
    standing = current_shadow(settings.shadows, slug, short)
    if version is None and standing is not None:
        version = standing.version
    with reading(engine) as connection:
        shop = find_tenant(connection, slug)
        last = shadow_comparisons.last_shadow(connection, shop, short)
        label = last if version is None else f"{name}/{version}"
        shadows_now = standing is not None and label == f"{name}/{standing.version}"
        if label is None or not (
            shadows_now or shadow_comparisons.was_asked(connection, shop, label)
        ):
            raise PlanError(
                f"model {name} must have been shadowed; got no answer that was put to {label or 'another version'}."
                f" To let one shadow: bellwether models shadow {name}/VERSION"
            )
        begin = None if since is None else parse_as_of(since, shop.zone)
        found = shadow_comparisons.compare_shadow(connection, shop, label, since=begin, until=until)
    engine.dispose()
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1))
        return
    for line in _lines(found):
        click.echo(f"  {line}")


def _ask_what_waits(settings: Settings) -> None:
    """Ask shadows now what no server has asked them yet."""
    from commerce.records.database import reading
    from features.catalogue import CATALOGUE
    from serving.predict.packages import PackageShelf
    from serving.predict.shadowing import count_waiting, settle_shadows

    engine, shelf = open_records(settings), PackageShelf([settings.packages], CATALOGUE)
    with reading(engine) as connection:
        waiting, done = count_waiting(connection), 0
    with Bar() as bar:
        while asked := settle_shadows(engine, shelf, settings.shadows, now=home.now()):
            done += asked
            bar("answers", done, max(waiting, done))
    engine.dispose()


def _lines(found: ShadowComparison) -> list[str]:
    """Write a comparison for a person."""
    by = ", ".join(f"{count:,} by {label}" for label, count in found.answered_by.most_common())
    failed = found.failed.total()
    when = ""
    if found.first_at is not None and found.last_at is not None:
        when = f" of {found.first_at:%Y-%m-%d %H:%M} to {found.last_at:%Y-%m-%d %H:%M} UTC"
    lines = [
        f"{found.asked:,} answers{when} were put to {found.shadow}: {found.both:,} it answered, too"
        f"{f' ({by})' if by else ''}, {failed:,} failed, {found.skipped:,} were skipped, {found.waiting:,} wait"
    ]
    for why, count in found.failed.most_common():
        lines.append(f"  failed, {count / found.asked:.1%}: {why}")
    if not found.both:
        return [*lines, found.sentence]
    lines.append(
        f"it would say to do something else in {found.changed:,} of {found.both:,}; the risk moves by"
        f" {found.shift:.3f} on average, by {found.largest:.3f} at most"
    )
    lines += [
        f"  {one} -> {other}  {count:,}" for (one, other), count in found.actions.most_common()
    ]
    moved = {pair: count for pair, count in found.bands.items() if pair[0] != pair[1]}
    if found.bands:
        told = ", ".join(
            f"{one} -> {other} {count:,}" for (one, other), count in sorted(moved.items())
        )
        lines.append(
            f"bands moved in {sum(moved.values()):,} of {found.both:,}{f': {told}' if told else ''}"
        )
    if found.money is not None and found.money_differing is not None:
        lines.append(
            f"of its own decisions about {counted(found.customers, 'customer')}, each by the latest answer, the"
            f" champion expects {_amount(found, found.money.champion_by_champion)}, the shadow"
            f" {_amount(found, found.money.shadow_by_shadow)}"
        )
        if found.differing:
            lines += _both_ways(found, found.money_differing)
    for each in found.largest_differing:
        lines.append(_differing(found, each))
    return [*lines, found.sentence]


def _both_ways(found: ShadowComparison, money: Money) -> list[str]:
    """Write what either expects of either's decisions about the customers who differ."""
    heads = [
        f"expected of {counted(found.differing, 'customer')} who differ",
        "champion's decisions",
        "shadow's decisions",
    ]
    rows = [
        ("by the champion's figures", money.champion_by_champion, money.shadow_by_champion),
        ("by the shadow's figures", money.champion_by_shadow, money.shadow_by_shadow),
    ]
    written = table(
        heads, [[name, _amount(found, one), _amount(found, other)] for name, one, other in rows]
    )
    return [line.removeprefix("  ") for line in written.splitlines()]


def _differing(found: ShadowComparison, each: Differing) -> str:
    """Write one customer about whom the two differ."""
    whom = "values sent" if each.customer is None else f"customer {each.customer}"
    gains = ""
    if each.gain_before is not None or each.gain_after is not None:
        before, after = (
            "unknown" if gain is None else _amount(found, gain)
            for gain in (each.gain_before, each.gain_after)
        )
        gains = f", acting expected to earn {before} -> {after}"
    return (
        f"  {whom}: {each.action_before} -> {each.action_after}, risk {each.risk_before:.3f} ->"
        f" {each.risk_after:.3f}{gains}"
    )


def _amount(found: ShadowComparison, minor: int) -> str:
    from commerce.records.money import format_money

    return format_money(minor, found.currency)

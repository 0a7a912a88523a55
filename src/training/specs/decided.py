"""What a shop decided about a model, kept with the tenant and laid over the spec: its question and its money.

``tenant.settings["models"][<model>]`` holds the exceptions; what is not there is the spec's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from features.catalogue import CATALOGUE
from scoring.offers import SuccessRate
from tabular.errors import did_you_mean
from training.errors import InvalidSetting
from training.specs.populations import Active
from training.specs.spec import ModelSpec

KEY = "models"
"""Where the settings of a tenant hold them."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One thing that a shop may decide."""

    name: str
    rule: str
    """What a value must be, after "must be"."""
    holds: Callable[[Any], bool]


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _share(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 1


def _rate(value: Any) -> bool:
    return value == 0 or _share(value)


def _are_features(value: Any) -> bool:
    return bool(value) and isinstance(value, list) and all(each in CATALOGUE for each in value)


def _are_rates(value: Any) -> bool:
    try:
        return bool(value) and all(_rate(SuccessRate(**each).rate) for each in value)
    except TypeError:
        return False


FORMS = ("scorecard",)
"""What a shop may want a model to be."""

QUESTION = (
    Setting(name="horizon_days", rule="1 to 730 whole days", holds=_whole(1, 730)),
    Setting(name="active_within", rule="1 to 3650 whole days", holds=_whole(1, 3650)),
    Setting(name="cutoffs", rule="1 to 60 training cutoffs, a month apart", holds=_whole(1, 60)),
    Setting(name="features", rule="names of features (docs/features.md)", holds=_are_features),
    Setting(name="form", rule=f"one of {', '.join(FORMS)}", holds=FORMS.__contains__),
)
"""What is asked, of whom, from what: another model has to be fitted."""

MONEY = {
    "cost_minor": Setting(
        name="cost_minor", rule="a whole number of minor units, 1 or more", holds=_whole(1, 10**12)
    ),
    "loss_minor": Setting(
        name="loss_minor", rule="a whole number of minor units, 1 or more", holds=_whole(1, 10**12)
    ),
    "margin": Setting(name="margin", rule="a share above 0, at most 1", holds=_share),
    "loss": Setting(name="loss", rule="a share above 0, at most 1", holds=_share),
    "success_rate": Setting(name="success_rate", rule="a share of 0 to 1", holds=_rate),
    "offer_share": Setting(name="offer_share", rule="a share above 0, at most 1", holds=_share),
    "offer_cost": Setting(
        name="offer_cost", rule="a whole number of minor units, 0 or more", holds=_whole(0, 10**12)
    ),
    "success": Setting(name="success", rule="success rates by silence", holds=_are_rates),
}
"""What acting costs and earns: a decision over the same fitted model."""


def settings_of(spec: ModelSpec) -> Mapping[str, Setting]:
    """Name everything that a shop may decide about a model."""
    money = {each.name for each in fields(spec.economics)} & set(MONEY)
    question = [
        each
        for each in QUESTION
        if each.name != "active_within" or isinstance(spec.population, Active)
    ]
    return {each.name: each for each in (*question, *(MONEY[name] for name in sorted(money)))}


def check_settings(spec: ModelSpec, decided: Mapping[str, Any]) -> None:
    """Refuse what cannot be decided about a model.

    Raises
    ------
    InvalidSetting
        "setting of churn must be known; got ...", "margin of churn must be a share above 0, at most 1; got 3. ..."
    """
    known = settings_of(spec)
    for name, value in decided.items():
        if name not in known:
            raise InvalidSetting(
                f"setting of {spec.name} must be known; got {name!r}. {did_you_mean(name, known)}"
            )
        if not known[name].holds(value):
            raise InvalidSetting(
                f"{name} of {spec.name} must be {known[name].rule}; got {value!r}. Correct it, or take it back."
            )


def decided_for(settings: Mapping[str, Any], model: str) -> dict[str, Any]:
    """Give what a tenant's settings say of a model."""
    return dict(settings.get(KEY, {}).get(model, {}))


def settled(spec: ModelSpec, settings: Mapping[str, Any]) -> ModelSpec:
    """Lay what a shop decided over a spec.

    Parameters
    ----------
    spec : ModelSpec
    settings : mapping
        The tenant's.

    Raises
    ------
    InvalidSetting
        As `check_settings`.

    Examples
    --------
    >>> from training.specs import find_spec
    >>> churn = settled(find_spec("churn"), {"models": {"churn": {"horizon_days": 60, "margin": 0.4}}})
    >>> churn.horizon_days, churn.economics.margin
    (60, 0.4)
    """
    decided = decided_for(settings, spec.name)
    if not decided:
        return spec
    check_settings(spec, decided)
    money = {name: value for name, value in decided.items() if name in MONEY}
    if "success" in money:
        money["success"] = tuple(SuccessRate(**each) for each in money["success"])
    asked: dict[str, Any] = {"economics": replace(spec.economics, **money)}
    if "horizon_days" in decided:
        asked["horizon_days"] = decided["horizon_days"]
    if "cutoffs" in decided:
        asked["max_cutoffs"] = decided["cutoffs"]
    if "features" in decided:
        asked["features"] = tuple(decided["features"])
    if "form" in decided:
        asked["form"] = decided["form"]
    if "active_within" in decided:
        spec = within(spec, decided["active_within"])
    return replace(spec, **asked)


def within(spec: ModelSpec, days: int) -> ModelSpec:
    """Say from which silence on a customer is no longer active.

    Raises
    ------
    InvalidSetting
        "credit must be about active customers to be given days; got another population. ..."
    """
    if not isinstance(spec.population, Active):
        raise InvalidSetting(
            f"{spec.name} must be about active customers to be given days; got another population."
            " Leave the days out."
        )
    return replace(spec, population=replace(spec.population, within_days=days))

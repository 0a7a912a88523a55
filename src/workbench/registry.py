"""Every version of every model, registered or published: which answers, how good it is, what it was refused for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoring.any_package import AnyPackage
from scoring.errors import ScoringError
from scoring.files import as_kind, read_any
from scoring.package import Package
from scoring.published import current_version
from scoring.shadows import current_shadow
from tabular.errors import did_you_mean
from workbench.errors import PlanError
from workbench.runs.files import read_json
from workbench.settings import Settings

if TYPE_CHECKING:
    from training.publishing.tracking import Tracker


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A version in one line.

    Parameters
    ----------
    label : str
        "demo.churn/1".
    state : str
        "champion", "shadow" (asked the same, never believed), "published" (it was champion once), "registered" (never
        published).
    auc, brier : float or None
        Out of time, when it was trained.
    gates : str
        Such as "8/8".
    as_of, expires : str
        As of when it was trained, and when another should have been; ISO days, empty where unknown.
    note : str
        Such as "decision renewed over demo.churn/3".
    """

    label: str
    state: str
    auc: float | None
    brier: float | None
    gates: str
    as_of: str
    expires: str
    note: str

    @property
    def name(self) -> str:
        """The registered name, "demo.churn"."""
        return self.label.partition("/")[0]

    @property
    def version(self) -> str:
        """The version, "1"."""
        return self.label.partition("/")[2]

    def as_dict(self) -> dict[str, Any]:
        """The line in JSON's own types."""
        return asdict(self)


def listed(settings: Settings, tenant: str | None = None) -> list[Listed]:
    """List every version of every model of all tenants, or of one: by name, the newest version first."""
    places: dict[tuple[str, str], tuple[Path, bool]] = {}
    for label, folder in _registered(settings, tenant):
        places[label] = (folder, False)
    for path in settings.packages.glob(f"{tenant or '*'}/*/*/package.json"):
        if not path.parent.name.startswith("."):
            name = f"{path.parent.parent.parent.name}.{path.parent.parent.name}"
            places[name, path.parent.name] = (path.parent, True)
    found = [
        _listed(settings, name, version, folder, published=published)
        for (name, version), (folder, published) in places.items()
    ]
    return sorted(found, key=lambda each: (each.name, -_number(each.version)))


def find_label(settings: Settings, text: str, tenant: str | None) -> tuple[str, str | None]:
    """Read what a person calls a model: "demo.churn/2", "demo.churn", or "churn" of a tenant.

    Parameters
    ----------
    tenant : str or None
        Whose it is, where the name does not say so.

    Returns
    -------
    tuple of str and str or None
        The registered name, and the version if one is named.

    Raises
    ------
    PlanError
        "model must be known; got ... Did you mean ...?"
    """
    named, _, version = text.partition("/")
    name = named if "." in named or tenant is None else f"{tenant}.{named}"
    known = {
        f"{path.parent.parent.name}.{path.parent.name}"
        for path in settings.packages.glob("*/*/current.json")
    } | {label[0] for label, _ in _registered(settings, None)}
    if name not in known:
        raise PlanError(f"model must be known; got {name!r}. {did_you_mean(name, sorted(known))}")
    return name, version or None


def find_package(settings: Settings, name: str, version: str | None) -> Package:
    """Read a version of a binary model as `find_any` does.

    Raises
    ------
    PlanError, ScoringError
        As `find_any`; also where it is of another kind.
    """
    return as_kind(find_any(settings, name, version), Package)


def find_any(settings: Settings, name: str, version: str | None) -> AnyPackage:
    """Read a version of whatever kind, published or only registered; the champion where none is named.

    Raises
    ------
    PlanError
        "version of demo.churn must be known; got '9'. ..."
    ScoringError
        If it is damaged, or there is no champion.
    """
    tenant, _, model = name.rpartition(".")
    if version is None:
        version = current_version(settings.packages, tenant, model)
        if version is None:
            raise PlanError(
                f"model {name} must have a champion; got none. Name a version: bellwether models list"
            )
    folder = settings.packages / tenant / model / version
    if not folder.is_dir():
        folder = dict(_registered(settings, tenant)).get((name, version), folder)
    if not (folder / "package.json").is_file():
        known = [each.version for each in listed(settings, tenant) if each.name == name]
        raise PlanError(
            f"version of {name} must be known; got {version!r}. {did_you_mean(version, known)}"
        )
    return read_any(folder)


def tracker_of(settings: Settings) -> Tracker | None:
    """Open the registry of a home; None where nothing was ever registered."""
    if not (settings.mlruns / "mlflow.db").is_file():
        return None
    from training.publishing.tracking import open_tracker

    return open_tracker(settings.mlruns)


def moved_aliases(settings: Settings, tenant: str | None = None) -> list[str]:
    """Say of each model whose alias in MLflow is not at the version that answers, what to do."""
    tracker = tracker_of(settings)
    if tracker is None:
        return []
    from training.publishing.tracking import CHAMPION

    said = []
    for path in sorted(settings.packages.glob(f"{tenant or '*'}/*/current.json")):
        whose, model = path.parent.parent.name, path.parent.name
        try:
            version = current_version(settings.packages, whose, model)
        except ScoringError:
            continue
        bearer = tracker.version_with(f"{whose}.{model}", CHAMPION)
        if bearer is not None and bearer != version:
            said.append(
                f"MLflow's alias {CHAMPION} is at {whose}.{model}/{bearer}, while {whose}.{model}/{version} answers."
                f" To let it answer: bellwether models promote {whose}.{model}/{bearer}"
            )
    return said


def gates_of(card: Mapping[str, Any]) -> str:
    """Count the gates of a card: "8/8"; empty where it has none."""
    counted = [gate for gate in card.get("gates", ()) if gate.get("passed") is not None]
    return f"{sum(gate['passed'] for gate in counted)}/{len(counted)}" if counted else ""


def refusals_of(card: Mapping[str, Any]) -> list[str]:
    """The sentences of the gates that refused a version."""
    gates = card.get("gates", ())
    return [f"{gate['name']}: {gate['text']}" for gate in gates if gate.get("passed") is False]


def _registered(settings: Settings, tenant: str | None) -> Iterator[tuple[tuple[str, str], Path]]:
    """Go through what MLflow has registered, with the folder of its package."""
    tracker = tracker_of(settings)
    if tracker is None:
        return
    for name in tracker.names():
        if tenant is None or name.startswith(f"{tenant}."):
            for each in tracker.versions(name):
                yield (name, each.version), tracker.package_folder(each.run_id)


def _listed(
    settings: Settings, name: str, version: str, folder: Path, *, published: bool
) -> Listed:
    tenant, _, model = name.rpartition(".")
    content = (read_json(folder / "package.json") or {}).get("content", {})
    card, origin = content.get("card", {}), content.get("trained_on", {})
    figures = card.get("out_of_time") or content.get("validation", {})
    current = (read_json(settings.packages / tenant / model / "current.json") or {}).get("version")
    state = "published" if published else "registered"
    if _shadows(settings, tenant, model, version):
        state = "shadow"
    return Listed(
        label=f"{name}/{version}",
        state="champion" if published and current == version else state,
        auc=figures.get("auc"),
        brier=figures.get("brier"),
        gates=gates_of(card),
        as_of=str(origin.get("as_of") or card.get("trained", ""))[:10],
        expires=str(card.get("expires", "")),
        note=str(card.get("renewal", "")),
    )


def _shadows(settings: Settings, tenant: str, model: str, version: str) -> bool:
    """Whether a version shadows; one whose `shadow.json` cannot be read does not."""
    try:
        found = current_shadow(settings.shadows, tenant, model)
    except ScoringError:
        return False
    return found is not None and found.version == version


def _number(version: str) -> int:
    return int(version) if version.isdigit() else -1

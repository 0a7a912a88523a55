"""A version of the features is found by whatever a person calls it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.features.streams import event, snapshot_of
from tests.serving.shop import make_real_package, make_stale

from features.catalogue import CATALOGUE
from features.comparing.changes import Version, compare, declarations, outdated
from features.declaring.clocks import DAY
from features.frames import DECLARED, feature_frame, write_features
from scoring.published import publish
from workbench.errors import PlanError
from workbench.settings import Settings
from workbench.versions import code_version, find_version, models

SRC = Path(__file__).parents[2] / "src"
READ = {"orders_90d", "average_order_value", "days_since_order"}
OLD_LAYOUT = {
    "__init__.py": "",
    "operators.py": """
from dataclasses import dataclass

@dataclass
class Operator:
    version: int

OPERATORS = {"count": Operator(7)}
""",
    "compilation.py": """
from dataclasses import dataclass

@dataclass
class State:
    text: str

@dataclass
class Output:
    name, hash, kind, unit, dtype = "orders", "0" * 16, "count", "count", "int"
    null, minimum, maximum, version, inputs = 0, 0, None, 3, ()
    description, owner, family = "Orders placed.", "growth", "orders"
    states = (State("count of order.placed within ever"),)

@dataclass
class Catalogue:
    names = ("orders",)
    evaluated = (Output(),)
""",
    "catalogue.py": "from features.compilation import Catalogue\n\nCATALOGUE = Catalogue()\n",
}
"""A stand-in of how the modules of features lay before they had rooms of their own, and outputs had limits."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home without a checkout around it."""
    return Settings(home=tmp_path, database_url="sqlite://", project=None)


def build_table(settings: Settings) -> Path:
    """Write a feature table of one customer."""
    snapshot = snapshot_of([event(1, "order.placed", "a" * 32, DAY)], settings.home / "e.parquet")
    frame = feature_frame(snapshot, [2 * DAY])
    (path,) = write_features(frame, settings.features, snapshot=snapshot)
    return path


def test_a_model_is_found_by_its_name_and_by_its_version(settings: Settings) -> None:
    for version in ("1", "2"):
        publish(replace(make_real_package("churn"), version=version), settings.packages)
    assert [(model.label, model.champion) for model in models(settings.packages)] == [
        ("acme.churn/1", False),
        ("acme.churn/2", True),
    ]
    champion = find_version(settings, "acme.churn")
    assert (champion.name, champion.whole) == ("acme.churn/2", False)
    assert set(champion.outputs) == READ
    assert find_version(settings, "acme.churn/1").name == "acme.churn/1"


def test_a_model_trained_on_other_declarations_is_outdated(settings: Settings) -> None:
    publish(make_stale(make_real_package("churn")), settings.packages)
    (model,) = models(settings.packages)
    assert outdated(model.version.hashes, code_version()) == ("orders_90d",)


def test_a_model_that_kept_its_declarations_says_what_changed(settings: Settings) -> None:
    kept = declarations(CATALOGUE.subset(["orders_90d"]))
    kept["orders_90d"]["version"] = 0
    stale = make_stale(make_real_package("churn"))
    publish(replace(stale, card={"declarations": kept}), settings.packages)
    changes = compare(find_version(settings, "acme.churn"), code_version())
    assert [(change.name, change.fields) for change in changes if change.kind != "unread"] == [
        ("orders_90d", {"version": (0, 1)})
    ]
    unread = {change.name for change in changes if change.kind == "unread"}
    assert unread == set(CATALOGUE.names) - READ


def test_a_table_tells_its_whole_catalogue_and_an_old_one_its_hashes(settings: Settings) -> None:
    path = build_table(settings)
    for name in ("acme", str(path), str(path.parent)):
        found = find_version(settings, name)
        assert found.whole
        assert compare(found, code_version()) == ()
    (path.parent / DECLARED).unlink()
    old = find_version(settings, "acme")
    assert set(old.outputs) == set(CATALOGUE.names)
    assert compare(old, code_version()) == ()


def test_a_file_that_is_no_feature_table_is_a_sentence(settings: Settings) -> None:
    build_table(settings)
    with pytest.raises(PlanError, match="must say what it was made with"):
        find_version(settings, str(settings.home / "e.parquet"))


def test_an_unknown_version_is_answered_with_the_nearest(settings: Settings) -> None:
    publish(make_real_package("churn"), settings.packages)
    with pytest.raises(PlanError, match=r"got 'acme\.chrun/1'\. Did you mean acme\.churn/1"):
        find_version(settings, "acme.chrun/1")


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not on this machine")
def test_a_git_revision_is_compiled_apart_from_the_code_at_hand(settings: Settings) -> None:
    project = settings.home / "project"
    orders = make_project(project)
    text = orders.read_text(encoding="utf-8")
    orders.write_text(text.replace("Orders placed.", "Orders of then."), encoding="utf-8")
    git(project, "commit", "--quiet", "--all", "--message", "then")
    orders.write_text("broken", encoding="utf-8")
    here = replace(settings, project=project)
    before, after = find_version(here, "HEAD~1"), find_version(here, "git:demo")
    assert compare(before, code_version()) == ()
    assert {change.name for change in compare(before, after)} >= {"orders", "orders_90d"}
    assert {change.kind for change in compare(before, after)} == {"reworded"}
    with pytest.raises(PlanError, match="must be code, a model"):
        find_version(here, "HEAD~7")
    git(project, "commit", "--quiet", "--all", "--message", "broken")
    with pytest.raises(PlanError, match="catalogue of HEAD must compile; got"):
        find_version(here, "HEAD")


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not on this machine")
def test_a_revision_whose_modules_lay_elsewhere_is_read_all_the_same(settings: Settings) -> None:
    project = settings.home / "project"
    features = project / "src" / "features"
    features.mkdir(parents=True)
    for name, text in OLD_LAYOUT.items():
        (features / name).write_text(text, encoding="utf-8")
    git(project, "init", "--quiet")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "old")
    found = find_version(replace(settings, project=project), "HEAD")
    assert found.outputs["orders"] == {
        "hash": "0" * 16,
        "hidden": False,
        "kind": "count",
        "operator_version": 7,
        "states": ["count of order.placed within ever"],
        "inputs": [],
        "limits": [],
        "null": 0,
        "version": 3,
        "description": "Orders placed.",
        "unit": "count",
        "dtype": "int",
        "minimum": 0,
        "maximum": None,
        "owner": "growth",
        "family": "orders",
    }
    kinds = {change.kind for change in compare(found, code_version())}
    assert kinds == {"changed", "added"}


@pytest.mark.parametrize("start", ["acme.churn", "acme", "git:HEAD", "code"])
def test_from_every_start_it_is_seen_what_was_added_removed_changed_and_renamed(
    settings: Settings, start: str
) -> None:
    if start == "acme.churn":
        publish(make_real_package("churn"), settings.packages)
    elif start == "acme":
        build_table(settings)
    elif start == "git:HEAD":
        settings = replace(settings, project=settings.home / "project")
        make_project(settings.home / "project")
    later = declarations(CATALOGUE)
    later["orders_90d"] |= {"hash": "0" * 16, "version": 9}
    later["since_order"] = later.pop("days_since_order")
    later["vouchers"] = later["orders_90d"] | {"hash": "1" * 16}
    del later["average_order_value"]
    found = compare(find_version(settings, start), Version(name="later", outputs=later))
    kinds = {change.name: change.kind for change in found}
    assert kinds.pop("vouchers") == ("unread" if start == "acme.churn" else "added")
    assert {name: kind for name, kind in kinds.items() if kind != "unread"} == {
        "orders_90d": "changed",
        "since_order": "renamed",
        "average_order_value": "removed",
    }


def make_project(project: Path) -> Path:
    """Commit the sources at hand to a repository of their own; give the module of orders."""
    ignore = shutil.ignore_patterns("__pycache__", "serving", "training", "workbench")
    shutil.copytree(SRC, project / "src", ignore=ignore)
    git(project, "init", "--quiet", "--initial-branch=demo")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "at hand")
    return project / "src" / "features" / "catalogue" / "orders.py"


def git(project: Path, *words: str) -> None:
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    subprocess.run(["git", "-C", str(project), *identity, *words], check=True, capture_output=True)

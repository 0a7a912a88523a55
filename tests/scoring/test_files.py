"""Packages on disk: round trip, damage, publishing, and what reading never does."""

from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.scoring.samples import NAMES, linear, rows

from scoring.decisions import decide_many
from scoring.errors import (
    InvalidPackage,
    PackageDamaged,
    PackageExists,
    PackageMismatch,
    PackageNotFound,
)
from scoring.files import read_package, write_package
from scoring.linear import Linear
from scoring.package import Package, check_outputs
from scoring.published import current, current_version, publish
from scoring.rules import RuleInputs
from scoring.scale import Scale
from scoring.sealing import checksums

MakePackage = Callable[..., Package]


def declared(*outputs: SimpleNamespace) -> Any:
    return SimpleNamespace(outputs=outputs)


def test_a_package_read_back_decides_alike_to_the_bit(
    random: np.random.Generator, make_package: MakePackage, tmp_path: Path
) -> None:
    package = make_package(
        scale=Scale(), rule_inputs=RuleInputs(columns={"spend": "spend_365d"}, typical_order=7.5)
    )
    write_package(package, tmp_path / "p")
    back = read_package(tmp_path / "p")
    values = rows(random, 100, len(NAMES))
    assert decide_many(back, values) == decide_many(package, values)
    for part in ("label", "outputs", "decision", "calibration", "scale", "rule_inputs", "card"):
        assert getattr(back, part) == getattr(package, part)


def test_the_same_package_is_the_same_bytes(make_package: MakePackage, tmp_path: Path) -> None:
    package = make_package()
    write_package(package, tmp_path / "a")
    write_package(package, tmp_path / "b")
    for name in ("package.json", "model.npz"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_package_tells_with_which_checksums_it_was_sealed(
    make_package: MakePackage, tmp_path: Path
) -> None:
    write_package(make_package(), tmp_path)
    known = checksums(tmp_path)
    assert known["model.npz"] == hashlib.sha256((tmp_path / "model.npz").read_bytes()).hexdigest()
    assert set(known) == {"content", "model.npz"}
    write_package(make_package(version="2"), tmp_path)
    assert checksums(tmp_path)["content"] != known["content"]
    with pytest.raises(PackageNotFound):
        checksums(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["package.json", "model.npz"])
def test_a_changed_file_is_refused(make_package: MakePackage, tmp_path: Path, name: str) -> None:
    write_package(make_package(), tmp_path)
    content = (tmp_path / name).read_bytes()
    changed = content.replace(b"0.4", b"0.5", 1) if name == "package.json" else content[:-9]
    assert changed != content
    (tmp_path / name).write_bytes(changed)
    with pytest.raises(PackageDamaged, match="as it was written; got another checksum"):
        read_package(tmp_path)


def test_another_format_half_a_file_and_lost_arrays_are_refused(
    make_package: MakePackage, tmp_path: Path
) -> None:
    write_package(make_package(), tmp_path)
    (tmp_path / "model.npz").rename(tmp_path / "elsewhere")
    with pytest.raises(PackageDamaged, match="got no file"):
        read_package(tmp_path)
    text = (tmp_path / "package.json").read_text()
    (tmp_path / "package.json").write_text(text.replace('"format": 1', '"format": 2'))
    with pytest.raises(PackageDamaged, match="format 2, not 1"):
        read_package(tmp_path)
    (tmp_path / "package.json").write_text(text[:50])
    with pytest.raises(PackageDamaged, match="no package in it"):
        read_package(tmp_path)


def test_reading_never_unpickles(make_package: MakePackage, tmp_path: Path) -> None:
    package = make_package(components=(linear(np.random.default_rng(1), len(NAMES)),))
    component = package.components[0]
    assert isinstance(component, Linear)
    wicked = np.array([print, *[None] * (len(NAMES) - 1)], dtype=object)
    with pytest.raises(ValueError, match="allow_pickle"):
        write_package(replace(package, components=(replace(component, fill=wicked),)), tmp_path)
    (tmp_path / "package.json").write_bytes(pickle.dumps(print))
    with pytest.raises(PackageDamaged):
        read_package(tmp_path)


def test_publishing_makes_a_version_current(make_package: MakePackage, tmp_path: Path) -> None:
    first = make_package()
    assert publish(first, tmp_path) == tmp_path / "demo" / "churn" / "1"
    assert current(tmp_path, "demo", "churn").label == "demo.churn/1"
    publish(replace(first, version="2"), tmp_path)
    assert current(tmp_path, "demo", "churn").label == "demo.churn/2"
    publish(first, tmp_path)
    assert current_version(tmp_path, "demo", "churn") == "1"
    left = sorted(path.name for path in (tmp_path / "demo" / "churn").iterdir())
    assert left == ["1", "2", "current.json"]


def test_a_published_version_never_changes(make_package: MakePackage, tmp_path: Path) -> None:
    package = make_package()
    publish(package, tmp_path)
    with pytest.raises(PackageExists, match=r"demo\.churn/1 must not change once published"):
        publish(replace(package, card={"label": "another"}), tmp_path)
    assert current(tmp_path, "demo", "churn").card == {"label": "churn"}
    assert not [path for path in (tmp_path / "demo" / "churn").iterdir() if ".new" in path.name]


def test_a_model_never_published_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(PackageNotFound, match="Train it first: bellwether run --tenant demo"):
        current(tmp_path, "demo", "churn")


@pytest.mark.parametrize("content", ["", "{}", '{"version": "../1"}', '{"version": 3}'])
def test_a_damaged_pointer_is_refused(tmp_path: Path, content: str) -> None:
    home = tmp_path / "demo" / "churn"
    home.mkdir(parents=True)
    (home / "current.json").write_text(content)
    with pytest.raises(PackageDamaged):
        current_version(tmp_path, "demo", "churn")


def test_features_declared_otherwise_are_refused_by_name(make_package: MakePackage) -> None:
    package = make_package()
    outputs = [SimpleNamespace(name=name, hash=f"hash of {name}") for name in NAMES]
    others = [SimpleNamespace(name="unused", hash="anything")]
    check_outputs(package, declared(*outputs, *others))
    outputs[1].hash = "another"
    del outputs[3]
    with pytest.raises(PackageMismatch, match="other declarations of order_gap_mean, late_rate"):
        check_outputs(package, declared(*outputs))


def test_a_package_that_breaks_the_format_is_refused(make_package: MakePackage) -> None:
    package = make_package()
    with pytest.raises(InvalidPackage, match=r"must be '<tenant>\.<model>'; got 'churn'"):
        replace(package, name="churn")
    with pytest.raises(InvalidPackage, match="list each of its features once"):
        replace(package, outputs=(*package.outputs[:4], package.outputs[0]))
    with pytest.raises(InvalidPackage, match="must have a component"):
        replace(package, components=())
    with pytest.raises(InvalidPackage, match="components on its 4 columns"):
        replace(package, outputs=package.outputs[:4])


def test_every_number_of_a_package_is_standard_json(
    make_package: MakePackage, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_package(make_package(validation={"auc": float("nan")}), tmp_path)
    write_package(make_package(), tmp_path)
    assert json.loads((tmp_path / "package.json").read_text())["format"] == 1


def test_importing_scoring_brings_in_no_heavy_library() -> None:
    program = (
        "import sys, scoring.decisions, scoring.files\n"
        "heavy = {'pandas', 'sklearn', 'scipy', 'mlflow', 'duckdb', 'great_expectations', 'bentoml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"

"""Packages of every kind: one way to write and to read them, and none is taken for another."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from tests.scoring.rankings import LAMP, links, make_ranking

from scoring.errors import InvalidPackage, OtherKind, PackageDamaged
from scoring.files import KINDS, as_kind, kind_of, read_any, read_package, write_package
from scoring.package import Package
from scoring.published import current, current_any, publish
from scoring.ranking import RankingPackage

MakePackage = Callable[..., Package]


def content(folder: Path) -> dict[str, object]:
    """What `package.json` says."""
    found: dict[str, object] = json.loads((folder / "package.json").read_text())["content"]
    return found


def test_a_ranking_read_back_is_the_same_to_the_bit(tmp_path: Path) -> None:
    ranking = make_ranking()
    write_package(ranking, tmp_path)
    back = as_kind(read_any(tmp_path), RankingPackage)
    assert (back.label, back.products, back.blend, back.card) == (
        ranking.label,
        ranking.products,
        ranking.blend,
        ranking.card,
    )
    for part in ("popularity", "rising", "again", "buyers"):
        np.testing.assert_array_equal(getattr(back, part), getattr(ranking, part))
    for name in (field.name for field in fields(ranking.links)):
        np.testing.assert_array_equal(getattr(back.links, name), getattr(ranking.links, name))


def test_a_package_without_a_kind_is_binary_and_every_other_one_names_its_own(
    make_package: MakePackage, tmp_path: Path
) -> None:
    for package in (make_package(), make_ranking()):
        write_package(package, tmp_path / package.model)
        assert isinstance(read_any(tmp_path / package.model), KINDS[kind_of(package)].form)
    assert "kind" not in content(tmp_path / "churn")
    assert content(tmp_path / "recommendations")["kind"] == "ranking"


def test_a_ranking_is_no_probability_and_a_probability_is_no_ranking(
    make_package: MakePackage, tmp_path: Path
) -> None:
    publish(make_ranking(), tmp_path)
    with pytest.raises(OtherKind, match="must answer with a probability; got one that answers"):
        read_package(tmp_path / "demo" / "recommendations" / "1")
    with pytest.raises(OtherKind, match=r"demo\.recommendations/1 .* a list of products"):
        current(tmp_path, "demo", "recommendations")
    assert current_any(tmp_path, "demo", "recommendations").version == "1"
    with pytest.raises(OtherKind, match="must answer with a list of products"):
        as_kind(make_package(), RankingPackage)


def test_a_kind_of_another_time_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_package(make_ranking(), tmp_path)
    monkeypatch.delitem(KINDS, "ranking")
    with pytest.raises(
        InvalidPackage, match="must be one of binary, value, segment, pipeline; got 'ranking'"
    ):
        read_any(tmp_path)


def test_a_kind_cannot_be_changed_in_the_file(tmp_path: Path) -> None:
    write_package(make_ranking(), tmp_path)
    text = (tmp_path / "package.json").read_text()
    (tmp_path / "package.json").write_text(text.replace('"ranking"', '"binary"'))
    with pytest.raises(PackageDamaged, match="another checksum"):
        read_any(tmp_path)


def test_a_ranking_that_breaks_the_format_is_refused() -> None:
    ranking = make_ranking()
    with pytest.raises(InvalidPackage, match=r"must be '<tenant>\.<model>'; got 'alone'"):
        replace(ranking, name="alone")
    with pytest.raises(InvalidPackage, match="each of its products once; got 4 places for 3"):
        replace(ranking, products=("tea", "cup", "tea", "lamp"))
    with pytest.raises(InvalidPackage, match="tables of its 3 products"):
        replace(ranking, products=("tea", "cup", "kettle"))
    outside = links({LAMP: {LAMP: (1.0, 1)}})
    with pytest.raises(InvalidPackage, match="tables of its 4 products"):
        replace(ranking, links=replace(outside, products=outside.products + 1))

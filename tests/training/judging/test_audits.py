"""What the last audit of a feature found decides whether a package that reads it is promoted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.training.audits import make_audit

from scoring.package import Package
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.judging.audits import (
    AuditDamaged,
    audit_status,
    read_audits,
    write_audit,
)
from training.judging.examination import Report, examine
from training.judging.gates import decide_promotion
from training.judging.parity_certificate import Certificate
from training.judging.verdict import Verdict
from training.publishing.export import export_package

HASHES = {"orders": "aa", "spend": "bb"}


def test_audits_come_back_from_disk_in_the_order_they_were_made(tmp_path: Path) -> None:
    made = [make_audit(day, HASHES, *differing) for day, differing in ((3, ()), (1, ["spend"]))]
    for audit in made:
        write_audit(audit, tmp_path)
    assert read_audits(tmp_path, "demo") == (made[1], made[0])
    assert read_audits(tmp_path, "nobody") == ()


def test_an_audit_that_cannot_be_read_is_no_good_one(tmp_path: Path) -> None:
    path = write_audit(make_audit(1, HASHES), tmp_path)
    path.write_text("{}")
    with pytest.raises(AuditDamaged, match="must be as it was written"):
        read_audits(tmp_path, "demo")


def test_an_audit_of_nothing_does_not_hold() -> None:
    empty = replace(make_audit(1, {}), values=0, vectors=0)
    assert not empty.holds
    assert "at least one value; got none" in empty.text


def test_a_later_good_audit_clears_a_failed_one_and_not_the_other_way_round() -> None:
    good, bad = make_audit(1, HASHES), make_audit(2, HASHES, "spend")
    again = make_audit(3, HASHES)
    failed = audit_status((good, bad), HASHES)
    assert failed is not None
    assert (failed.holds, failed.failing) == (False, ("spend",))
    assert "spend of customer c1" in failed.text
    assert "by event 812" in failed.text
    assert "bellwether features audit --tenant demo" in failed.text
    cleared = audit_status((good, bad, again), HASHES)
    assert cleared is not None
    assert cleared.holds


def test_each_feature_has_its_own_last_audit() -> None:
    bad, partial = make_audit(1, HASHES, "spend"), make_audit(2, {"orders": "aa"})
    found = audit_status((bad, partial), HASHES)
    assert found is not None
    assert found.failing == ("spend",)
    only = audit_status((bad, partial), {"orders": "aa"})
    assert only is not None
    assert only.holds


def test_what_was_audited_under_another_declaration_says_nothing() -> None:
    assert audit_status((make_audit(1, HASHES, "spend"),), {"spend": "cc"}) is None
    assert audit_status((), HASHES) is None


@pytest.fixture(scope="module")
def package(dataset: Dataset, fitted: Fitted) -> Package:
    return export_package(dataset, fitted)


@pytest.fixture(scope="module")
def report(dataset: Dataset, fitted: Fitted, package: Package) -> Report:
    return examine(dataset, fitted, package)


@pytest.fixture
def certificate(package: Package) -> Certificate:
    return Certificate(
        package="demo.churn",
        snapshot="ab",
        as_of=1,
        customers=200,
        values=1000,
        answers=200,
        differences=0,
        examples=(),
        hashes={output.name: output.hash for output in package.outputs},
    )


def decide(
    dataset: Dataset, package: Package, report: Report, certificate: Certificate, packages: Path
) -> Verdict:
    return decide_promotion(dataset, package, report, certificate, packages=packages)


def test_the_certificate_made_in_training_is_enough_where_nothing_was_audited(
    dataset: Dataset, package: Package, report: Report, certificate: Certificate, tmp_path: Path
) -> None:
    verdict = decide(dataset, package, report, certificate, tmp_path)
    assert verdict.promoted
    assert "audit" not in [gate.name for gate in verdict.gates]


def test_a_failed_audit_blocks_promotion_with_a_sentence_until_a_good_one(
    dataset: Dataset, package: Package, report: Report, certificate: Certificate, tmp_path: Path
) -> None:
    hashes = dict(certificate.hashes)
    first = next(iter(hashes))
    write_audit(make_audit(1, hashes, first), tmp_path)
    verdict = decide(dataset, package, report, certificate, tmp_path)
    (refusal,) = verdict.refusals
    assert refusal.startswith("audit: audit of 2026-01-01 03:00 must find features the same")
    assert first in refusal
    write_audit(make_audit(2, hashes), tmp_path)
    verdict = decide(dataset, package, report, certificate, tmp_path)
    assert verdict.summary == "gates 9/9"


def test_a_failed_audit_of_a_feature_the_package_does_not_read_blocks_nothing(
    dataset: Dataset, package: Package, report: Report, certificate: Certificate, tmp_path: Path
) -> None:
    write_audit(make_audit(1, {**certificate.hashes, "other": "zz"}, "other"), tmp_path)
    assert decide(dataset, package, report, certificate, tmp_path).promoted


def test_another_tenants_failed_audit_blocks_nothing(
    dataset: Dataset, package: Package, report: Report, certificate: Certificate, tmp_path: Path
) -> None:
    hashes = dict(certificate.hashes)
    write_audit(make_audit(1, hashes, next(iter(hashes)), tenant="acme"), tmp_path)
    assert decide(dataset, package, report, certificate, tmp_path).promoted


def test_a_feature_that_neither_certificate_nor_audit_compared_blocks_promotion(
    dataset: Dataset, package: Package, report: Report, certificate: Certificate, tmp_path: Path
) -> None:
    name, *others = certificate.hashes
    partial = replace(certificate, hashes={each: certificate.hashes[each] for each in others})
    (refusal,) = decide(dataset, package, report, partial, tmp_path).refusals
    assert refusal == (
        "parity: certificate must cover every feature as it is declared;"
        f" got none on 1, first {name}"
    )
    write_audit(make_audit(1, {name: certificate.hashes[name]}), tmp_path)
    assert decide(dataset, package, report, partial, tmp_path).promoted

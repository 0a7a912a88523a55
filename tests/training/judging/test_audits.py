"""The last word of the audits on a feature decides whether a package that reads it is promoted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.judging.audits import (
    Audit,
    AuditDamaged,
    Mismatch,
    read_audits,
    standing,
    write_audit,
)
from training.judging.certificate import Certificate
from training.judging.examination import Exported, Report, examine, export_package
from training.judging.gates import Verdict
from training.publishing.promotion import decide_promotion

HASHES = {"orders": "aa", "spend": "bb"}


def make_audit(day: int, hashes: dict[str, str], *differing: str, tenant: str = "demo") -> Audit:
    examples = tuple(
        Mismatch(
            customer_id="c1",
            feature=name,
            as_of=1,
            moment="now",
            values={"online": "1.0", "batch": "2.0"},
            events=(812,),
        )
        for name in differing
    )
    return Audit(
        tenant=tenant,
        made_at=f"2026-01-{day:02}T03:00:00+00:00",
        as_of=1,
        snapshot="ab",
        events=10,
        hashes=hashes,
        answers=1,
        left_out=0,
        vectors=5,
        values=10,
        differences=len(differing),
        differing=dict.fromkeys(differing, 1),
        examples=examples,
    )


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
    failed = standing((good, bad), HASHES)
    assert failed is not None
    assert (failed.holds, failed.failing) == (False, ("spend",))
    assert "spend of customer c1" in failed.text
    assert "by event 812" in failed.text
    assert "bellwether features audit --tenant demo" in failed.text
    cleared = standing((good, bad, again), HASHES)
    assert cleared is not None
    assert cleared.holds


def test_each_feature_has_its_own_last_word() -> None:
    bad, partial = make_audit(1, HASHES, "spend"), make_audit(2, {"orders": "aa"})
    found = standing((bad, partial), HASHES)
    assert found is not None
    assert found.failing == ("spend",)
    only = standing((bad, partial), {"orders": "aa"})
    assert only is not None
    assert only.holds


def test_what_was_audited_under_another_declaration_says_nothing() -> None:
    assert standing((make_audit(1, HASHES, "spend"),), {"spend": "cc"}) is None
    assert standing((), HASHES) is None


@pytest.fixture(scope="module")
def exported(rows: Dataset, fitted: Fitted) -> Exported:
    return export_package(rows, fitted)


@pytest.fixture(scope="module")
def report(rows: Dataset, fitted: Fitted, exported: Exported) -> Report:
    return examine(rows, fitted, exported)


@pytest.fixture
def certificate(exported: Exported) -> Certificate:
    return Certificate(
        package="demo.churn",
        snapshot="ab",
        as_of=1,
        customers=200,
        values=1000,
        answers=200,
        differences=0,
        examples=(),
        hashes={output.name: output.hash for output in exported.package.outputs},
    )


def decide(
    rows: Dataset, exported: Exported, report: Report, certificate: Certificate, packages: Path
) -> Verdict:
    return decide_promotion(rows, exported, report, certificate, packages=packages)


def test_the_certificate_made_in_training_is_enough_where_nothing_was_audited(
    rows: Dataset, exported: Exported, report: Report, certificate: Certificate, tmp_path: Path
) -> None:
    verdict = decide(rows, exported, report, certificate, tmp_path)
    assert verdict.promoted
    assert "audit" not in [gate.name for gate in verdict.gates]


def test_a_failed_audit_blocks_promotion_with_a_sentence_until_a_good_one(
    rows: Dataset, exported: Exported, report: Report, certificate: Certificate, tmp_path: Path
) -> None:
    hashes = dict(certificate.hashes)
    first = next(iter(hashes))
    write_audit(make_audit(1, hashes, first), tmp_path)
    verdict = decide(rows, exported, report, certificate, tmp_path)
    (refusal,) = verdict.refusals
    assert refusal.startswith("audit: audit of 2026-01-01 03:00 must find features the same")
    assert first in refusal
    write_audit(make_audit(2, hashes), tmp_path)
    verdict = decide(rows, exported, report, certificate, tmp_path)
    assert verdict.summary == "gates 5/5"


def test_a_failed_audit_of_a_feature_the_package_does_not_read_blocks_nothing(
    rows: Dataset, exported: Exported, report: Report, certificate: Certificate, tmp_path: Path
) -> None:
    write_audit(make_audit(1, {**certificate.hashes, "other": "zz"}, "other"), tmp_path)
    assert decide(rows, exported, report, certificate, tmp_path).promoted


def test_another_tenants_failed_audit_blocks_nothing(
    rows: Dataset, exported: Exported, report: Report, certificate: Certificate, tmp_path: Path
) -> None:
    hashes = dict(certificate.hashes)
    write_audit(make_audit(1, hashes, next(iter(hashes)), tenant="acme"), tmp_path)
    assert decide(rows, exported, report, certificate, tmp_path).promoted


def test_a_feature_that_neither_certificate_nor_audit_compared_blocks_promotion(
    rows: Dataset, exported: Exported, report: Report, certificate: Certificate, tmp_path: Path
) -> None:
    name, *others = certificate.hashes
    partial = replace(certificate, hashes={each: certificate.hashes[each] for each in others})
    (refusal,) = decide(rows, exported, report, partial, tmp_path).refusals
    assert refusal == (
        "parity: certificate must cover every feature as it is declared;"
        f" got none on 1, first {name}"
    )
    write_audit(make_audit(1, {name: certificate.hashes[name]}), tmp_path)
    assert decide(rows, exported, report, partial, tmp_path).promoted

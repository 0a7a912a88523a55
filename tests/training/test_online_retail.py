"""The real shop: the figures of the protocol that others have published results on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from commerce.records.database import reading
from commerce.records.instants import parse_as_of, to_micros
from commerce.records.tenants import find_tenant
from importing.sales.importer import import_transactions
from importing.sales.options import TransactionOptions
from training.experiment import evaluate_protocol
from training.specs.churn import CHURN

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail.csv.gz"


@pytest.mark.slow
@pytest.mark.skipif(not FILE.exists(), reason="the Online Retail file is not on this machine")
def test_churn_of_the_real_shop_is_ranked_as_well_as_the_best_known(
    engine: Engine, tmp_path: Path
) -> None:
    import_transactions(
        engine,
        FILE,
        TransactionOptions(tenant="gifts", preset="online-retail"),
        now=datetime(2026, 1, 1, tzinfo=UTC),
        rejects_folder=tmp_path,
    )
    with reading(engine) as connection:
        tenant = find_tenant(connection, "gifts")
    train = ("2011-03-11", "2011-04-11", "2011-05-11", "2011-06-10")
    figures = evaluate_protocol(
        engine,
        tenant,
        CHURN,
        train_cutoffs=[to_micros(parse_as_of(text, tenant.zone)) for text in train],
        test_cutoff=to_micros(parse_as_of("2011-09-10", tenant.zone)),
        horizon_days=90,
        snapshots=tmp_path / "snapshots",
    )
    assert (figures["n_train"], figures["n_test"]) == (9429, 3370)
    assert figures["base_rate"] == pytest.approx(0.4306, abs=5e-5)
    assert 0.745 <= figures["auc"] < 0.80
    assert figures["brier"] <= 0.205
    assert figures["auc"] > figures["baseline_auc"]

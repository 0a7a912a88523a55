"""A training frame in one line, by dates where the tenant is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from tests.workbench.shops import SLUG, make_home, opened

from commerce.records.errors import RecordError
from commerce.records.instants import midnight, to_micros
from features.declaring.declaration import DAYS, count, source
from features.errors import UnknownFeature
from features.labels import Had, Happens, Label
from workbench import notebook
from workbench.errors import ParameterError
from workbench.notebook import Bench

PAYMENTS = count(
    source("payment.captured"), name="payments", windows=DAYS(33), description="Payments."
)
ORDERS_AGAIN = Label(
    name="orders_again",
    description="An order is placed within 20 days.",
    population=Had(source("order.placed")),
    outcomes=(Happens(source("order.placed")),),
    horizon_days=20,
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("explored"))


@pytest.fixture
def bench(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with opened(home, tmp_path / "home", monkeypatch) as bench:
        yield bench


def test_features_and_a_label_declared_on_the_spot_become_a_frame(bench: Bench) -> None:
    day = bench.day - timedelta(days=30)
    frame = notebook.training_frame(SLUG, [day], ORDERS_AGAIN, [PAYMENTS, "orders_90d"])
    assert frame.columns.tolist() == [
        "customer_id", "cutoff", "payments_33d", "orders_90d", "label",
    ]  # fmt: skip
    assert len(frame) > 5
    assert frame["payments_33d"].sum() > 0
    assert set(frame["label"]) == {0, 1}
    assert frame["cutoff"].unique().tolist() == [pd.Timestamp(midnight(day, bench.tenant.zone))]


def test_a_date_a_text_an_instant_and_microseconds_name_the_same_cutoff(bench: Bench) -> None:
    day = bench.day - timedelta(days=30)
    instant = midnight(day, bench.tenant.zone)
    frames = [
        notebook.training_frame(bench, [given], ORDERS_AGAIN, ["orders"])
        for given in (day, day.isoformat(), instant, to_micros(instant))
    ]
    assert all(frame.equals(frames[0]) for frame in frames)


def test_what_does_not_vary_is_left_out_and_said_so(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    day = bench.day - timedelta(days=30)
    never = count(source("order.placed", method="barter"), name="barters", description="Barters.")
    frame = notebook.training_frame(bench, [day], ORDERS_AGAIN, [never, "orders"])
    assert frame.columns.tolist() == ["customer_id", "cutoff", "orders", "label"]
    printed = "1 of 2 features left out, as they do not vary here: barters (frame.attrs"
    assert capsys.readouterr().out.startswith(printed)
    whole = notebook.training_frame(
        bench, [day], ORDERS_AGAIN, [never, "orders"], keep_constant=True
    )
    assert whole["barters"].tolist() == [0] * len(whole)
    assert capsys.readouterr().out == ""


def test_a_cutoff_whose_outcome_is_not_known_yet_is_refused(bench: Bench) -> None:
    late = bench.day - timedelta(days=10)
    with pytest.raises(ParameterError, match=f"must lie 20 days before .*got '{late}'"):
        notebook.training_frame(bench, [late], ORDERS_AGAIN, ["orders"])
    assert len(notebook.training_frame(bench, [late], ORDERS_AGAIN, ["orders"], horizon_days=5))


def test_an_unknown_feature_is_met_with_a_hint(bench: Bench) -> None:
    day = bench.day - timedelta(days=30)
    with pytest.raises(UnknownFeature, match="Did you mean orders_90d"):
        notebook.training_frame(bench, [day], "churn", ["order_90d"], horizon_days=20)


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(days=4000)])
def test_a_bench_is_not_opened_in_the_future(bench: Bench, ahead: timedelta) -> None:
    later = bench.as_of + ahead
    for asked in (later, later.date(), later.isoformat()):
        with pytest.raises(RecordError, match="as_of must not be later than"):
            notebook.open_bench(tenant=SLUG, as_of=asked)

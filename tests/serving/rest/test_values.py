"""What a customer is worth over HTTP: from the records, and by a model that is named."""

from __future__ import annotations

from pathlib import Path

from tests.scoring.values import make_segments, make_value
from tests.serving.rest.people import Shops
from tests.serving.rest.sold import later, order, sell

from commerce.payments import intents, queries, refunds
from features.catalogue import CATALOGUE
from scoring.published import publish
from serving.predict.packages import PackageShelf


def serve(shops: Shops, folder: Path) -> None:
    """Let both packages answer for acme."""
    for package in (make_value(name="acme.lifetime_value"), make_segments(name="acme.segments")):
        publish(package, folder)
    shelf = PackageShelf([folder], CATALOGUE)
    object.__setattr__(shops.app.state.serving, "shelf", shelf)


def test_a_customer_is_worth_what_arrived_less_what_went_back(shops: Shops, tmp_path: Path) -> None:
    sold = sell(shops)
    american = sold.buyers[2]
    made = order(sold.shop, american, sold.variant, 3, minutes=61)
    with sold.shop.work(minutes=62) as work:
        intents.capture_wallet(work, made)
        payment = queries.payments(work, order_id=made).rows[-1]
        refunds.refund(work, payment.id, 1_100, reason="damaged")
    later(shops, hours=1)
    path = f"/api/customer/{american.customer_id}/clv"
    body = shops.admin.get(f"{path}/").json()
    assert body["currency"] == "EUR"
    value = body["value"]
    assert (value["captured"], value["refunded"], value["historical"]) == (
        "33.00",
        "11.00",
        "22.00",
    )
    assert value["predicted"] is None
    serve(shops, tmp_path)
    predicted = shops.admin.get(path).json()["value"]["predicted"]
    assert predicted["model_version"] == "acme.lifetime_value/1"
    assert predicted["horizon_days"] == 90
    assert float(predicted["low"]) <= float(predicted["amount"]) <= float(predicted["high"])
    before = shops.admin.get(f"{path}?as_of=2026-01-01").json()["value"]
    assert (before["historical"], before["predicted"]) == ("0.00", None)
    assert shops.buyer.get(path).status_code == 404


def test_a_customers_analytics_tell_value_segment_and_scores_as_of_an_instant(
    shops: Shops, tmp_path: Path
) -> None:
    sold = sell(shops)
    serve(shops, tmp_path)
    path = f"/api/customers/{sold.buyers[0].customer_id}"
    shops.admin.post(f"{path}/recompute-score/", None)
    later(shops, hours=1)
    body = shops.admin.get(f"{path}/analytics/").json()
    assert body["as_of"] == "2026-03-01T14:00:00Z"
    assert body["segments_version"] == "acme.segments/1"
    assert body["rfm"]["segment"] == "new"  # by the edges kept: lately, once, for little
    assert (
        body["value"]
        == shops.admin.get(f"/api/customer/{sold.buyers[0].customer_id}/clv").json()["value"]
    )
    assert [score["model"] for score in body["scores"]] == ["credit"]
    segments = shops.admin.get("/api/analytics/customer-segments").json()
    assert segments["model_version"] == "acme.segments/1"
    assert segments["customers"] == sum(each["customers"] for each in segments["results"]) == 5

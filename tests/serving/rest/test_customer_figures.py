"""Figures and lists of customers over HTTP, counted by hand."""

from __future__ import annotations

import pytest
from tests.serving.rest.people import Shops
from tests.serving.rest.sold import Sold, later, order, sell


@pytest.fixture
def sold(shops: Shops) -> Sold:
    return sell(shops)


def listed(shops: Shops, path: str) -> list[str]:
    body = shops.admin.get(f"/api/customers/{path}").json()
    assert body["currency"] == "EUR"
    assert body["as_of"] is not None
    return [each["customer"] for each in body["results"]]


def test_vips_are_who_ordered_often_and_spent_most(shops: Shops, sold: Sold) -> None:
    assert listed(shops, "vip_customers/") == []
    for minute in (61, 62):
        order(sold.shop, sold.buyers[0], sold.variant, 1, minutes=minute)
        order(sold.shop, sold.buyers[1], sold.variant, 1, minutes=minute)
    later(shops, minutes=5)
    first, second, third = (str(buyer.customer_id) for buyer in sold.buyers)
    assert listed(shops, "vip_customers/") == [first]  # 3 orders, 47.60; the tenth of three is one
    assert listed(shops, "vip_customers?share=100") == [first, second]
    assert listed(shops, "vip_customers?share=100&orders=1") == [first, second, third]
    assert shops.admin.get("/api/customers/vip_customers?share=0").json()["field"] == "share"
    assert shops.buyer.get("/api/customers/vip_customers/").status_code == 403


def test_who_is_new_on_the_first_of_the_days_counts(shops: Shops, sold: Sold) -> None:
    assert len(listed(shops, "new_customers/")) == 5
    later(shops, days=6)
    assert len(listed(shops, "new_customers?days=7")) == 5
    assert listed(shops, "new_customers?days=6") == []


def test_who_did_not_order_within_the_days_is_inactive(shops: Shops, sold: Sold) -> None:
    never = {str(shops.buyer.actor.customer_id), str(shops.stranger.actor.customer_id)}
    assert set(listed(shops, "inactive_customers/")) == never
    later(shops, days=6)
    assert set(listed(shops, "inactive_customers?days=7")) == never
    assert len(listed(shops, "inactive_customers?days=6")) == 5
    assert shops.admin.get("/api/customers/inactive_customers?days=0").json()["field"] == "days"


def test_top_customers_go_by_net_spend_and_are_limited(shops: Shops, sold: Sold) -> None:
    order(sold.shop, sold.buyers[0], sold.variant, 1, minutes=1)
    ranked = [str(sold.buyers[place].customer_id) for place in (0, 2, 1)]
    assert listed(shops, "top_customers/") == ranked
    assert listed(shops, "top_customers?limit=2") == ranked[:2]
    assert listed(shops, "top_customers?start_date=2026-02-01&end_date=2026-02-28") == []
    body = shops.admin.get("/api/customers/top_customers?page_size=1").json()
    assert (body["count"], body["results"][0]["spent"]) == (3, "35.70")
    assert "page=2" in body["next"]


def test_the_summary_is_the_sum_of_the_segments(shops: Shops, sold: Sold) -> None:
    body = shops.admin.get("/api/customers/analytics_summary/").json()
    segments = body["segments"]
    assert body["customers"] == sum(each["customers"] for each in segments) == 5
    assert body["orders"] == sum(each["orders"] for each in segments) == 3
    assert body["revenue"] == "57.70"
    assert sum(float(each["revenue"]) for each in segments) == pytest.approx(57.7)
    assert (body["new_customers"], body["inactive_rate"]) == (5, 0.4)


def test_a_customer_reads_its_own_figures_and_nobody_elses(shops: Shops, sold: Sold) -> None:
    buyer = sold.buyers[2]
    path = f"/api/customers/{buyer.customer_id}/analytics/"
    body = shops.admin.get(path).json()
    assert body["as_of"] == "2026-03-01T13:00:00Z"
    assert (body["figures"]["orders"], body["figures"]["units"]) == (1, 4)
    assert (body["figures"]["spent"], body["rfm"]["spent"]) == ("22.00", "22.00")
    assert body["rfm"]["recency_days"] == 0
    mine = shops.log_in(shops.tenant("acme"), buyer).get(path)
    assert mine.json() == body
    assert shops.buyer.get(path).status_code == 404
    own = shops.buyer.get(f"/api/customers/{shops.buyer.actor.customer_id}/analytics/").json()
    assert own["rfm"]["segment"] == "never_bought"


def test_a_customers_latest_score_of_each_model_is_told_as_of_any_instant(
    shops: Shops, sold: Sold
) -> None:
    path = f"/api/customers/{sold.buyers[0].customer_id}"
    assert shops.admin.get(f"{path}/analytics").json()["scores"] == []
    made = shops.admin.post(f"{path}/recompute-score/", None).json()
    later(shops, hours=1)
    again = shops.admin.post(f"{path}/recompute-score/", None).json()
    (score,) = shops.admin.get(f"{path}/analytics").json()["scores"]
    assert (score["model"], score["rule_score"]) == ("credit", again["rule_score"])
    assert (score["as_of"], score["model_version"]) == (again["as_of"], again["model_version"])
    (before,) = shops.admin.get(f"{path}/analytics?as_of={made['as_of']}").json()["scores"]
    assert before["as_of"] == made["as_of"] != score["as_of"]

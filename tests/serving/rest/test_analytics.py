"""Figures over HTTP: what was sold, counted by hand, and what a question asked here gives."""

from __future__ import annotations

import pytest
from tests.serving.rest.people import Shops
from tests.serving.rest.sold import DAY, Sold, later, order, sell

from serving.errors import QuestionLate, QuestionsBusy

MONTH = "start_date=2026-03-01&end_date=2026-03-01"


@pytest.fixture
def sold(shops: Shops) -> Sold:
    return sell(shops)


def test_sales_answers_by_its_type_and_refuses_another(shops: Shops, sold: Sold) -> None:
    path = "/api/analytics/sales/"
    body = shops.admin.get(f"{path}?type=revenue_by_category&{MONTH}").json()
    assert (body["type"], body["currency"]) == ("revenue_by_category", "EUR")
    assert [(each["name"], each["revenue"], each["own_revenue"]) for each in body["results"]] == [
        ("clocks", "57.70", "35.70"),
        ("hands", "22.00", "22.00"),
    ]
    for before in ("start_date=2026-02-01&end_date=2026-02-28",):
        none = shops.admin.get(f"{path}?type=revenue_by_category&{before}").json()
        assert {each["revenue"] for each in none["results"]} == {"0.00"}
    top = shops.admin.get(f"{path}?type=top_selling_products&{MONTH}").json()["results"]
    assert [(each["product"], each["units"]) for each in top] == [
        (str(sold.hand), 4),
        (str(sold.clock), 3),
    ]
    for country, product in (("usa", sold.hand), ("germany", sold.clock), ("US", sold.hand)):
        query = f"type=top_selling_products&country={country}&{MONTH}"
        found = shops.admin.get(f"{path}?{query}").json()["results"]
        assert [each["product"] for each in found] == [str(product)]
    unknown = shops.admin.get(f"{path}?type=revenue")
    assert (unknown.status_code, unknown.json()["field"]) == (422, "type")
    assert shops.buyer.get(f"{path}?type=churn_rate").status_code == 403
    order(sold.shop, sold.buyers[0], sold.variant, 1, minutes=61)
    later(shops, minutes=2)
    more = shops.admin.get(f"{path}?type=top_selling_products&{MONTH}").json()["results"]
    assert [each["units"] for each in more] == [4, 4]
    assert [each["product"] for each in more] == sorted([str(sold.clock), str(sold.hand)])


def test_a_country_is_meant_by_its_code_and_by_its_names(shops: Shops, sold: Sold) -> None:
    american = sold.buyers[2]
    kept = {"US": ("usa", "US", "United States"), "DE": ("germany", "de", "Deutschland")}
    path = f"/api/analytics/sales/?type=top_selling_products&{MONTH}&country="
    everywhere = {str(sold.clock): 3, str(sold.hand): 4}
    for spelt in kept["US"]:
        me = f"/api/customers/{american.customer_id}"
        assert shops.admin.patch(me, {"country": spelt}).status_code == 200
        later(shops, minutes=1)
        for asked in kept["US"]:
            found = shops.admin.get(f"{path}{asked}").json()["results"]
            assert [(each["product"], each["units"]) for each in found] == [(str(sold.hand), 4)]
        for asked in kept["DE"]:
            found = shops.admin.get(f"{path}{asked}").json()["results"]
            assert [(each["product"], each["units"]) for each in found] == [(str(sold.clock), 3)]
        assert shops.admin.get(f"{path}FR").json()["results"] == []
    found = shops.admin.get(path.removesuffix("&country=")).json()["results"]
    assert {each["product"]: each["units"] for each in found} == everywhere


def test_churn_rate_is_one_less_the_active_of_all(shops: Shops, sold: Sold) -> None:
    path = "/api/analytics/sales/?type=churn_rate"
    body = shops.admin.get(path).json()
    assert (body["inactive_customers"], body["customers"]) == (2, 5)
    assert body["churn_rate"] == 1 - 3 / 5
    none = shops.admin.get(f"{path}&start_date=2026-01-01&end_date=2026-01-31").json()
    assert (none["churn_rate"], none["customers"]) == (0, 0)
    later(shops, days=30)
    assert shops.admin.get(path).json()["churn_rate"] == 1
    assert shops.admin.get(f"{path}&inactive_days=31").json()["churn_rate"] == 0.4
    then = shops.admin.get(f"{path}&{MONTH}").json()
    assert then["churn_rate"] == 0.4
    assert shops.admin.get(f"{path}&as_of=2026-03-02").json()["churn_rate"] == 0.4


def test_a_date_is_year_month_and_day(shops: Shops) -> None:
    for path in ("sales/?type=revenue_by_category&", "sales-metrics?", "summary/overview?"):
        for name in ("start_date", "end_date"):
            for day in ("2024-13-01", "01/02/2024", "20240102"):
                refused = shops.admin.get(f"/api/analytics/{path}{name}={day}")
                assert (refused.status_code, refused.json()["field"]) == (422, name)
                assert "must be a day like 2026-01-31" in refused.json()["detail"]


def test_sales_by_day_week_and_month_add_up(shops: Shops, sold: Sold) -> None:
    path = "/api/analytics/sales-metrics/?start_date=2026-02-20&end_date=2026-03-01&by="
    for by, buckets in (("day", 10), ("week", 2), ("month", 2)):
        body = shops.admin.get(path + by).json()
        assert len(body["results"]) == buckets
        assert body["results"][-1]["sales"]["net"] == body["total"]["sales"]["net"] == "57.70"
        assert (body["total"]["orders"], body["total"]["orders_called_off"]) == (3, 1)
        assert body["total"]["average_order"] == "19.23"
    assert shops.admin.get(path + "year").json()["field"] == "by"


def test_products_segments_and_the_overview_agree(shops: Shops, sold: Sold) -> None:
    products = shops.admin.get("/api/analytics/product-performance/").json()["results"]
    assert [(each["product"], each["sales"]["net"], each["orders"]) for each in products] == [
        (str(sold.clock), "35.70", 2),
        (str(sold.hand), "22.00", 1),
    ]
    assert (products[1]["sales"]["gross"], products[1]["sales"]["units_back"]) == ("33.00", 2)
    segments = shops.admin.get("/api/analytics/customer-segments/").json()
    assert segments["customers"] == sum(each["customers"] for each in segments["results"]) == 5
    by_name = {each["name"]: each["customers"] for each in segments["results"]}
    assert by_name["never_bought"] == 2
    metrics = shops.admin.get("/api/analytics/sales-metrics/").json()
    overview = shops.admin.get("/api/analytics/summary/overview/").json()
    assert overview["sales"] == metrics["total"]
    assert overview["segments"] == segments["results"]
    assert overview["best_products"] == products
    assert (overview["new_customers"], overview["inactive_rate"]) == (5, 0.4)


def test_cohorts_payments_and_the_states_of_orders(shops: Shops, sold: Sold) -> None:
    for name in ("cohorts", "retention"):
        (cohort,) = shops.admin.get(f"/api/analytics/{name}").json()["results"]
        assert (cohort["start"], cohort["customers"]) == ("2026-03-01", 3)
        assert (cohort["active"], cohort["retention"]) == ([3], [1.0])
    rates = shops.admin.get("/api/analytics/payment-rates").json()
    answer = shops.questions.ask("acme", "payment_rates", period=DAY)
    assert rates["total"]["attempts_that_succeeded"] == answer.result.total.captured
    assert rates["total"]["success_rate"] == 0  # by the wallet nothing arrives from outside
    for path in ("/api/orders/analytics/", "/api/analytics/order-lifecycle"):
        body = shops.admin.get(path).json()
        assert body["average_order_value"] == "19.23"
        assert {state: many for state, many in body["statuses"].items() if many} == {
            "placed": 3,
            "cancelled": 1,
        }
        found = shops.questions.ask("acme", "order_lifecycle", period=DAY).result
        assert [
            (each["kind"], each["state"], each["entered"], each["mean_hours"])
            for each in body["time_in_state"]
        ] == [
            (each.kind, each.state, each.entered, round(float(each.mean_hours), 6))
            for each in found.states
        ]


def test_the_last_minutes_hold_an_order_at_once(shops: Shops, sold: Sold) -> None:
    path = "/api/advanced-analytics/real-time-metrics/current/"
    quiet = shops.admin.get(path).json()
    assert (quiet["orders"], quiet["sold"]) == (0, "0.00")
    assert quiet["as_of"] == "2026-03-01T13:00:00Z"
    order(sold.shop, sold.buyers[0], sold.variant, 1, minutes=56)
    now = shops.admin.get(path).json()
    assert (now["orders"], now["units"], now["sold"]) == (1, 1, "11.90")
    assert shops.admin.get(f"{path}?minutes=3").json()["orders"] == 0
    assert shops.admin.get(f"{path}?minutes=61").json()["orders"] == 5
    assert shops.admin.get(f"{path}?minutes=0").json()["field"] == "minutes"
    assert shops.of("other")["admin"].get(f"{path}?minutes=61").json()["orders"] == 0


def test_a_shops_summary_is_of_that_shop_alone(shops: Shops, sold: Sold) -> None:
    path = "/api/tenants/acme/analytics-summary/"
    mine = shops.admin.get(path).json()
    assert (mine["tenant"], mine["customers"], mine["sales"]["sales"]["net"]) == (
        "acme",
        5,
        "57.70",
    )
    other = "/api/tenants/other/analytics-summary/"
    theirs = shops.superadmin.get(other).json()
    assert (theirs["customers"], theirs["sales"]["sales"]["net"]) == (2, "0.00")
    assert shops.of("other")["admin"].get(path).status_code == 403
    assert shops.admin.get(other).status_code == 403


def test_what_is_asked_again_as_of_an_instant_comes_out_the_same(shops: Shops, sold: Sold) -> None:
    path = "/api/analytics/summary/overview/"
    before = shops.admin.get(path).json()
    order(sold.shop, sold.buyers[0], sold.variant, 1, minutes=120)
    later(shops, hours=3)
    assert shops.admin.get(path).json() != before
    assert shops.admin.get(path, params={"as_of": before["as_of"]}).json() == before
    assert shops.admin.get(f"{path}?as_of=2031-01-01").json()["field"] == "as_of"


@pytest.mark.parametrize("error", [QuestionLate(20), QuestionsBusy(16)])
def test_a_late_answer_is_503_and_says_when_to_ask_again(
    shops: Shops, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def late(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(shops.questions, "ask", late)
    refused = shops.admin.get("/api/analytics/customer-segments")
    assert (refused.status_code, refused.json()["detail"]) == (503, str(error))
    assert int(refused.headers["retry-after"]) > 0

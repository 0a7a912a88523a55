"""The bids of auctions, replayed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.importing.shops import NOW, Shop, counts, micros

from commerce.auctions.pricing import EBAY, Bands, Bid, state_of
from commerce.records import schema
from commerce.records.errors import RecordError
from importing.bids.events import Closing
from importing.bids.importer import BidOptions, import_bids
from importing.engine.summary import ImportSummary
from tabular.errors import TableError

HEAD = "auctionid,bid,bidtime,bidder,openbid\n"
TWO = (
    HEAD
    + "A1,100,0.5,ann,10\n"
    + "A1,40,1.0,bob,10\n"
    + "A2,9.99,0.25,cid,9.99\n"
    + "A1,101.5,2.5,bob,10\n"
)


def bid(
    shop: Shop, content: str, *, tenant: str = "lots", **options: Any
) -> tuple[ImportSummary, list[Closing]]:
    return import_bids(
        shop.engine,
        shop.write(content, "bids.csv"),
        BidOptions(tenant=tenant, **{"elapsed": "days", "allow_refused": 1.0, **options}),
        now=NOW,
        rejects_folder=shop.folder / "raw" / tenant,
    )


def ends(closings: list[Closing]) -> dict[str, tuple[str, str | None, int]]:
    return {one.auction: (str(one.closing_price), one.winner, one.bids) for one in closings}


def test_our_rules_say_who_wins_and_at_what_price(shop: Shop) -> None:
    summary, closings = bid(shop, TWO)
    assert counts(summary) == (4, 4, 0, 0)
    # bob's 101.50 beats ann's 100 by less than the increment of 2.50: he pays all of it
    assert ends(closings) == {"A1": ("101.50", "bob", 3), "A2": ("9.99", "cid", 1)}
    assert [closing.auction for closing in closings] == ["A2", "A1"]  # by their first bids


def test_an_auction_is_told_bid_by_bid_to_its_end(shop: Shop) -> None:
    bid(shop, TWO)
    (auction,) = (row for row in shop.rows(schema.auction) if row.external_id == "A1")
    people = {row.id: row.external_id for row in shop.rows(schema.customer)}
    events = [
        (event.type, people.get(event.customer_id), event.amount_minor, event.value)
        for event in shop.events()
        if event.aggregate_id == auction.id.hex
    ]
    assert events == [
        ("auction.bid", "ann", 1_000, 10_000),
        ("auction.bid", "bob", 1_050, 4_000),
        ("auction.outbid", "bob", 4_100, None),
        ("auction.bid", "bob", 4_200, 10_150),
        ("auction.outbid", "ann", 10_150, None),
        ("auction.won", "bob", 10_150, None),
        ("auction.sold", None, 10_150, None),
    ]
    assert (auction.status, auction.opening_minor, auction.reserve_minor) == ("sold", 1_000, None)
    bids = [row for row in shop.rows(schema.bid) if row.auction_id == auction.id]
    assert [(row.amount_minor, row.maximum_minor) for row in bids] == [
        *((1_000, 10_000), (1_050, 4_000), (4_200, 10_150)),
    ]


def test_a_start_with_an_offset_is_that_instant_wherever_the_tenant_is(shop: Shop) -> None:
    start = datetime(2004, 5, 1, tzinfo=UTC)
    bid(shop, HEAD + "A1,100,0.5,ann,10\n", start=start, timezone="Asia/Tokyo")
    (auction,) = shop.rows(schema.auction)
    assert auction.starts_at == start


def test_elapsed_times_begin_in_the_tenants_zone(shop: Shop) -> None:
    bid(shop, TWO, timezone="Europe/Berlin")
    (first, *_) = shop.events("auction.bid")
    assert first.occurred_at == micros("2000-01-01T06:00:00+01:00")
    (auction, *_) = (row for row in shop.rows(schema.auction) if row.external_id == "A1")
    assert auction.starts_at.isoformat() == "1999-12-31T23:00:00+00:00"
    assert (auction.ends_at - auction.starts_at).total_seconds() == pytest.approx(2.5 * 86_400)


def test_times_may_be_timestamps_and_columns_may_have_other_names(shop: Shop) -> None:
    content = "Los;Gebot;Zeit;Bieter;Start\n7;1.200,50;24.12.2011 10:00;K1;5\n7;900;24.12.2011 11:00;K2;5\n"
    columns = {"auction": "Los", "amount": "gebot", "time": "3", "bidder": "Bieter"}
    summary, closings = bid(
        shop,
        content,
        columns={**columns, "opening": "Start"},
        elapsed=None,
        currency="EUR",
        timezone="Europe/Berlin",
    )
    assert ends(closings) == {"7": ("910.00", "K1", 2)}
    assert (summary.currency, summary.rows_rejected) == ("EUR", 0)


@pytest.mark.parametrize(
    ("reserve", "end"),
    [(100, ("100.00", "ann")), (100.01, ("41.00", None)), (50, ("50.00", "ann"))],
)
def test_a_reserve_must_be_met_and_is_the_least_price(
    shop: Shop, reserve: float, end: tuple[str, str | None]
) -> None:
    rows = [("ann", 100), ("bob", 40)]
    content = "auction,amount,time,bidder,opening,reserve\n" + "".join(
        f"A,{amount},{place},{who},10,{reserve}\n" for place, (who, amount) in enumerate(rows)
    )
    _, closings = bid(shop, content)
    assert ends(closings)["A"][:2] == end
    assert shop.rows(schema.auction)[0].status == ("unsold" if end[1] is None else "sold")
    assert ("auction.won" in shop.types()) == (end[1] is not None)


def test_increments_may_be_given_and_are_kept_with_the_auction(shop: Shop) -> None:
    path = shop.write("upper,increment\n50,5\n,20\n", "bands.csv")
    _, closings = bid(shop, TWO, increments=path)
    assert ends(closings)["A1"][0] == "101.50"
    _, closings = bid(shop, HEAD + "B,90,0,ann,1\nB,60,1,bob,1\n", increments=path)
    assert ends(closings)["B"][0] == "80.00"
    assert shop.rows(schema.auction)[0].increments == {
        "uppers": [5_000],
        "increments": [500, 2_000],
    }


@pytest.mark.parametrize("content", ["upper,increment\n50,five\n", "upper,increment\nx,5\n"])
def test_increments_that_are_no_numbers_are_a_sentence(shop: Shop, content: str) -> None:
    with pytest.raises(TableError, match="--increments must hold numbers"):
        bid(shop, TWO, increments=shop.write(content, "bands.csv"))


def test_increments_that_fall_are_a_sentence(shop: Shop) -> None:
    with pytest.raises(RecordError, match="increments must rise"):
        bid(shop, TWO, increments=shop.write("upper,increment\n50,5\n60,1\n", "bands.csv"))


def test_a_second_import_writes_nothing_and_says_the_same(shop: Shop) -> None:
    _, closings = bid(shop, TWO)
    before = shop.state()
    summary, again = bid(shop, TWO)
    assert (counts(summary), summary.events, again) == ((4, 0, 0, 4), 0, closings)
    assert shop.state() == before


def test_only_rows_that_cannot_be_read_are_refused(shop: Shop) -> None:
    late = "A1,5,3,dan,10\n"  # below the opening price, and the leader's maximum: still a fact
    summary, closings = bid(
        shop, TWO + late + "A1,x,1,dan,10\nA1,5,,dan,10\nA1,5,1,,10\nA1,0,1,dan,1\n"
    )
    assert counts(summary) == (9, 5, 4, 0)
    assert summary.reasons == {"no amount": 2, "no time": 1, "no bidder": 1}
    assert ends(closings)["A1"] == ("101.50", "bob", 4)
    assert [row.amount_minor for row in shop.rows(schema.bid)][-1] == 500


def test_the_lowest_bid_opens_an_auction_of_which_nothing_is_said(shop: Shop) -> None:
    _, closings = bid(shop, "auction,amount,time,bidder\nA,30,0,ann\nA,20,1,bob\nA,90,2,cid\n")
    assert ends(closings)["A"] == ("31.00", "cid", 3)
    assert shop.rows(schema.auction)[0].opening_minor == 2_000


def test_items_are_products(shop: Shop) -> None:
    bid(shop, "auction,amount,time,bidder,item\nA,30,0,ann,Palm Pilot\n")
    (product,), (auction,) = shop.rows(schema.product), shop.rows(schema.auction)
    assert (product.external_id, auction.product_id) == ("Palm Pilot", product.id)
    assert {event.product_id for event in shop.events() if event.aggregate_type == "auction"} == {
        product.id
    }


@pytest.mark.parametrize(
    "times",
    [
        ("0.5", "1.0"),
        ("1", "2"),
        ("0,5", "1,25"),
        ("1.10", "2.11"),
        ("40725.5", "40726.25"),
        ("1e-05", "2"),
    ],
)
def test_times_that_are_numbers_are_asked_about_by_the_option_that_settles_it(
    shop: Shop, times: tuple[str, str]
) -> None:
    content = "auction;amount;time;bidder\n" + "".join(f"A;{10};{at};ann\n" for at in times)
    with pytest.raises(TableError, match=f"--elapsed must be given where .*; got '{times[0]}'"):
        bid(shop, content, elapsed=None)
    assert shop.rows(schema.tenant) == []
    assert counts(bid(shop, content, elapsed="seconds")[0]) == (2, 2, 0, 0)


def test_numbers_that_can_only_be_times_are(shop: Shop) -> None:
    for tenant, at in (("a", "20110701"), ("b", "1320000000"), ("c", "1320000000.5")):
        content = f"auction,amount,time,bidder\nA,10,{at},ann\n"
        assert counts(bid(shop, content, tenant=tenant, elapsed=None)[0]) == (1, 1, 0, 0)
    spreadsheet = "auction,amount,time,bidder\nA,10,40725.5,ann\n"
    summary, _ = bid(shop, spreadsheet, tenant="d", elapsed="none")
    assert summary.detected.time_format == "days of a spreadsheet"


HIDDEN = (
    HEAD + "A1,100,0.5,Private,10\nA1,40,1.0,private,10\nA2,20,0.1,Private,10\nA2,50,0.2,ann,10\n"
)


def test_a_name_that_hides_bidders_is_asked_about(shop: Shop) -> None:
    with pytest.raises(TableError, match="--anonymous must say whether 'Private' hides bidders"):
        bid(shop, HIDDEN)
    assert shop.rows(schema.tenant) == []


def test_each_bid_by_a_name_that_hides_bidders_is_another_persons(shop: Shop) -> None:
    summary, closings = bid(shop, HIDDEN, anonymous=("Private",))
    assert (counts(summary), summary.customers) == ((4, 4, 0, 0), 4)
    # two who bid on A1, so that the leader pays one increment above the other
    assert [(one.auction, str(one.closing_price)) for one in closings] == [
        ("A2", "20.50"),
        ("A1", "41.00"),
    ]
    assert sorted(row.external_id for row in shop.rows(schema.customer)) == [
        "Private (A1, 0.5, 100)",
        "Private (A2, 0.1, 20)",
        "ann",
        "private (A1, 1.0, 40)",
    ]
    assert bid(shop, HIDDEN, anonymous=("Private",))[0].events == 0


def test_a_person_may_be_called_private(shop: Shop) -> None:
    summary, closings = bid(shop, HIDDEN.replace("private", "Private"), anonymous=("",))
    assert summary.customers == 2
    assert str(closings[1].closing_price) == "10.00"  # one bidder alone


def test_a_missing_column_is_asked_for_by_its_option(shop: Shop) -> None:
    with pytest.raises(TableError, match="--bidder must name a column"):
        bid(shop, "auction,amount,time\nA,30,0\n")


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(1, 30_000), st.integers(0, 9)),
        min_size=1,
        max_size=15,
    )
)
def test_the_stored_bids_give_the_closing_price_back(
    shop: Shop, offers: list[tuple[str, int, int]]
) -> None:
    tenant = f"t{abs(hash(tuple(offers)))}"
    rows = "".join(f"A,{most // 100}.{most % 100:02},{at},{who},5\n" for who, most, at in offers)
    _, (closing,) = bid(shop, HEAD + rows, tenant=tenant)
    (found,) = (row for row in shop.rows(schema.tenant) if row.slug == tenant)
    bids = [
        Bid(
            row.customer_id, row.amount_minor, row.maximum_minor, micros(str(row.placed_at)), row.id
        )
        for row in shop.rows(schema.bid)
        if row.tenant_id == found.id
    ]
    assert len(bids) == closing.bids == len(offers)
    assert state_of(bids, 500, Bands.of(EBAY, "USD")).price == int(closing.closing_price * 100)


def test_bids_come_in_on_postgresql(postgres_shop: Shop) -> None:
    path = postgres_shop.write("upper,increment\n50,5\n,20\n", "bands.csv")
    _, closings = bid(postgres_shop, TWO, increments=path)
    assert ends(closings)["A1"] == ("101.50", "bob", 3)
    summary, again = bid(postgres_shop, TWO, increments=path)
    assert (summary.events, again) == (0, closings)

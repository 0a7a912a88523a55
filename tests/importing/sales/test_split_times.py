"""Date, clock and zone in columns of their own: put together, asked about, never read at midnight in silence."""

from __future__ import annotations

import pytest
from tests.importing.shops import Shop, counts, micros

from tabular.errors import TableError

HEAD = "Bestellnummer;Kunde;Datum;Uhrzeit;Betrag\n"
AT = micros("2024-03-28T13:30:00")


def placed(shop: Shop) -> list[int]:
    return [event.occurred_at for event in shop.events("order.placed")]


@pytest.mark.parametrize("clock", ["14:30", "2:30 PM", "14h30", "1430", "14.30 Uhr", "14:30:00"])
def test_a_clock_beside_its_date_is_used(shop: Shop, clock: str) -> None:
    shop.sell(HEAD + f"1;ann;28.03.2024;{clock};10,50\n", timezone="Europe/Berlin")
    assert placed(shop) == [AT]


def test_a_clock_is_used_or_left_out_where_the_date_was_named(shop: Shop) -> None:
    content = HEAD + "1;ann;28.03.2024;14:30;10,50\n"
    named = {"customer": "Kunde", "time": "Datum", "amount": "Betrag", "timezone": "Europe/Berlin"}
    with pytest.raises(
        TableError, match=r"column 'Uhrzeit' must be used or left out.*--time-of-day 'Uhrzeit'"
    ):
        shop.sell(content, **named)
    shop.sell(content, **named, tenant="left", ignore=["uhrzeit"])
    shop.sell(content, **named, tenant="used", time_of_day="Uhrzeit")
    assert placed(shop) == [micros("2024-03-27T23:00:00"), AT]


def test_a_column_called_time_is_the_clock_of_a_date_and_else_the_time_itself(shop: Shop) -> None:
    shop.sell(
        "Customer,Date,Time,Amount\nann,2024-03-28,1:30 PM,10.50\nann,2024-03-28,11:15 PM,1.25\n"
    )
    shop.sell("Customer,Time,Amount\nann,2024-03-28 13:30,10.50\n", tenant="other")
    assert placed(shop)[::2] == [AT, AT]
    with pytest.raises(TableError, match="--time-of-day must name a column of clocks"):
        shop.sell(
            "Customer,Date,Time,Amount\nann,2024-03-28,2024-03-28 13:30,1.50\n", tenant="third"
        )


def test_digits_in_doubt_are_asked_about_and_settled_by_a_pattern(shop: Shop) -> None:
    content = "Customer,Date,Time,Amount\nann,28/03/2024,13,10.50\nann,29/03/2024,9,1.25\n"
    with pytest.raises(TableError, match=r"time of day must be told.*Give --time-format"):
        shop.sell(content)
    shop.sell(content, time_format=["DMY", "%H"])
    assert placed(shop) == [micros("2024-03-28T13:00:00"), micros("2024-03-29T09:00:00")]


def test_days_of_a_spreadsheet_and_their_fractions_go_together(shop: Shop) -> None:
    shop.sell("Customer;Date;Time;Amount\nann;45379;0,5625;10,50\n")
    assert placed(shop) == [AT]


def test_a_row_without_a_clock_is_refused_but_where_its_order_says_it(shop: Shop) -> None:
    rows = (
        "1;ann;28.03.2024;14:30;1,50\n1;;;;2,50\n1;ann;28.03.2024;;3,25\n2;bob;28.03.2024;;4,75\n"
    )
    rows += "3;bob;28.03.2024;14:30;5,25\n3;bob;29.03.2024;;5,75\n"
    summary = shop.sell(HEAD + rows, timezone="Europe/Berlin")
    assert summary.reasons == {"no time of day": 2, "order in part": 1}
    assert placed(shop) == [AT]
    assert {event.occurred_at for event in shop.events("order.line")} == {AT}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "CET", "+01:00", "UTC+1"])
def test_the_zone_of_a_row_is_used(shop: Shop, zone: str) -> None:
    shop.sell(f"customer,time,timezone,amount\nann,2024-03-28 14:30,{zone},10.50\n")
    assert placed(shop) == [AT]


def test_a_zone_that_is_unknown_or_missing_is_refused(shop: Shop) -> None:
    rows = "ann,2024-03-28,14:30,IST,10.50\nann,2024-03-28,14:30,,10.50\nbob,2024-03-28,13:30,UTC,1.50\n"
    summary = shop.sell("customer,date,time,tz,amount\n" + rows)
    assert summary.reasons == {"no time": 1, "no zone": 1}
    assert placed(shop) == [AT]


def test_zones_hold_for_the_instant_of_recording_too(shop: Shop) -> None:
    shop.sell(
        "who,day,clock,zone,seen,amount\nann,2024-03-28,14:30,+01:00,2024-03-28 14:31,10.50\n",
        customer="who",
        time="day",
        time_of_day="clock",
        zone_column="zone",
        recorded="seen",
        amount="amount",
    )
    (line,) = shop.events("order.line")
    assert (line.occurred_at, line.recorded_at) == (AT, AT + 60_000_000)


def test_events_take_a_clock_and_a_zone_too(shop: Shop) -> None:
    shop.import_events(
        "type,customer,occurred_at,clock,zone\ncustomer.registered,ann,2024-03-28,14:30,CET\n",
        time_of_day="clock",
        zone_column="zone",
    )
    (event,) = shop.events()
    assert event.occurred_at == AT


def test_an_import_with_clocks_is_known_the_second_time(shop: Shop) -> None:
    content = HEAD + "1;ann;28.03.2024;14:30;10,50\n1;;;;2,25\n"
    assert counts(shop.sell(content)) == (2, 2, 0, 0)
    assert counts(shop.sell(content)) == (2, 0, 0, 2)

"""Whatever is done to a file: every row is accounted for, and a second import writes nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.importing.shops import Shop, counts

from tabular.errors import TableError

_CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "1",
            "C2",
            "A3",
            "-2",
            "0",
            "1.5",
            "1,5",
            "2011-01-01",
            "2011-01-02 10:00",
            "13/01/2011",
        ]
        + [
            "ann",
            "bob",
            "EUR",
            "paid",
            "refunded",
            "pending",
            "x" * 50,
            "1e9",
            "99999999999999999999",
            '"',
            "'",
        ]
    ),
    st.text(max_size=6),
)
_ROWS = st.lists(st.lists(_CELLS, min_size=0, max_size=8), max_size=12)
_tenants = count(1)
_NAMED: dict[str, Any] = {
    "order": "no",
    "customer": "who",
    "time": "at",
    "product": "sku",
    "quantity": "qty",
    "price": "price",
    "status": "state",
    "decimal": ".",
    "time_format": ["DMY"],
    "delimiter": ",",
}


@given(
    rows=_ROWS,
    repeats=st.sampled_from(["keep", "drop"]),
    returns=st.sampled_from([None, "prefix:C", "negative"]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_accounted_for_and_known_the_second_time(
    shop: Shop, rows: list[list[str]], repeats: str, returns: str | None
) -> None:
    tenant = f"t{next(_tenants)}"
    lines = ["no,who,at,sku,qty,price,state", "1,ann,2011-01-01,A,2,1.50,paid"]
    content = "\n".join([*lines, *(",".join(row) for row in rows)]).encode("utf-8", "surrogatepass")
    options = _NAMED | {"repeats": repeats, "encoding": "utf-8"}
    try:
        first = shop.sell(content, tenant=tenant, returns=returns, **options)
    except TableError as error:
        assert "must" in str(error)  # noqa: PT017 - a sentence is the other right answer
        return
    read, accepted, rejected, duplicate = counts(first)
    assert read == accepted + rejected + duplicate
    second = shop.sell(content, tenant=tenant, returns=returns, **options)
    assert counts(second) == (read, 0, rejected, accepted + duplicate)
    assert (second.customers, second.orders, second.events) == (0, 0, 0)


@pytest.mark.parametrize("seed", range(5))
def test_a_shuffled_file_becomes_the_same_sales(
    make_shop: Callable[[str], Shop], seed: int
) -> None:
    dice = random.Random(seed)
    rows = [
        f"{dice.randrange(20)},c{dice.randrange(1)},2011-01-{dice.randrange(1, 28):02},"
        f"A{dice.randrange(3)},{dice.randrange(1, 5)},1.25,"
        for _ in range(60)
    ]
    head = "no,who,at,sku,qty,price,state\n"
    plain, shuffled = make_shop("plain"), make_shop("shuffled")
    one = plain.sell(head + "\n".join(rows), **_NAMED)
    dice.shuffle(rows)
    other = shuffled.sell(head + "\n".join(rows), **_NAMED)
    assert one.as_dict() == other.as_dict()
    assert plain.sales_account() == shuffled.sales_account()
    for kind in ("order.placed", "order.line"):
        states = [
            sorted(
                (e.occurred_at, e.amount_minor, e.quantity, e.aggregate_id)
                for e in shop.events(kind)
            )
            for shop in (plain, shuffled)
        ]
        assert states[0] == states[1]


def test_importing_in_pieces_accounts_for_the_same_money(make_shop: Callable[[str], Shop]) -> None:
    rows = [f"{n // 3},c{n // 6},2011-01-{1 + n // 3:02},A,2,1.25,\n" for n in range(30)]
    head = "no,who,at,sku,qty,price,state\n"
    whole, pieces = make_shop("whole"), make_shop("pieces")
    whole.sell(head + "".join(rows), **_NAMED)
    for cut in (7, 13, 22, 30):
        pieces.sell(head + "".join(rows[:cut]), **_NAMED)
    assert pieces.sales_account() == whole.sales_account()
    assert sum(kind == "order.placed" for kind in pieces.types()) == 10
    assert sum(kind == "order.line" for kind in pieces.types()) == 30

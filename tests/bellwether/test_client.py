"""Both clients ask a real application: what comes back is typed, refused in its words, asked again where it is safe."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import anyio
import httpx
import numpy as np
import pytest
from tests.bellwether.asking import InProcess
from tests.ports import free_port
from tests.serving.rest.people import Shops
from tests.serving.rest.sold import later, order, sell
from tests.serving.shop import NOW

from bellwether.client import AsyncClient, Client
from bellwether.errors import (
    Busy,
    ClientError,
    Invalid,
    InvalidArgument,
    NotAllowed,
    NotFound,
    Refused,
    Unanswered,
    Unauthorised,
    Unavailable,
    Unreachable,
    Unreadable,
)
from serving.access.rates import Limiter, Rates

VALUES = {"orders_90d": 2, "days_since_order": 28.5}


def test_a_customer_is_decided_upon(client: Client) -> None:
    found = client.predict("churn", customer_id=17850)
    assert found.decision.action in ("retain", "leave alone")
    assert found.customer is not None
    assert (found.customer.number, found.customer.external_id) == (1, "17850")
    assert found.probability is not None
    assert found.as_of.tzinfo is not None
    assert client.predict("churn", customer_id="number:1").probability == found.probability
    earlier = client.predict("churn", customer_id=17850, as_of=date(2026, 1, 20))
    assert earlier.as_of == datetime(2026, 1, 19, 23, tzinfo=UTC)  # midnight in the shop's zone


def test_values_are_decided_upon_and_numbers_of_numpy_are_values(client: Client) -> None:
    plain = client.predict("churn", features={**VALUES, "order_value_90d": None})
    numpy = {name: np.float64(value) for name, value in VALUES.items()}
    alike = client.predict("churn", features={**numpy, "order_value_90d": float("nan")})
    assert replace(alike, request_id="") == replace(plain, request_id="")
    assert plain.assumed == {"spend_90d": 0.0}
    with pytest.raises(InvalidArgument, match=r"features\.spend_90d must be finite; got inf\."):
        client.predict("churn", features={"spend_90d": np.inf})


def test_an_explanation_adds_up_to_the_last_bit_when_it_was_read(client: Client) -> None:
    found = client.explain("credit", customer_id="17850")
    total = found.base
    for each in sorted(found.contributions, key=lambda each: each.place):
        total += each.contribution
    assert total == found.logit
    assert found.recourse_note


def test_models_are_told_of(client: Client) -> None:
    listed = client.models()
    assert [(each.name, each.kind) for each in listed.results] == [
        ("churn", "binary"),
        ("credit", "binary"),
    ]
    assert (listed.count, listed.next) == (2, None)
    assert client.models(page_size=1).next is not None
    described = client.model("churn")
    assert [each.name for each in described.inputs][:2] == ["orders_90d", "spend_90d"]
    assert described.versions == ("1",)


def test_a_shops_customer_is_told_of_by_a_key(shops: Shops, key_of: Callable[..., str]) -> None:
    sold = sell(shops)
    customer = sold.buyers[0].customer_id
    assert customer is not None
    order(sold.shop, sold.buyers[0], sold.variant, 3, minutes=61)
    shops.admin.post(f"/api/customers/{customer}/recompute-score")
    later(shops, hours=1)
    key = key_of("predictions:read", "predictions:write", "analytics:read", "customers:read")
    transport = InProcess(shops.app)
    with Client("http://localhost", key=key, tenant="acme", transport=transport) as client:
        value = client.value(customer)
        assert (value.currency, value.value.refunded) == ("EUR", Decimal("0.00"))
        assert value.value.predicted is not None
        assert value.value.predicted.low <= value.value.predicted.amount
        assert client.value(customer, as_of="2026-01-01").value.predicted is None
        profile = client.credit_profile(customer)
        assert (profile.customer_id, len(profile.band)) == (customer, 1)
        told = client.recommendations(customer, limit=1)
        assert (told.customer, told.type, len(told.results)) == (customer, "history", 1)
        assert isinstance(told.results[0].variants[0].price, Decimal)
        with pytest.raises(NotFound, match="customer"):
            client.credit_profile("nobody/at all")
        with pytest.raises(Invalid, match="type must") as refused:
            client.recommendations(customer, mode="whatever")  # type: ignore[arg-type]
        assert refused.value.field == "type"
    with Client("http://localhost", token=token_of(shops), transport=transport) as client:
        assert client.value(customer) == value


def token_of(shops: Shops) -> str:
    """The access token of acme's admin."""
    return shops.admin.headers["Authorization"].removeprefix("Bearer ")


REFUSALS: dict[str, tuple[Callable[[Client], object], type[Refused], str, str | None]] = {
    "a stranger": (
        lambda client: client.predict("churn", customer_id="1"),
        NotFound,
        "customer",
        "customer_id",
    ),
    "a model that is misspelt": (
        lambda client: client.predict("chrun", customer_id="17850"),
        NotFound,
        "Did you mean /predict/churn",
        None,
    ),
    "a model without a package": (
        lambda client: client.explain("weather", features=VALUES),
        Unavailable,
        "must have a published package",
        None,
    ),
    "a feature that is misspelt": (
        lambda client: client.predict("churn", features={"orders_90": 1}),
        Invalid,
        "Did you mean orders_90d",
        "features.orders_90",
    ),
    "both forms at once": (
        lambda client: client.predict("churn", customer_id="17850", features=VALUES),
        Invalid,
        "customer_id must not come with features; got both",
        "customer_id",
    ),
    "nobody at all": (
        lambda client: client.predict("churn"),
        Invalid,
        "customer_id must be given; got none",
        "customer_id",
    ),
    "another shop": (
        lambda client: client.predict("churn", customer_id="17850", tenant="acne"),
        NotFound,
        "tenant must exist; got 'acne'",
        "tenant",
    ),
}


@pytest.mark.parametrize(("ask", "kind", "says", "field"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_an_error_in_the_servers_words(
    client: Client,
    ask: Callable[[Client], object],
    kind: type[Refused],
    says: str,
    field: str | None,
) -> None:
    with pytest.raises(kind) as refused:
        ask(client)
    error = refused.value
    assert says in error.sentence == str(error)
    assert error.field == field
    assert error.request_id
    assert error.retry_after == (2.0 if kind is Unavailable else None)


def test_who_may_not_ask_is_told_so_and_no_credential_is_shown(
    shops: Shops, key_of: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    key = key_of("models:read")
    transport = InProcess(shops.app)
    shown = []
    with caplog.at_level(logging.DEBUG):
        for credential, kind in (
            (key, NotAllowed),
            (f"{key}x", Unauthorised),
            (None, Unauthorised),
        ):
            client = Client("http://localhost", key=credential, tenant="acme", transport=transport)
            with client, pytest.raises(kind) as refused:
                client.predict("credit", features={"open_invoice_balance": 500})
            shown += [repr(client), repr(refused.value), str(refused.value)]
        shown += [repr(request.headers) for request in transport.sent]
    assert shown[0] == "Client('http://localhost', tenant='acme')"
    assert not any(key in each for each in [*shown, caplog.text])
    assert transport.sent[0].headers["Authorization"] == f"Bearer {key}"


def test_a_busy_server_is_asked_again_after_as_long_as_it_says(
    shops: Shops, key_of: Callable[..., str]
) -> None:
    key, waited = key_of("models:read"), list[float]()

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        shops.gate.limiter = Limiter()

    shops.gate.limiter = Limiter(Rates(credential="1/minute"))
    options: dict[str, Any] = {"key": key, "transport": InProcess(shops.app), "draw": lambda: 1.0}
    with Client("http://localhost", longest_wait=90, sleep=sleep, **options) as client:
        for _ in range(2):
            assert client.models().count
        (pause,) = waited
        assert 1 < pause <= 60.2
        shops.gate.limiter = Limiter(Rates(credential="1/minute"))
        client.models()
        hasty = Client("http://localhost", longest_wait=0.5, sleep=sleep, **options)
        with hasty, pytest.raises(Busy, match="at most 1 per 1 minute") as refused:
            hasty.models()
        assert refused.value.status == 429
        assert refused.value.retry_after == pytest.approx(pause - 0.2, abs=60)
        assert len(waited) == 1


def test_what_comes_back_in_a_moment_is_waited_for(
    app: Any, request: pytest.FixtureRequest
) -> None:
    whole, waited = app.state.serving, list[float]()
    without_store = replace(whole, store=None)

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            app.state.serving = whole

    request.addfinalizer(lambda: setattr(app.state, "serving", whole))
    app.state.serving = without_store
    client = Client("http://localhost", transport=InProcess(app), sleep=sleep, draw=lambda: 1.0)
    with client:
        assert client.predict("churn", customer_id="17850", tenant="acme").probability
        assert waited == [2.2, 2.4]
        app.state.serving = without_store
        with pytest.raises(Unavailable, match="record store"):
            client.predict("churn", customer_id="17850", tenant="acme")
        assert waited[2:] == [2.2, 2.4, 2.8]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ConnectError("connection refused"), Unreachable),
        (httpx.ConnectTimeout("timed out"), Unreachable),
        (httpx.ReadError(""), Unreachable),
        (httpx.RemoteProtocolError("server disconnected"), Unreachable),
        (httpx.ReadTimeout("timed out"), Unanswered),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_connection_that_fails_is_tried_again_and_a_slow_server_is_not(
    app: Any, failure: Exception, kind: type[ClientError]
) -> None:
    waited: list[float] = []
    for failures, answers in ((1, kind is Unreachable), (4, False)):
        transport = InProcess(app, [failure] * failures)
        client = Client("http://localhost", transport=transport, sleep=waited.append)
        with client:
            if answers:
                assert client.predict("churn", features=VALUES, tenant="acme").probability
                assert len(transport.sent) == 2
                continue
            with pytest.raises(kind, match=r"must .*; got .*localhost") as raised:
                client.predict("churn", features=VALUES, tenant="acme")
            assert raised.value.__cause__ is failure
            assert len(transport.sent) == (4 if kind is Unreachable else 1)


def test_nobody_listening_is_said_so() -> None:
    port, waited = free_port(), list[float]()
    client = Client(f"http://127.0.0.1:{port}", retries=1, sleep=waited.append)
    with client, pytest.raises(Unreachable, match=f"got no answer from http://127.0.0.1:{port}: "):
        client.models()
    assert 0.1 <= waited[0] <= 0.2


def test_what_is_not_bellwether_is_said_so() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        status = 502 if request.url.path == "/models" else 200
        return httpx.Response(status, text="<html>It works!</html>")

    with Client("http://localhost", transport=httpx.MockTransport(page)) as client:
        with pytest.raises(Refused, match="got 502 Bad Gateway without its reason") as refused:
            client.models()
        assert (type(refused.value), refused.value.status) == (Refused, 502)
        with pytest.raises(Unreadable, match="answer must be of the declared shape; got another"):
            client.predict("churn", customer_id="17850")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"base_url": "localhost:3000"},
            "must begin with http:// or https://; got 'localhost:3000'",
        ),
        ({"base_url": "http://ada:secret@shop.example"}, "must name no user; got one"),
        ({"base_url": "http://[::1"}, "must be an address"),
        ({"base_url": "http://shop.example", "key": "a", "token": "b"}, "must be a key or a token"),
        ({"base_url": "http://shop.example", "key": "a\nb"}, "must be of plain characters"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_once(given: dict[str, str], says: str) -> None:
    for kind in (Client, AsyncClient):
        with pytest.raises(InvalidArgument) as refused:
            kind(**given)  # type: ignore[arg-type]
        assert says in str(refused.value)
        assert "secret" not in str(refused.value)


@pytest.mark.parametrize("odd", ["..", ".", "a/b", "a b?c#d", "50%", "ä"])
def test_an_odd_id_leads_to_no_other_route(client: Client, odd: str) -> None:
    transport = client._http._transport
    assert isinstance(transport, InProcess)
    with pytest.raises(Refused):
        client.value(odd)
    path = transport.sent[-1].url.raw_path.decode()
    assert path.startswith("/api/customer/")
    assert path.endswith("/clv")
    assert path.count("/") == 4
    with pytest.raises(InvalidArgument, match="name must be 1 character at least"):
        client.model("")


def test_many_are_asked_about_at_once_by_a_client_that_is_awaited(app: Any, client: Client) -> None:
    found: dict[int, Any] = {}
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async def ask() -> None:
        transport = httpx.ASGITransport(app=app)
        options: dict[str, Any] = {"tenant": "acme", "transport": transport, "sleep": sleep}
        async with AsyncClient("http://localhost", retries=1, **options) as asynchronous:

            async def one(customer: int) -> None:
                found[customer] = await asynchronous.predict("churn", customer_id=customer)

            async with anyio.create_task_group() as tasks:
                for customer in (17850, 12346):
                    tasks.start_soon(one, customer)
            assert (await asynchronous.models()).count == 2
            with pytest.raises(NotFound):
                await asynchronous.explain("churn", customer_id="1")
            with pytest.raises(Unavailable):
                await asynchronous.predict("weather", features=VALUES)

    anyio.run(ask)
    assert len(waited) == 1
    for customer, answer in found.items():
        alike = client.predict("churn", customer_id=customer)
        assert asdict(replace(answer, request_id="")) == asdict(replace(alike, request_id=""))
    assert found[17850].as_of == client.predict("churn", customer_id=17850).as_of
    assert found[17850].as_of <= NOW


class Counted(httpx.ASGITransport):
    """Counts how many are asking at the same time."""

    now = most = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return await super().handle_async_request(request)
        finally:
            self.now -= 1


def test_who_finds_no_connection_free_waits(app: Any) -> None:
    transport = Counted(app=app)
    found: list[str] = []

    async def ask() -> None:
        options: dict[str, Any] = {"connections": 2, "transport": transport}
        async with AsyncClient("http://localhost", **options) as client:

            async def one() -> None:
                answer = await client.predict("churn", features=VALUES, tenant="acme")
                found.append(answer.model)

            async with anyio.create_task_group() as tasks:
                for _ in range(20):
                    tasks.start_soon(one)

    anyio.run(ask)
    assert found == ["churn"] * 20
    assert transport.most == 2


def test_a_refusal_goes_from_one_process_to_another(client: Client) -> None:
    with pytest.raises(NotFound) as refused:
        client.predict("churn", customer_id="1")
    came = pickle.loads(pickle.dumps(refused.value))
    assert (type(came), str(came), came.field) == (NotFound, str(refused.value), "customer_id")

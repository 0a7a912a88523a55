"""How an answer is waited for and read, without a connection."""

from __future__ import annotations

import httpx
import pytest

from bellwether.answers import Listing
from bellwether.errors import Busy, ClientError, Unavailable
from bellwether.exchange import Patience, Steps, converse

ASKED = httpx.Request("GET", "http://shop.example/models")
SAID = {
    "type": "about:blank",
    "title": "Too Many Requests",
    "status": 429,
    "detail": "requests must be fewer.",
    "field": None,
    "request_id": "r1",
}


def begun(patience: Patience | None = None) -> Steps[Listing[str]]:
    """A question that was sent."""
    steps = converse(ASKED, Listing[str], patience or Patience(draw=lambda: 0.0), 10.0)
    assert next(steps) is ASKED
    return steps


@pytest.mark.parametrize(
    ("retry_after", "waited"),
    [
        ("3", 3.1),
        ("Mon, 30 Nov 2026 12:00:07 GMT", 7.1),
        ("Mon, 30 Nov 2026 11:59:00 GMT", 0.1),
        ("soon", 0.1),
        ("-5", 0.1),
        ("", 0.1),
    ],
)
def test_a_server_says_how_long_to_wait_in_seconds_or_by_its_own_clock(
    retry_after: str, waited: float
) -> None:
    headers = {"Retry-After": retry_after, "Date": "Mon, 30 Nov 2026 12:00:00 GMT"}
    steps = begun()
    assert steps.send(httpx.Response(429, headers=headers, json=SAID)) == pytest.approx(waited)
    assert next(steps) is ASKED
    body = {"count": 1, "next": None, "previous": None, "results": ["churn"]}
    with pytest.raises(StopIteration) as done:
        steps.send(httpx.Response(200, json=body))
    assert done.value.value.results == ("churn",)


def test_an_instant_without_the_servers_clock_says_nothing() -> None:
    headers = {"Retry-After": "Mon, 30 Nov 2026 12:00:07 GMT"}
    assert begun().send(httpx.Response(429, headers=headers, json=SAID)) == pytest.approx(0.1)


def test_waits_grow_and_end() -> None:
    steps, down = begun(Patience(retries=2, draw=lambda: 1.0)), httpx.Response(503, text="down")
    for wait in (0.2, 0.4):
        assert steps.send(down) == wait
        assert next(steps) is ASKED
    with pytest.raises(Unavailable, match="got 503 Service Unavailable without its reason"):
        steps.send(down)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 500, 502, 301])
def test_what_would_be_refused_again_is_not_asked_again(status: int) -> None:
    with pytest.raises(ClientError) as raised:
        begun().send(httpx.Response(status, json={**SAID, "status": status}))
    assert not raised.value.passing


def test_a_refusal_tells_all_that_the_server_said() -> None:
    said = {**SAID, "field": "features.x", "allowed": ["cancel"]}
    with pytest.raises(Busy) as raised:
        begun(Patience(retries=0)).send(
            httpx.Response(429, headers={"Retry-After": "9"}, json=said)
        )
    error = raised.value
    assert (error.status, error.sentence, error.field) == (
        429,
        "requests must be fewer.",
        "features.x",
    )
    assert (error.request_id, error.retry_after, error.allowed) == ("r1", 9.0, ("cancel",))

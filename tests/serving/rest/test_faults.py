"""An error that nobody foresaw: logged once under its id, answered with every header, reported where asked for."""

from __future__ import annotations

import logging
import sys

import pytest
from tests.serving.shop import Client

from serving.app import make_app
from serving.errors import ServingError
from serving.rest.faults import report_to_sentry
from serving.rest.protection import HEADERS
from serving.settings import DoorSettings


@pytest.fixture
def broken() -> Client:
    """A server with a route that fails."""
    app = make_app(door=DoorSettings())

    def fail() -> None:
        raise RuntimeError("nobody foresaw this")

    app.add_api_route("/fail", fail)
    app.router.routes.insert(0, app.router.routes.pop())
    return Client(app)


def test_an_error_is_logged_once_under_the_id_that_is_answered(
    broken: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        answer = broken.get("/fail")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "nobody foresaw" not in answer.text
    request_id = answer.json()["request_id"]
    assert answer.headers["x-request-id"] == request_id
    errors = [each for each in caplog.records if each.exc_info]
    assert [each.getMessage() for each in errors] == [f"request_id={request_id} failed"]


def test_an_answer_to_an_error_has_the_headers_of_every_answer(broken: Client) -> None:
    answer = broken.get("/fail")
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers.get_list("x-request-id") == [answer.json()["request_id"]]


@pytest.mark.parametrize(("debug", "sent"), [(False, True), (True, False)])
def test_browsers_are_told_to_stay_on_https_unless_debugging(debug: bool, sent: bool) -> None:
    client = Client(make_app(door=DoorSettings(debug=debug)))
    for path in ("/livez", "/docs"):
        assert ("strict-transport-security" in client.get(path).headers) == sent


def test_a_report_that_nothing_can_send_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(ServingError, match=r"sentry-sdk must be installed .* got none"):
        report_to_sentry("https://key@errors.example/1")
    assert DoorSettings.from_env({"SENTRY_DSN": "https://key@errors.example/1"}).sentry_dsn

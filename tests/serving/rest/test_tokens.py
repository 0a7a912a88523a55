"""Logging in over HTTP, and the attacks on it: each is refused, and says nothing that helps."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from sqlalchemy import Engine
from tests.serving.rest.people import HASHED, PASSWORD, SECRET, Person, Shops, open_shops

from commerce.people import users
from commerce.records.actors import SYSTEM, Actor
from commerce.records.work import working
from commerce.shops import close_shop
from serving.access.rates import Rates
from serving.access.secret import Secret
from serving.access.tokens import ACCESS_LIFETIME

ADMIN = {"username": "admin", "password": PASSWORD, "tenant": "acme"}


def pair(shops: Shops, **body: str) -> dict[str, Any]:
    """Log in by name and password."""
    answer = shops.anonymous.post("/api/token/", {**ADMIN, **body})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def with_token(shops: Shops, text: str, scheme: str = "Bearer") -> Person:
    return Person(shops.anonymous.client, {"Authorization": f"{scheme} {text}"})


def status(person: Person, path: str = "/api/customers") -> int:
    return person.get(path).status_code


def test_a_log_in_gives_a_token_by_three_names_and_either_scheme_shows_it(shops: Shops) -> None:
    answer = shops.anonymous.post("/api/token/", ADMIN)
    body = answer.json()
    assert body["token"] == body["access"]
    assert body["refresh"]
    assert body["expires_in"] <= 900
    assert answer.headers["cache-control"] == "no-store"
    assert [status(with_token(shops, body["token"], each)) for each in ("Token", "Bearer")] == [
        200,
        200,
    ]


def test_the_shop_need_not_be_named_where_one_alone_knows_the_name(shops: Shops) -> None:
    with working(shops.engine, shops.tenant("acme"), SYSTEM, now=shops.clock()) as work:
        users.create(work, "ada", HASHED, role="admin")
    login = {"username": "ada", "password": PASSWORD}
    assert shops.anonymous.post("/api/token", login).status_code == 200
    both_know = {"username": "admin", "password": PASSWORD}
    assert shops.anonymous.post("/api/token", both_know).status_code == 401
    named = shops.anonymous.post("/api/token", both_know, headers={"X-Tenant-ID": "other"})
    assert named.status_code == 200


def test_whatever_is_wrong_about_a_log_in_the_refusal_is_the_same(shops: Shops) -> None:
    said = set()
    for wrong in (
        {"password": "wrong horse"},
        {"username": "nobody"},
        {"tenant": "nowhere"},
        {"tenant": "other", "password": "wrong horse"},
    ):
        answer = shops.anonymous.post("/api/token", {**ADMIN, **wrong})
        assert answer.status_code == 401
        said.add(answer.json()["detail"])
    close_shop(shops.engine, SYSTEM, "acme", now=shops.clock())
    said.add(shops.anonymous.post("/api/token", ADMIN).json()["detail"])
    (sentence,) = said
    assert sentence.startswith(
        "username and password must be valid; got a pair that opens nothing."
    )


def test_an_access_token_is_good_for_fifteen_minutes_at_most(shops: Shops) -> None:
    assert ACCESS_LIFETIME.total_seconds() <= 15 * 60
    who = with_token(shops, pair(shops)["access"])
    shops.clock.pass_by(minutes=14, seconds=59)
    assert status(who) == 200
    shops.clock.pass_by(seconds=5)
    refused = who.get("/api/customers")
    assert refused.status_code == 401
    assert refused.json()["detail"].startswith("token must be valid and not expired")
    assert refused.headers["www-authenticate"] == "Bearer"


def part(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def forged(good: str) -> Iterator[tuple[str, str]]:
    """Tokens made of a good one by who does not know the key."""
    head, body, signature = good.split(".")
    claims = jwt.decode(good, options={"verify_signature": False})
    yield "none", f"{part({'alg': 'none', 'typ': 'JWT'})}.{body}."
    yield "None", f"{part({'alg': 'None'})}.{body}.{signature}"
    yield "tampered", f"{head}.{part({**claims, 'sub': '0' * 32})}.{signature}"
    yield "no signature", f"{head}.{body}."
    for name, key in (("empty", b""), ("public", SECRET.encode()), ("issuer", b"bellwether")):
        message = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{body}"
        sign = base64.urlsafe_b64encode(hmac.digest(key, message.encode(), hashlib.sha256))
        yield f"key {name}", f"{message}.{sign.rstrip(b'=').decode()}"
    key = Secret(SECRET).key("access token")
    message = f"{part({'alg': 'HS512', 'typ': 'JWT'})}.{body}"
    sign = base64.urlsafe_b64encode(hmac.digest(key, message.encode(), hashlib.sha512))
    yield "HS512", f"{message}.{sign.rstrip(b'=').decode()}"
    for name, change in (
        ("audience", {"aud": "elsewhere"}),
        ("issuer", {"iss": "elsewhere"}),
        ("type", {"typ": "refresh"}),
        ("shop", {"tid": claims["tid"] + 1}),
        ("login", {"sid": "0" * 32}),
        ("expiry", {"exp": "never"}),
    ):
        yield name, jwt.encode({**claims, **change}, key, algorithm="HS256")
    for missing in ("exp", "aud", "iss", "sub", "sid", "tid"):
        rest = {name: value for name, value in claims.items() if name != missing}
        yield f"without {missing}", jwt.encode(rest, key, algorithm="HS256")
    yield "of another use", jwt.encode(claims, Secret(SECRET).key("csrf"), algorithm="HS256")


def test_a_token_that_we_did_not_sign_so_opens_nothing(shops: Shops) -> None:
    good = pair(shops)["access"]
    assert status(with_token(shops, good)) == 200
    opened = [name for name, text in forged(good) if status(with_token(shops, text)) != 401]
    assert opened == []


def test_nonsense_opens_nothing_and_breaks_nothing(shops: Shops) -> None:
    for text in ("x", "a.b.c", "a.b", "." * 9, "caf\u00e9.x", "x" * 5000, "\u2603.\u2603.\u2603"):
        header = f"Bearer {text}".encode()
        refused = shops.anonymous.get("/api/customers", headers={"Authorization": header})
        assert refused.status_code == 401, text
    basic = shops.anonymous.get("/api/customers", headers={"Authorization": "Basic YTpi"})
    assert basic.status_code == 401


def test_a_refresh_token_is_good_once_and_used_again_ends_the_log_in_for_both(shops: Shops) -> None:
    first = pair(shops)
    refresh = {"refresh": first["refresh"]}
    second = shops.anonymous.post("/api/token/refresh/", refresh).json()
    assert second["refresh"] != first["refresh"]
    assert status(with_token(shops, second["access"])) == 200
    assert shops.anonymous.post("/api/token/refresh", refresh).status_code == 401
    latest = {"refresh": second["refresh"]}
    assert shops.anonymous.post("/api/token/refresh", latest).status_code == 401
    for each in (first, second):
        assert status(with_token(shops, each["access"])) == 401


def test_who_knows_only_the_id_of_a_log_in_cannot_end_it(shops: Shops) -> None:
    tokens = pair(shops)
    login, _, mark = tokens["refresh"].split(".")
    for guess in (f"{login}.guessed", f"{login}.guessed.{mark}", f"{login}.", login):
        answer = shops.anonymous.post("/api/token/refresh", {"refresh": guess})
        assert answer.status_code == 401
    refresh = {"refresh": tokens["refresh"]}
    assert shops.anonymous.post("/api/token/refresh", refresh).status_code == 200


def test_a_refresh_token_ends_in_time_with_its_user_and_is_no_access_token(shops: Shops) -> None:
    tokens = pair(shops, username="buyer")
    assert status(with_token(shops, tokens["refresh"])) == 401
    shops.clock.pass_by(days=14, seconds=1)
    refresh = {"refresh": tokens["refresh"]}
    assert shops.anonymous.post("/api/token/refresh", refresh).status_code == 401
    tokens = pair(shops, username="buyer")
    with working(shops.engine, shops.tenant("acme"), Actor("admin"), now=shops.clock()) as work:
        assert shops.buyer.actor.user_id is not None
        users.deactivate(work, shops.buyer.actor.user_id)
    refresh = {"refresh": tokens["refresh"]}
    assert shops.anonymous.post("/api/token/refresh", refresh).status_code == 401


def test_what_was_verified_is_remembered_for_seconds_and_no_longer(shops: Shops) -> None:
    who = with_token(shops, pair(shops, username="buyer")["access"])
    assert status(who) == 200
    with working(shops.engine, shops.tenant("acme"), Actor("admin"), now=shops.clock()) as work:
        assert shops.buyer.actor.user_id is not None
        users.deactivate(work, shops.buyer.actor.user_id)  # by another process
    shops.clock.pass_by(seconds=3.1)
    assert status(who) == 401


def test_who_logs_out_is_out_at_once(shops: Shops) -> None:
    tokens = pair(shops)
    who = with_token(shops, tokens["access"])
    assert status(who) == 200
    assert who.post("/api/logout/").status_code == 204
    assert status(who) == 401
    tokens = pair(shops)
    who = with_token(shops, tokens["access"])
    revoked = shops.anonymous.post("/api/token/revoke", {"refresh": tokens["refresh"]})
    assert (revoked.status_code, status(who)) == (204, 401)


def test_a_changed_password_logs_out_everywhere(shops: Shops) -> None:
    who = with_token(shops, pair(shops, username="buyer")["access"])
    path = f"/api/users/{shops.buyer.actor.user_id}/password"
    body = {"password": "battery staple", "current": "wrong horse"}
    assert who.post(path, body).status_code == 401
    assert who.post(path, {**body, "current": PASSWORD}).status_code == 204
    assert status(who) == 401
    pair(shops, username="buyer", password="battery staple")
    with pytest.raises(AssertionError):
        pair(shops, username="buyer")


def test_wrong_passwords_lock_a_name_for_a_while_right_ones_too(engine: Engine) -> None:
    shops = open_shops(engine, rates=Rates(wrong_by_name="3/minute"))
    wrong = {**ADMIN, "password": "wrong horse"}
    assert [shops.anonymous.post("/api/token", wrong).status_code for _ in range(3)] == [401] * 3
    for body in (wrong, ADMIN, {**ADMIN, "username": " ADMIN "}):
        locked = shops.anonymous.post("/api/token", body)
        assert locked.status_code == 429
        assert 1 <= int(locked.headers["retry-after"]) <= 60
    pair(shops, username="seller")
    shops.close()


def test_one_address_does_not_try_many_names(engine: Engine) -> None:
    shops = open_shops(engine, rates=Rates(wrong_by_address="5/minute"))
    tried = [
        shops.anonymous.post("/api/token", {"username": f"n{place}", "password": "x"}).status_code
        for place in range(7)
    ]
    assert tried == [401] * 5 + [429] * 2
    shops.close()


def test_who_is_a_customer_alone_cannot_log_in(shops: Shops) -> None:
    made = {"full_name": "Jane Doe", "email": "jane@example.com", "phone": "+123456789"}
    assert shops.admin.post("/api/customers/", made).status_code == 201
    for password in (PASSWORD, "", "+123456789"):
        for name in ("jane@example.com", "Jane Doe"):
            login = {"username": name, "password": password, "tenant": "acme"}
            assert shops.anonymous.post("/api/token", login).status_code == 401


def test_requests_are_counted_by_credential_and_by_shop(engine: Engine) -> None:
    shops = open_shops(engine, rates=Rates(credential="3/minute", tenant="5/minute"))
    assert [status(shops.admin) for _ in range(4)] == [200, 200, 200, 429]
    assert [status(shops.buyer) for _ in range(2)] == [200, 200]
    limited = shops.buyer.get("/api/customers")
    assert limited.status_code == 429
    assert int(limited.headers["retry-after"]) >= 1
    assert "by tenant" in limited.json()["detail"]
    assert status(shops.of("other")["admin"]) == 200
    shops.close()


def test_a_cookie_is_for_pages_alone_and_proves_no_change(shops: Shops) -> None:
    begun = shops.anonymous.post("/api/session", ADMIN)
    cookie = begun.headers["set-cookie"]
    assert all(word in cookie.lower() for word in ("httponly", "samesite=lax", "secure", "path=/"))
    session = {"Cookie": cookie.partition(";")[0]}
    assert shops.anonymous.get("/api/customers", headers=session).status_code == 200
    jane = {"full_name": "Jane"}
    for token in (None, "", "x", "caf\u00e9", begun.json()["csrf_token"][:-1] + "x"):
        more = {} if token is None else {"X-CSRF-Token": token.encode()}
        refused = shops.anonymous.post("/api/customers", jane, headers={**session, **more})
        assert refused.status_code == 403, token
    good = {**session, "X-CSRF-Token": begun.json()["csrf_token"]}
    assert shops.anonymous.post("/api/customers", jane, headers=good).status_code == 201
    who = shops.anonymous.get("/api/session", headers=session).json()
    assert (who["role"], who["tenant"]) == ("admin", "acme")
    assert who["csrf_token"] == begun.json()["csrf_token"]
    assert shops.anonymous.delete("/api/session", headers=good).status_code == 204
    assert shops.anonymous.get("/api/customers", headers=session).status_code == 401

"""Mail: to the console or by SMTP, again where it failed, and each letter once."""

import email
import email.policy
import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import Engine, select
from tests.commerce.shop import NOW, Shop, make_shop

from commerce.catalogue import brands
from commerce.notifications.inbox import notifier
from commerce.notifications.mail import Console, Letter, Smtp, Transport, transport_of
from commerce.people import customers, users
from commerce.people.passwords import PasswordHash
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import RecordError
from commerce.records.outbox import Drained, Undelivered, drain

LETTER = Letter("7f", "ada@example.org", "Order 1\nBcc: x@example.org", "We got it.")


@dataclass
class MailServer:
    """A server that speaks as much SMTP as a letter takes, and refuses the first few recipients."""

    refusals: int = 0
    port: int = 0
    received: list[tuple[str, EmailMessage]] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # closed: the test is over
                return
            with connection, connection.makefile("rwb") as stream:
                self._talk(stream)

    def _talk(self, stream: io.BufferedRWPair) -> None:
        def say(text: str) -> None:
            stream.write(text.encode() + b"\r\n")
            stream.flush()

        say("220 here")
        recipient = ""
        while line := stream.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT" and self.refusals:
                self.refusals -= 1
                say("450 later")
            elif verb == "RCPT":
                recipient = line.partition("<")[2].rstrip(">")
                say("250 fine")
            elif verb == "DATA":
                say("354 go on")
                lines = []
                while (part := stream.readline()) != b".\r\n":
                    lines.append(part)
                message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                self.received.append((recipient, message))
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 fine")


@contextmanager
def mail_server(refusals: int = 0) -> Iterator[MailServer]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = MailServer(refusals, listener.getsockname()[1])
        thread = threading.Thread(target=server.serve, args=(listener,))
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def a_shop_with_mail(engine: Engine) -> tuple[Shop, Actor]:
    shop = make_shop(engine)
    with shop.work(SYSTEM) as work:
        ada = customers.register(work, email="ada@example.org")
        actor = users.create(work, "ada", PasswordHash("x"), role="admin", email="root@example.org")
    with shop.work(Actor("admin")) as work:
        brands.request(work, "Tick")  # tells the staff: one letter
    return shop, Actor("admin", actor, ada)


def drained(shop: Shop, transport: Transport, minutes: int = 0) -> Drained:
    return drain(
        shop.engine, shop.tenant, notifier(transport), now=NOW + timedelta(minutes=minutes)
    )


def test_a_letter_by_smtp_says_what_it_is_and_hides_no_header_in_its_title() -> None:
    with mail_server() as server:
        Smtp("shop@example.org", "127.0.0.1", server.port)(LETTER)
    ((recipient, message),) = server.received
    assert recipient == "ada@example.org"
    assert message["Subject"] == "Order 1 Bcc: x@example.org"
    assert message["Bcc"] is None
    assert message["From"] == "shop@example.org"
    assert message["Message-ID"] == "<7f@bellwether>"
    assert message.get_content().strip() == "We got it."


def test_the_console_shows_letters() -> None:
    out = io.StringIO()
    transport_of("console:", "shop@example.org", out)(LETTER)
    assert "to ada@example.org: Order 1" in out.getvalue()
    assert isinstance(transport_of("console:", "", out), Console)


@pytest.mark.parametrize(
    ("url", "host", "port", "encrypted", "username"),
    [
        ("smtp://relay.example", "relay.example", 25, False, None),
        ("smtp://shop:p%40ss@mail.example", "mail.example", 587, False, "shop"),
        ("smtps://shop:p%40ss@mail.example:4465", "mail.example", 4465, True, "shop"),
    ],
)
def test_an_address_chooses_server_and_encryption(
    url: str, host: str, port: int, encrypted: bool, username: str | None
) -> None:
    chosen = transport_of(url, "shop@example.org", io.StringIO())
    assert isinstance(chosen, Smtp)
    assert (chosen.host, chosen.port, chosen.encrypted, chosen.username) == (
        host,
        port,
        encrypted,
        username,
    )
    assert chosen.password == (None if username is None else "p@ss")
    assert "p@ss" not in repr(chosen)


@pytest.mark.parametrize("url", ["", "mail.example", "http://u:secret@mail.example", "smtp://"])
def test_what_is_no_address_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(RecordError, match="mail address must be") as refused:
        transport_of(url, "shop@example.org", io.StringIO())
    assert "secret" not in str(refused.value)


def test_a_password_is_never_sent_in_clear() -> None:
    with mail_server() as server:  # offers no STARTTLS
        transport = Smtp("s@example.org", "127.0.0.1", server.port, username="shop", password="p")
        with pytest.raises(Undelivered, match="SMTPNotSupportedError"):
            transport(LETTER)
    assert server.received == []


def test_mail_that_failed_is_sent_once_later(any_engine: Engine) -> None:
    shop, root = a_shop_with_mail(any_engine)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    assert drained(shop, Smtp("s@example.org", "127.0.0.1", port)).put_off == 1
    with mail_server(refusals=1) as server:
        transport = Smtp("s@example.org", "127.0.0.1", server.port)
        assert drained(shop, transport).put_off == 0  # not yet
        assert drained(shop, transport, 1).put_off == 1
        assert drained(shop, transport, 2) == Drained()
        assert drained(shop, transport, 3) == Drained(published=1)
        assert drained(shop, transport, 60) == Drained()
    assert [each[0] for each in server.received] == ["root@example.org"]
    with shop.look() as work:
        row = work.connection.execute(select(schema.notification)).one()
        assert (row.recipient_id, row.mailed_at) == (root.user_id, NOW + timedelta(minutes=3))


def test_a_letter_that_went_out_is_not_sent_again_with_one_that_did_not(
    any_engine: Engine,
) -> None:
    shop, _ = a_shop_with_mail(any_engine)
    with shop.work(SYSTEM) as work:
        users.create(work, "bob", PasswordHash("x"), role="admin", email="bob@example.org")
    sent: list[str] = []

    def picky(letter: Letter) -> None:
        if letter.to.startswith("bob") and "bob refused" not in sent:
            sent.append("bob refused")
            raise Undelivered("no")
        sent.append(letter.to)

    assert drained(shop, picky).put_off == 1
    assert drained(shop, picky, 1).published == 1
    assert sorted(sent) == ["bob refused", "bob@example.org", "root@example.org"]


def test_who_has_no_address_is_told_in_the_shop_only(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    with shop.work(SYSTEM) as work:
        users.create(work, "root", PasswordHash("x"), role="admin")
    with shop.work(Actor("admin")) as work:
        brands.request(work, "Tick")

    def never(letter: Letter) -> None:
        raise AssertionError(letter)

    assert drained(shop, never).published == 1
    with shop.look() as work:
        assert work.connection.execute(select(schema.notification)).one().mailed_at is None

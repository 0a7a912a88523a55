"""Mail: a letter goes out through a transport, to the console or by SMTP.

A letter carries the id of its notification as Message-ID, so that one sent twice (a worker died between sending
and writing down that it did) can be told from two.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import NamedTuple, TextIO
from urllib.parse import unquote, urlsplit

from commerce.records.errors import RecordError
from commerce.records.outbox import Undelivered


class Letter(NamedTuple):
    """What is mailed: to one address, under an id of its own."""

    id: str
    to: str
    subject: str
    body: str


Transport = Callable[[Letter], None]
"""Takes a letter, or raises `commerce.records.outbox.Undelivered`."""


@dataclass(frozen=True)
class Console:
    """Writes letters down instead of sending them."""

    out: TextIO

    def __call__(self, letter: Letter) -> None:
        """Write a letter."""
        self.out.write(f"to {letter.to}: {letter.subject}\n  {letter.body}\n")


@dataclass(frozen=True)
class Smtp:
    """Sends letters by SMTP, a connection each.

    Attributes
    ----------
    encrypted : bool
        TLS from the first byte; without it, STARTTLS before a password is sent.
    timeout : float
        Seconds.
    """

    sender: str
    host: str
    port: int
    encrypted: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 20.0

    def __call__(self, letter: Letter) -> None:
        """Send a letter.

        Raises
        ------
        Undelivered
            "mail server must take the letter; got ..."
        """
        message = EmailMessage()
        message["From"], message["To"] = self.sender, letter.to
        message["Subject"] = " ".join(letter.subject.split())
        message["Message-ID"] = f"<{letter.id}@bellwether>"
        message.set_content(letter.body)
        connect = smtplib.SMTP_SSL if self.encrypted else smtplib.SMTP
        try:
            with connect(self.host, self.port, timeout=self.timeout) as server:
                if self.username is not None:
                    if not self.encrypted:
                        server.starttls()
                    server.login(self.username, self.password or "")
                server.send_message(message, self.sender, [letter.to])
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered(
                f"mail server must take the letter; got {type(error).__name__} from {self.host}."
                " It is tried again later."
            ) from error


def transport_of(url: str, sender: str, out: TextIO) -> Transport:
    """Choose a transport by its address.

    Parameters
    ----------
    url : str
        ``console:``, ``smtp://[user:password@]host[:port]`` or ``smtps://...``.
    sender : str
        Address that letters come from.
    out : TextIO
        Where the console is.

    Raises
    ------
    RecordError
        "mail address must be console:, smtp://host or smtps://host; got ..." (without a password)

    Examples
    --------
    >>> transport_of("smtp://relay.example.org", "shop@example.org", None).port
    25
    >>> transport_of("smtps://shop:secret@mail.example.org", "shop@example.org", None)
    Smtp(sender='shop@example.org', host='mail.example.org', port=465, encrypted=True, username='shop', timeout=20.0)
    """
    parts = urlsplit(url)
    if parts.scheme == "console":
        return Console(out)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise RecordError(
            f"mail address must be console:, smtp://host or smtps://host; got {parts.scheme!r}."
            " Correct MAIL_URL."
        )
    encrypted = parts.scheme == "smtps"
    return Smtp(
        sender,
        parts.hostname,
        parts.port or (465 if encrypted else 587 if parts.username else 25),
        encrypted,
        None if parts.username is None else unquote(parts.username),
        None if parts.password is None else unquote(parts.password),
    )

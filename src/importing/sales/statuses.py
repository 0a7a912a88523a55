"""The words in which shops say what became of an order, and what each means here."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from importing.errors import SourceError
from tabular.errors import Refused

State = Literal["paid", "completed", "open", "cancelled", "failed", "returned"]
STATES: tuple[State, ...] = get_args(State)
CAPTURED: frozenset[State] = frozenset({"paid", "completed", "returned"})
"""States of lines whose money arrived."""

_WORDS: Mapping[State, tuple[str, ...]] = {
    "paid": (
        "paid, captured, settled, success, succeeded, successful, shipped, sent, dispatched, in transit, ok",
        "payment received, payment accepted, processing, in process, in progress, being prepared, out for delivery",
        "awaiting shipment, awaiting fulfillment, awaiting fulfilment, ready to ship, partially shipped",
        "bezahlt, in bearbeitung, versendet, versandt, verschickt, payé, payée, en cours, expédié, expédiée",
        "pagado, pagada, en proceso, enviado, enviada, pago, paga, em processamento",
        "pagato, pagata, in lavorazione, spedito, spedita, inviato, inviata",
        "komplett bezahlt, zahlung eingegangen, paiement accepté, pago aceptado, pagamento accettato",
        "betaald, betaling aanvaard, in behandeling, verzonden, opłacone, zapłacone, w realizacji, wysłane",
    ),
    "completed": (
        "completed, complete, delivered, fulfilled, closed, done, finished, received, resolved",
        "shipped delivered to buyer, shipped picked up",
        "abgeschlossen, komplett abgeschlossen, erledigt, geliefert, zugestellt, terminé, terminée, livré, livrée",
        "completado, completada, entregado, entregada, concluído, concluída, entregue",
        "completato, completata, consegnato, consegnata, voltooid, afgerond, bezorgd, geleverd",
        "zrealizowane, zakończone, dostarczone",
    ),
    "open": (
        "open, pending, new, placed, created, unpaid, on hold, awaiting payment, pending payment, payment pending",
        "authorized, authorised, requires capture, requires action, payment review, invoiced, approved, confirmed",
        "offen, ausstehend, unbezahlt, in wartestellung, zahlung ausstehend, en attente",
        "pendiente, en espera, pendente, aguardando pagamento, aguardando, in attesa, in sospeso",
        "in de wacht, in afwachting, wachtend op betaling, oczekujące, nieopłacone, wstrzymane",
    ),
    "cancelled": (
        "cancelled, canceled, voided, void, abandoned, unavailable, expired",
        "storniert, abgebrochen, annulliert, annulé, annulée, cancelado, cancelada, anulado, anulada",
        "annullato, annullata, cancellato, cancellata, geannuleerd, anulowane, anulowano",
    ),
    "failed": (
        "failed, failure, declined, payment failed, payment error, refused, denied, error",
        "fehlgeschlagen, abgelehnt, échoué, échouée, refusé, refusée, fallido, fallida, rechazado, rechazada",
        "falhou, malsucedido, recusado, recusada, fallito, fallita, rifiutato, mislukt, geweigerd, nieudane, odrzucone",
    ),
    "returned": (
        "returned, refunded, refund, return, reversed, sent back",
        "erstattet, zurückerstattet, retourniert, zurückgesendet, remboursé, remboursée, retourné",
        "reembolsado, reembolsada, devuelto, devuelta, devolvido, devolvida, rimborsato, rimborsata, reso",
        "terugbetaald, geretourneerd, zwrócone, zwrócono",
    ),
}
_PREFIXES = ("order ", "wc ")
"""What shops put in front of a word of theirs."""


def plain_word(text: str) -> str:
    """Write a word without case, accents and signs.

    Examples
    --------
    >>> plain_word("Shipped - Delivered to Buyer"), plain_word("wc-completed"), plain_word("Annulée")
    ('shipped delivered to buyer', 'completed', 'annulee')
    """
    bare = "".join(
        sign
        for sign in unicodedata.normalize("NFKD", text.lower())
        if not unicodedata.combining(sign)
    )
    word = re.sub(r"[\W_]+", " ", bare).strip()
    for prefix in _PREFIXES:
        word = word.removeprefix(prefix)
    return word


STATUS_WORDS: Mapping[str, State] = {
    plain_word(word): state
    for state, lines in _WORDS.items()
    for line in lines
    for word in line.split(", ")
}
"""Known words as `plain_word` writes them: of Shopify, WooCommerce, Magento, Amazon, eBay and Etsy, and of German,
French, Spanish, Portuguese, Italian, Dutch and Polish shops. ``paid``: paid in full when placed; ``completed``: that,
and final; ``open``: placed and not paid yet; ``cancelled``: placed and called off; ``failed``: placed, not paid;
``returned``: paid, sent back and refunded. A blank cell is ``paid``. When each end of an order counts is said in
`importing.sales.order`. What says a part (partially refunded) or a quarrel (disputed) means none of them."""


class StatusReader:
    """Reads cells that say what became of an order.

    Parameters
    ----------
    own : mapping of str to State
        Words of this shop, as `plain_word` writes them; they win.

    Examples
    --------
    >>> read = StatusReader({"wartet auf abholung": "paid"})
    >>> read("Delivered"), read("on-hold"), read(""), read("Canceled"), read("Wartet auf Abholung")
    ('completed', 'open', 'paid', 'cancelled', 'paid')
    """

    def __init__(self, own: Mapping[str, State] | None = None) -> None:
        self._words: dict[str, State] = {**STATUS_WORDS, **(own or {}), "": "paid"}
        self._read: dict[str, State] = {}

    def __call__(self, text: str) -> State:
        """Read a cell.

        Raises
        ------
        Refused
            "status must be a known word; got ..."
        """
        state = self._read.get(text)
        if state is None:
            state = self._words.get(plain_word(text))
            if state is None:
                raise Refused(
                    "unknown status",
                    f"status must be a known word; got {text!r}. Say what it means with --status-map.",
                    "words of this shop? --status-map FILE",
                    is_word=True,
                )
            self._read[text] = state
        return state


def read_status_map(path: Path) -> dict[str, State]:
    """Read what words of status mean in one shop: a CSV of word and meaning, with or without a header.

    Raises
    ------
    SourceError
        "--status-map must hold a word and its meaning in every line; got ..."
    """
    found: dict[str, State] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for place, row in enumerate(csv.reader(file)):
            cells = [cell.strip() for cell in row]
            if not any(cells) or (place == 0 and cells[:2] == ["word", "meaning"]):
                continue
            state = next(
                (one for one in STATES if [one] == [cell.lower() for cell in cells[1:]]), None
            )
            if state is None:
                raise SourceError(
                    f"--status-map must hold a word and its meaning in every line; got {','.join(row)!r} in"
                    f" {path.name}. Meanings: {', '.join(STATES)}."
                )
            found[plain_word(cells[0])] = state
    return found

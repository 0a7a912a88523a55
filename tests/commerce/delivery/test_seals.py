"""PINs, tokens and their pictures."""

import re
from itertools import chain

import numpy as np
import segno
import zxingcpp

from commerce.delivery.seals import draw_proof
from commerce.instants import to_micros


def test_no_two_proofs_are_alike_and_none_is_kept_as_it_is() -> None:
    drawn = [draw_proof(7) for _ in range(20)]
    assert len({proof.token for proof, _ in drawn}) == 20
    for proof, columns in drawn:
        assert re.fullmatch(r"\d{6}", proof.pin)
        assert re.fullmatch(r"[A-Za-z0-9_-]{22}", proof.token)
        assert to_micros(proof.expires_at) == columns["proof_expires_at"] == 7
        kept = " ".join(map(str, chain(columns.values(), [proof])))
        assert proof.pin not in kept.replace(columns["token_hash"], "")
        assert proof.token not in kept
        assert columns["pin_hash"].startswith("$argon2id$")


def test_a_qr_code_is_read_as_the_token() -> None:
    for _ in range(20):
        token = draw_proof(7)[0].token
        modules = segno.make_qr(token, error="m").matrix_iter(scale=4, border=4)
        picture = np.array([[0 if dark else 255 for dark in row] for row in modules], np.uint8)
        (code,) = zxingcpp.read_barcodes(picture)
        assert code.text == token

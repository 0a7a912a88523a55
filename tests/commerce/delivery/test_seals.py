"""PINs, tokens and their pictures."""

import io
import re
from itertools import chain

import numpy as np
import zxingcpp
from matplotlib.image import imread

from commerce.delivery.proof import draw_proof, draw_qr_code
from commerce.records.instants import HOUR, to_micros


def test_no_two_proofs_are_alike_and_none_is_kept_as_it_is() -> None:
    drawn = [draw_proof(7, hours=1) for _ in range(20)]
    assert len({proof.token for proof, _ in drawn}) == 20
    for proof, columns in drawn:
        assert re.fullmatch(r"\d{6}", proof.pin)
        assert re.fullmatch(r"[A-Za-z0-9_-]{22}", proof.token)
        assert to_micros(proof.expires_at) == columns["proof_expires_at"] == 7 + HOUR
        kept = " ".join(map(str, chain(columns.values(), [proof])))
        assert proof.pin not in kept.replace(columns["token_hash"], "")
        assert proof.token not in kept
        assert columns["pin_hash"].startswith("$argon2id$")


def seen(picture: bytes) -> np.ndarray:
    """A PNG as a camera sees it: rows of grey, 0 to 255."""
    return (imread(io.BytesIO(picture), format="png") * 255).astype(np.uint8)


def test_a_qr_code_is_read_as_the_token() -> None:
    for _ in range(20):
        token = draw_proof(7, hours=1)[0].token
        (code,) = zxingcpp.read_barcodes(seen(draw_qr_code(token, "png")))
        assert (code.text, code.format) == (token, zxingcpp.BarcodeFormat.QRCode)


def test_a_qr_code_can_be_drawn_in_lines_as_large_as_in_dots() -> None:
    token = draw_proof(7, hours=1)[0].token
    drawing = draw_qr_code(token).decode()
    width = re.search(r'width="(\d+)"', drawing)
    assert width is not None
    assert seen(draw_qr_code(token, "png")).shape == (int(width[1]), int(width[1]))
    assert token not in drawing

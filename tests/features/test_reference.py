"""The page of the features says what the catalogue declares."""

from pathlib import Path

from features.catalogue import CATALOGUE
from features.reference import page

PAGE = Path(__file__).parents[2] / "docs" / "features.md"


def test_the_page_is_the_catalogues_own() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(CATALOGUE), (
        "docs/features.md must be what the catalogue declares; type `bellwether features docs`"
    )
    for name in CATALOGUE.names:
        assert written.count(f"| `{name}` |") == 1

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from workbench.runs.files import write_json
from workbench.runs.page import write_page

REQUEST = {"label": "30 review churn", "tenant": "demo", "model": "churn", "run_id": "20260101T-x"}
FAILURE = {"ending": "cell_raised", "sentence": "cell 3 of 8 raised <b>ValueError</b>"}


OUTPUTS: list[dict[str, object]] = [
    {"output_type": "stream", "name": "stdout", "text": "churn of the quarter\n"},
    {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo="}},
    {
        "output_type": "display_data",
        "metadata": {},
        "data": {"application/javascript": "fetch('https://evil.example')"},
    },
    {
        "output_type": "display_data",
        "metadata": {},
        "data": {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "w"},
    },
]


def code(source: str, outputs: list[dict[str, object]], tags: list[str]) -> dict[str, object]:
    return {
        "cell_type": "code",
        "id": f"c{len(source)}",
        "metadata": {"tags": tags},
        "source": source,
        "outputs": outputs,
        "execution_count": 1,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An executed notebook with everything that likes to reach for the network."""
    heading = "# Will they leave?\nWhat the *champion* says, $x^2$."
    cells = [
        {"cell_type": "markdown", "id": "m", "metadata": {}, "source": heading},
        code("secret_code = 1", OUTPUTS[:1], ["parameters"]),
        code("plot(secret_code)", OUTPUTS, []),
    ]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "executed.ipynb").write_text(json.dumps(content))
    write_json(
        tmp_path / "result.json",
        {
            "headline": "3,370 customers reviewed",
            "decision": "champion demo.churn/1 stays",
            "as_of_text": "2026-01-01 00:00 Europe/Berlin",
            "data_hash": "ab" * 16,
        },
    )
    return tmp_path


def test_a_page_opens_with_the_decision_and_its_origin(folder: Path) -> None:
    html = write_page(folder, REQUEST, None).read_text()
    assert "<title>Will they leave?</title>" in html
    assert html.count("Will they leave?") == 2
    top, _, below = html.partition("<main>")
    for origin in ("champion demo.churn/1 stays", "2026-01-01", "20260101T-x", "abababab"):
        assert origin in top
    assert "churn of the quarter" in below
    assert "data:image/png;base64" in below


def test_a_page_shows_managers_no_code(folder: Path) -> None:
    html = write_page(folder, REQUEST, None).read_text()
    assert "secret_code" not in html
    assert html.count("churn of the quarter") == 1


def test_a_page_needs_no_network_and_runs_no_script(folder: Path) -> None:
    html = write_page(folder, REQUEST, None).read_text()
    assert "<script" not in html.lower()
    assert "javascript" not in html.lower()
    assert not re.search(r"https?://", html)
    assert "default-src 'none'" in html


def test_the_page_of_a_failure_shows_code_and_sentence(folder: Path) -> None:
    html = write_page(folder, REQUEST, FAILURE).read_text()
    assert "cell 3 of 8 raised &lt;b&gt;ValueError&lt;/b&gt;" in html
    assert "plot" in html
    assert "champion demo.churn/1 stays" not in html

"""`bellwether load-test`: a server that listens is asked, and what came back is told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.bellwether.asking import listening, open_app
from tests.ports import free_port

from workbench.cli import group
from workbench.cli.load_tests import told
from workbench.cli.refusals import refusal


@pytest.fixture(scope="module")
def url(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the shop acme is open to this machine."""
    home = tmp_path_factory.mktemp("loaded")
    with open_app(migrated_file, home) as app, listening(app) as url:
        yield url


def load_test(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(group, ["load-test", *arguments], input=given)


def test_answers_their_times_and_refusals_are_told(url: str) -> None:
    options = ("--tenant", "acme", "--seconds", "0.3", "--connections", "2")
    result = load_test(url, *options, "--customers", "-", given="17850\n\n12346\nnobody\n")
    assert result.exit_code == 0, result.output
    first, answers, times, head, *rows = result.output.splitlines()
    assert first.startswith(f"  churn asked at {url}, 2 at a time, for 0.")
    assert re.fullmatch(r"  [\d,]+ answers, [\d,]+ a second", answers)
    assert re.fullmatch(r"  p50 [\d.]+ ms, p99 [\d.]+ ms", times)
    assert head.split() == ["status", "times", "in", "the", "server's", "words"]
    assert [row.split()[0] for row in rows[:2]] == ["200", "404"]
    assert "'nobody'" in rows[1]


def test_the_shops_numbers_are_asked_about_and_values_likewise(url: str) -> None:
    options = ("--tenant", "acme", "--seconds", "0.1", "--json")
    by_number = json.loads(load_test(url, *options, "--count", "2").output)
    assert list(by_number["statuses"]) == ["200"]
    assert by_number["answers"] == by_number["statuses"]["200"]
    assert 0 < by_number["p50_ms"] <= by_number["p99_ms"]
    by_values = load_test(url, *options, "--features", '{"orders_90d": 2}', "--model", "credit")
    assert list(json.loads(by_values.output)["statuses"]) == ["200"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--customers", "-", "--features", "{}"), "--features must not come with --customers"),
        (("--customers", "-"), "must hold ids, one a line; got none"),
        (("--features", "{"), "--features must be JSON; got "),
        (("--features", "[1]"), "--features must be an object of values by name; got another"),
        (
            ("--model", "chrun"),
            "path must exist; got '/predict/chrun'. Did you mean /predict/churn",
        ),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(
    url: str, options: tuple[str, ...], says: str
) -> None:
    result = load_test(url, "--tenant", "acme", *options)
    assert result.exit_code == 2
    assert says in result.output
    assert len(result.output.splitlines()) == 1


def test_a_key_that_opens_nothing_is_not_shown(url: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("bw_secret.text\n", encoding="utf-8")
    result = load_test(url, "--tenant", "acme", "--key-file", str(tmp_path / "key"))
    assert result.exit_code == 2
    assert "secret" not in result.output


def test_no_server_is_one_sentence() -> None:
    result = load_test(f"http://127.0.0.1:{free_port()}")
    assert result.exit_code == 2
    assert "server must be reachable; got no answer from" in result.output


def test_a_command_that_is_the_limit_itself_says_so() -> None:
    from collections import Counter

    from bellwether.load_test import Load

    load = Load(
        seconds=2.0,
        milliseconds=(1.0, 3.0),
        statuses=Counter({"200": 2, "429": 5}),
        sentences={"429": "requests must be fewer."},
        own_share=0.95,
    )
    assert told(load).splitlines() == [
        "  2 answers, 1 a second",
        "  p50 1.0 ms, p99 3.0 ms",
        "  status  times  in the server's words",
        "  200         2",
        "  429         5  requests must be fewer.",
        "  This command worked 95% of the time: it may be the limit itself, not the server.",
    ]


def test_a_library_that_is_missing_is_named_with_its_extra() -> None:
    sentence = str(refusal(ModuleNotFoundError("no httpx", name="httpx")))
    assert sentence.endswith("Install them: pip install 'bellwether[client]'.")

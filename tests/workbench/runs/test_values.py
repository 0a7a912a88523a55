from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workbench.errors import ParameterError
from workbench.runs.values import KINDS, Kind, check_value, parse_text

SAMPLES = {
    "str": "01234",
    "int": "-7",
    "float": "1e-3",
    "bool": "true",
    "date": "2026-01-31",
    "datetime": "2026-01-31T12:00:00+01:00",
    "list[str]": "churn,credit",
}
WRONG = {
    "int": ["notanumber", "1.5", "1e3", "01234", "1_000", "", "true", " 7"],
    "float": ["notanumber", "nan", "inf", "1,5", "", "1e999"],
    "bool": ["True", "yes", "1", "no", ""],
    "date": ["2026-13-01", "01/02/2026", "2026-02-30", "2026-01-31T12:00", "today", ""],
    "datetime": ["2026-13-01", "yesterday", "2026-W01", ""],
    "list[str]": ["a,,b", '["a", 1]', '["a"', ",a"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_reads_its_own_text(kind: str) -> None:
    value = parse_text("x", SAMPLES[kind], Kind(name=kind))
    assert check_value("x", value, Kind(name=kind)) == value


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in WRONG.items() for text in texts]
)
def test_text_of_the_wrong_type_is_refused_with_a_sentence(kind: str, text: str) -> None:
    with pytest.raises(ParameterError, match=r"^parameter 'x' must be .+; got .+\. Write "):
        parse_text("x", text, Kind(name=kind))


@given(st.text())
def test_text_is_taken_as_it_stands(text: str) -> None:
    assume("://" not in text and "=" not in text)
    assert parse_text("x", text, Kind(name="str")) == text


@given(st.integers())
def test_every_whole_number_is_read_back(number: int) -> None:
    assert parse_text("x", str(number), Kind(name="int")) == number


def test_an_empty_text_is_none_only_where_none_is_allowed() -> None:
    assert parse_text("x", "", Kind(name="int", optional=True)) is None
    assert parse_text("x", "", Kind(name="str")) == ""
    with pytest.raises(ParameterError):
        parse_text("x", "", Kind(name="int"))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "int"),
        (True, "float"),
        (1, "bool"),
        (1, "str"),
        ("a", "list[str]"),
        ([1], "list[str]"),
    ],
)
def test_a_python_value_of_another_type_is_refused(value: object, kind: str) -> None:
    with pytest.raises(ParameterError, match="must be"):
        check_value("x", value, Kind(name=kind))


def test_a_date_is_no_instant_but_an_instant_may_be_a_date() -> None:
    with pytest.raises(ParameterError):
        check_value("x", datetime(2026, 1, 1), Kind(name="date"))
    assert check_value("x", date(2026, 1, 1), Kind(name="datetime")) == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", "x"),
        ("db_password", "x"),
        ("api_key", "x"),
        ("apikey", "x"),
        ("TOKEN", "x"),
        ("source", "postgresql://shop:hunter2@db/shop"),
        ("source", "host=db password=hunter2"),
        ("source", "https://shop.example/?token=hunter2"),
    ],
)
def test_a_secret_is_refused_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(ParameterError, match="must not carry a secret") as refusal:
        parse_text(name, value, Kind(name="str"))
    assert "hunter2" not in str(refusal.value)


def test_a_secret_inside_a_list_is_refused() -> None:
    with pytest.raises(ParameterError, match="must not carry a secret"):
        check_value("sources", ["a", "mysql://u:p@h/d"], Kind(name="list[str]"))


@pytest.mark.parametrize("name", ["max_tokens", "secretary", "keyboard", "passwords_seen_365d"])
def test_a_name_that_only_sounds_like_a_secret_passes(name: str) -> None:
    assert parse_text(name, "x", Kind(name="str")) == "x"

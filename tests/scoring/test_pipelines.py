"""What a pipeline reads is checked by its signature, and no file of one runs anything while it is read."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pipelines import FIELDS, ROW, STRANGE, chance, dumped, fit, payments, pipeline_package

from scoring.errors import InvalidField, InvalidPackage, PipelineMismatch, UntrustedPipeline
from scoring.files import read_any
from scoring.pipeline_files import load_pipeline, may_be_trusted, probabilities, untrusted_types
from scoring.pipelines import AS_IT_IS, PipelinePackage, check_libraries
from scoring.published import publish


def test_a_published_pipeline_is_read_again_to_the_byte(tmp_path: Path) -> None:
    package = pipeline_package()
    found = read_any(publish(package, tmp_path))
    assert isinstance(found, PipelinePackage)
    assert vars(found) == vars(package)


def test_a_row_is_read_by_the_signature() -> None:
    package = pipeline_package()
    assert package.read_row({**ROW, "hour": 3.0, "amount": 7}) == ((3, 7.0, "DE", False), ())
    sent = {name: value for name, value in ROW.items() if name != "amount"}
    assert package.read_row(sent) == ((3, None, "DE", False), ("amount",))
    assert package.read_row({**ROW, "amount": None}) == ((3, None, "DE", False), ())


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"hour": None}, "hour must be a whole number, never null; got None"),
        ({"hour": 3.5}, "hour must be a whole number; got 3.5"),
        ({"hour": True}, "hour must be a whole number; got True"),
        ({"hour": "3"}, "hour must be a whole number; got '3'. Send it without quotes."),
        ({"amount": math.nan}, "amount must be finite and at most 1e"),
        ({"amount": math.inf}, "amount must be finite"),
        ({"amount": 10**400}, "amount must be finite"),
        ({"amount": [1]}, "amount must be a number; got an object or a list"),
        ({"country": "\ud800"}, "country must be text in UTF-8; got '\\ud800'"),
        ({"country": 7}, "country must be text; got 7. Send it in quotes."),
        ({"is_known": 1}, "is_known must be true or false; got 1"),
        ({"contry": "DE"}, "contry must be a column that the model reads; got 'contry'. Did you mean"),
    ],
)  # fmt: skip
def test_what_breaks_the_signature_is_refused_by_name(sent: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidField) as refused:
        pipeline_package().read_row({**ROW, **sent})
    assert says in str(refused.value)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)


@given(st.dictionaries(st.sampled_from([*ROW, "contry"]), anything))
def test_whatever_is_sent_is_read_by_its_type_or_refused(sent: dict[str, Any]) -> None:
    try:
        row, missing = pipeline_package(skops=b"no matter").read_row({**ROW, **sent})
    except InvalidField:
        return
    assert all(value is None or math.isfinite(value) for value in row[:2])  # type: ignore[arg-type]
    assert [type(value) for value in row] in [
        [int, kind, str, bool] for kind in (float, type(None))
    ]
    assert missing == ()
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(row)) == list(row)


def test_a_column_that_must_be_sent_may_not_be_left_out() -> None:
    with pytest.raises(InvalidField, match="country must be text, never null"):
        pipeline_package().read_row({"hour": 3, "is_known": True})
    with pytest.raises(InvalidField, match="row must hold at least one column"):
        pipeline_package().read_row({})
    with pytest.raises(InvalidPackage, match="must read columns, each once"):
        pipeline_package(fields=(FIELDS[0], FIELDS[0]))


def test_the_decision_says_that_there_are_no_reasons() -> None:
    package = pipeline_package()
    found = package.decide(0.4)
    assert (found.decision.action, found.reasons, found.note) == ("hold", (), AS_IT_IS)
    assert package.decide(0.39).decision.action == "pass"


def test_rows_are_asked_as_the_pipeline_was_fitted() -> None:
    package = pipeline_package()
    pipeline = load_pipeline(package.skops, package.trusted)
    rows = [{**ROW, "hour": hour, "amount": None if hour == 5 else 20.0 * hour} for hour in (1, 5)]
    read = [package.read_row(row)[0] for row in rows]
    told = probabilities(pipeline, package.place, package.fields, read)
    assert told == pytest.approx([chance(row) for row in rows], abs=1e-12)


def test_a_row_that_it_does_not_take_leaves_the_others_their_answers() -> None:
    package = pipeline_package()
    read = [package.read_row(row)[0] for row in (ROW, STRANGE, ROW)]
    first, strange, last = probabilities(fit(), package.place, package.fields, read)
    assert first == last == pytest.approx(chance(ROW))
    assert isinstance(strange, str)
    assert "Found unknown categories" in strange
    assert probabilities(fit(), package.place, package.fields, []) == []


def forest() -> bytes:
    from sklearn.ensemble import RandomForestClassifier

    frame, labels = payments()
    return dumped(RandomForestClassifier(3, random_state=0).fit(frame[["hour"]], labels))


def calling(function: Any) -> bytes:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    return dumped(make_pipeline(FunctionTransformer(function), fit()))


def test_a_type_whose_contents_cannot_be_checked_must_be_named() -> None:
    file = forest()
    assert untrusted_types(file) == ("sklearn.tree._tree.Tree",)
    with pytest.raises(UntrustedPipeline, match=r"name them: --trust sklearn\.tree\._tree\.Tree"):
        load_pipeline(file, ())
    frame, _ = payments()
    found = load_pipeline(file, ["sklearn.tree._tree.Tree"])
    assert found.predict_proba(frame[["hour"]]).shape == (80, 2)


@pytest.mark.parametrize("function", [os.system, os.path.exists, partial(os.system, "true")])
def test_what_would_run_anything_is_never_read_whoever_names_it(function: Any) -> None:
    file = calling(function)
    with pytest.raises(UntrustedPipeline, match="which may run anything"):
        load_pipeline(file, untrusted_types(file))


def test_a_step_that_opens_what_a_request_names_is_refused() -> None:
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    texts, labels = ["a b", "b c"], [0, 1]
    pipeline = make_pipeline(HashingVectorizer(n_features=4), LogisticRegression())
    assert load_pipeline(dumped(pipeline.fit(texts, labels)), ()) is not None
    pipeline[0].input = "filename"
    with pytest.raises(UntrustedPipeline, match="would open whatever a request names"):
        load_pipeline(dumped.__wrapped__(pipeline), ())


@pytest.mark.parametrize(
    "name",
    [
        "posix.system",
        "builtins.eval",
        "numpy.memmap",
        "scipy.io._fortran.FortranFile",
        "sklearn.datasets._base.fetch_file",
        "sklearn.utils._testing.SkipTest",
        "sklearn.nowhere.Tree",
        "sklearn.tree._tree.__builtins__",
        "sklearn. tree.Tree",
        "Tree",
    ],
)
def test_only_classes_that_scikit_learn_itself_defines_may_be_named(name: str) -> None:
    assert not may_be_trusted(name)


def test_what_is_no_file_of_skops_is_refused() -> None:
    with pytest.raises(UntrustedPipeline, match="must be a file that skops wrote; got BadZipFile"):
        load_pipeline(b"\x80\x04.", ())


def test_a_pipeline_of_another_scikit_learn_is_refused() -> None:
    check_libraries(pipeline_package())
    with pytest.raises(PipelineMismatch, match=r"must be served beside scikit-learn 0\.9, which"):
        check_libraries(replace(pipeline_package(), made_with={"scikit-learn": "0.9.7"}))

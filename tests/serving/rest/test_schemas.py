"""What the API declares of an answer is what scoring decides, what is kept, and what a replay compares."""

from __future__ import annotations

import json
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest
from msgspec.structs import fields, replace
from sqlalchemy import Engine
from tests.serving.shop import SHOP, Client

from commerce.records.database import reading
from scoring.decisions import Action, Decision
from scoring.reasons import Reason
from serving.predict.packages import PackageShelf
from serving.predict.replay import replay
from serving.predict.scores import ScoreRow, find_score
from serving.rest.schemas import DecisionPart, Prediction, ReasonPart
from serving.schema import score


def names(described: Any) -> list[str]:
    """The fields of a struct, in order."""
    return [field.name for field in fields(described)]


def optional(hints: dict[str, Any]) -> set[str]:
    """Which fields may be None."""
    return {name for name, hint in hints.items() if NoneType in get_args(hint)}


def test_row_table_api_and_replay_describe_the_decision_of_scoring(
    client: Client, engine: Engine, packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = names(Decision)
    nullable = optional(get_type_hints(Decision))

    assert set(score.columns.keys()) == set(names(ScoreRow))
    assert {name for name in parts if score.columns[name].nullable} == nullable

    declared = {name: field.annotation for name, field in Prediction.model_fields.items()}
    assert [name for name in declared if name in parts] == parts
    assert optional({name: declared[name] for name in parts}) == nullable
    assert list(DecisionPart.model_fields) == names(Action)
    assert list(ReasonPart.model_fields) == names(Reason)

    body = client.post("/predict/credit", {"tenant": "acme", "customer_id": "17850"}).json()
    assert list(body) == list(Prediction.model_fields)
    Prediction.model_validate_json(json.dumps(body), strict=True)
    with reading(engine) as connection:
        kept = find_score(connection, body["request_id"])
        assert kept is not None
        assert {name: kept.as_dict()[name] for name in parts} == {
            name: body[name] for name in parts
        }

        others = Decision(
            probability=0.0,
            score=0,
            band="?",
            rule_score=0,
            rule_band="?",
            decision=Action(action="?", threshold=0.0, rule="?"),
            reasons=(Reason(feature="?", value=None, reference=None, contribution=0.0, text="?"),),
            population="?",
            return_probability=0.0,
            note="?",
        )
        for name in parts:
            changed = replace(kept, **{name: getattr(others, name)})
            monkeypatch.setattr("serving.predict.replay.find_score", lambda *_, row=changed: row)
            found = replay(connection, PackageShelf([packages], SHOP), body["request_id"])
            assert [each.split()[0] for each in found.differences] == [name]

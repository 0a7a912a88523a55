"""How the document describes a pipeline that is served as it is: its columns, a row and an answer as examples."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from commerce.records.tenants import SHARED
from scoring.pipelines import AS_IT_IS, PipelineField, PipelinePackage
from serving.predict.asking import AnyAnswer
from serving.rest.schemas import write_answer

_JSON = {"int": "integer", "float": "number", "bool": "boolean", "text": "string"}
_EXAMPLE = {"int": 1, "float": 0.5, "bool": True, "text": "text"}


def describe_pipeline(
    operation: Mapping[str, Any], path: str, package: PipelinePackage
) -> dict[str, Any]:
    """Describe an operation of one such model, of one row or of many."""
    found = deepcopy(dict(operation))
    verb, model, *many = path.strip("/").split("/")
    kept = [each for each in found.pop("parameters") if each["in"] != "path"]
    found["operationId"] = f"{verb}_{model}_{'_'.join([verb, model, *many])}_post"
    predicts = str(package.card.get("predicts") or f"the probability of {package.positive}")
    summary = f"{predicts[:1].upper()}{predicts[1:]}"
    body = found["requestBody"]["content"]["application/json"]
    answer = _example(package)
    row = {"features": {each.name: _EXAMPLE[each.dtype] for each in package.fields}}
    if many:
        found["parameters"] = kept
        found["summary"] = f"{summary}, of many"
        value: dict[str, Any] = {"tenant": package.tenant, "rows": [row]}
        body["examples"] = {"by values": {"summary": "Rows of your own", "value": value}}
        told: Any = [{"index": 0, **answer}]
    else:
        found["summary"] = summary
        value = {"tenant": package.tenant, **row}
        body["schema"] = _row_schema(package)
        body["examples"] = {"by values": {"summary": "A row of your own", "value": value}}
        told = answer
    found["description"] = f"{found['summary']}. {AS_IT_IS}"
    found["responses"]["200"]["content"]["application/json"]["example"] = told
    return found


def _example(package: PipelinePackage) -> dict[str, Any]:
    return write_answer(
        AnyAnswer(
            package=package,
            decision=package.decide(package.decision.threshold),
            customer_id=None,
            customer=None,
            as_of=datetime(2026, 1, 1, tzinfo=UTC),
            request_id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
            steps=(),
        )
    )


def _row_schema(package: PipelinePackage) -> dict[str, Any]:
    """Describe what may be sent, as a JSON schema."""
    is_shared = package.tenant == SHARED
    return {
        "type": "object",
        "title": "Row",
        "additionalProperties": False,
        "required": ["features"] if is_shared else ["tenant", "features"],
        "properties": {
            "tenant": {
                "type": "string",
                "const": package.tenant,
                **({"default": SHARED} if is_shared else {}),
            },
            "features": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "required": [each.name for each in package.fields if not each.optional],
                "properties": {each.name: _column(each) for each in package.fields},
            },
        },
    }


def _column(field: PipelineField) -> dict[str, Any]:
    kind = _JSON[field.dtype]
    return {"type": [kind, "null"] if field.optional else kind}

"""The API's document, written out for the models there are: one operation each, with what it asks and answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from fastapi.openapi.models import Example
from numpy.typing import NDArray

from commerce.records.identity import Identity
from features.declaring.beliefs import Contradiction
from features.declaring.declaration import Output
from features.declaring.relations import complete
from scoring.decisions import decide
from scoring.pipelines import PipelinePackage
from scoring.scorer import score
from serving.predict.asking import Answer
from serving.predict.explanations import explained, no_recourse
from serving.predict.packages import Served
from serving.predict.recourse import NO_WAY
from serving.rest.explained import write_explanation
from serving.rest.pipeline_models import describe_pipeline
from serving.rest.schemas import write_answer
from serving.rest.table_models import describe_row, example_row, example_values

_TENANT = "demo"
_FEATURES = {"orders_90d": 3}
"""What an example sends, where the model reads it."""
_FACTORS = (0.0, 0.25, 4.0)
"""What a usual value is multiplied by to be unusual."""
_STANDING_OUT = 2
"""How many families of features stand out in an example, so that it has reasons."""
_REFUSED = {
    "status": 404,
    "detail": "customer must be known to tenant 'demo'; got '18'. Check the id.",
    "field": "customer_id",
}
"""Why a question of a batch has no answer."""
_EXPLAIN = "/explain/"
"""How the path begins that a pipeline answers nothing at."""
_GAIN = 0.7
"""Log-odds by which one of them should raise the risk: it shows, and is nothing out of the way."""


def request_examples(
    tenant: str = _TENANT, features: Mapping[str, float] = _FEATURES
) -> dict[str, Example]:
    """Give what can be sent: by customer, as of a day, by values."""
    return {
        "by customer": {
            "summary": "A customer of the record store, now",
            "value": {"tenant": tenant, "customer_id": "17"},
        },
        "as of a day": {
            "summary": "The same, as it was known when a day began in the tenant's zone",
            "value": {"tenant": tenant, "customer_id": "17", "as_of": "2025-12-01"},
        },
        "by values": {
            "summary": "Values of your own; features left out are listed in `assumed`",
            "value": {"tenant": tenant, "features": dict(features)},
        },
    }


def batch_examples(
    tenant: str = _TENANT, features: Mapping[str, Any] = _FEATURES
) -> dict[str, Any]:
    """Give what can be sent as a batch: by customer, and by values."""
    return {
        "by customer": {
            "summary": "Customers of the record store, now",
            "value": {"tenant": tenant, "rows": [{"customer_id": "17"}, {"customer_id": "18"}]},
        },
        "by values": {
            "summary": "Values of your own",
            "value": {"tenant": tenant, "rows": [{"features": dict(features)}]},
        },
    }


def list_models(
    document: Mapping[str, Any], models: Mapping[str, Served | PipelinePackage]
) -> dict[str, Any]:
    """Write the operation on ``{model}`` out for every model; without one it stays as it is.

    Parameters
    ----------
    document : mapping
        OpenAPI; left as it is.
    models : mapping of str to Served or PipelinePackage
        The package that an operation is described by, by model.
    """
    paths: dict[str, Any] = {}
    for path, methods in document["paths"].items():
        if "{model}" not in path or not models:
            paths[path] = methods
            continue
        for model, served in models.items():
            listed = path.replace("{model}", model)
            if isinstance(served, PipelinePackage):
                if not path.startswith(_EXPLAIN):
                    paths[listed] = {
                        method: describe_pipeline(operation, listed, served)
                        for method, operation in methods.items()
                    }
                continue
            paths[listed] = {
                method: _describe(operation, listed, served)
                for method, operation in methods.items()
            }
    return {**document, "paths": paths}


def _describe(operation: Mapping[str, Any], path: str, served: Served) -> dict[str, Any]:
    """Describe the operation of one model in the words of its own package."""
    package, found = served.package, deepcopy(dict(operation))
    verb, model, *many = path.strip("/").split("/")
    kept = [each for each in found.pop("parameters") if each["in"] != "path"]
    found["operationId"] = f"{verb}_{model}_{'_'.join([verb, model, *many])}_post"
    predicts = package.card.get("predicts") or f"the probability that the model {model} gives"
    if many:
        found["parameters"] = kept
        found["summary"] = f"{predicts[:1].upper()}{predicts[1:]}, of many"
        found["requestBody"]["content"]["application/json"]["examples"] = _many_of(served)
        found["responses"]["200"]["content"]["application/json"]["example"] = [
            {"index": 0, **example_answer(served)},
            {"index": 1, "error": _REFUSED},
        ]
        return found
    told = _OPERATIONS[verb]
    found["summary"] = told.summary.format(f"{predicts[:1].upper()}{predicts[1:]}")
    scores = "" if package.scale is None else ", a score with its band"
    rules = "" if package.rule_inputs is None else ", the rule-based score beside it"
    body = found["requestBody"]["content"]["application/json"]
    # FastAPI itself would leave the nulls of an example out
    found["responses"]["200"]["content"]["application/json"]["example"] = told.example(served)
    if package.fields is not None:
        found["description"] = (
            f"{found['summary']}{told.beside}, of a row of {package.trained_on.get('file', 'a table')}."
        )
        describe_row(body, package, package.fields)
        return found
    found["description"] = (
        f"{found['summary']}, what to do about it ({package.decision.at_or_above} or {package.decision.below})"
        f"{scores}{rules}{told.beside}. Ask about a `customer_id` of the record store (features"
        " are computed now; what was committed before the request counts) or about `features` of your own."
    )
    body["examples"] = request_examples(package.tenant, _features_of(served))
    return found


def _features_of(served: Served) -> dict[str, float]:
    """Give values that a client may send."""
    features: dict[str, float] = {
        name: value for name, value in _FEATURES.items() if name in served.package.names
    }
    first = served.outputs.outputs[0]
    return features or {first.name: _allowed(first, 1.0)}


def _many_of(served: Served) -> dict[str, Any]:
    """Give batches that a client may send."""
    package = served.package
    if package.fields is None:
        return batch_examples(package.tenant, _features_of(served))
    examples = batch_examples(package.tenant, example_row(package, package.fields))
    return {"by values": examples["by values"]}


def example_answer(served: Served) -> dict[str, Any]:
    """Give what a package answers about a customer of whom little but a few unusual things is known."""
    return write_answer(_example(served))


def example_explanation(served: Served) -> dict[str, Any]:
    """Give the same answer with all that it is made of; without recourse, for there are no records behind it."""
    found, currency = _example(served), served.package.currency
    return write_explanation(
        explained(found, recourse_note=no_recourse(found) or NO_WAY, currency=currency)
    )


def _example(served: Served) -> Answer:
    package, fields = served.package, served.package.fields
    values = unusual_values(served) if fields is None else example_values(package, fields)
    someone = Identity(UUID("5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17"), 17, "17")
    return Answer(
        package=package,
        decision=decide(package, values),
        customer_id="17" if fields is None else None,
        customer=someone if fields is None else None,
        as_of=datetime(2026, 1, 1, tzinfo=UTC),
        request_id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
        steps=(),
        values=values,
    )


def unusual_values(served: Served) -> NDArray[np.float64]:
    """Give a few values of different families that raise the risk, and with them what they leave of the others.

    Returns
    -------
    float array of shape (n_outputs,)
        NaN where a value is usually missing; each as its declaration allows it.
    """
    package, outputs = served.package, served.outputs.outputs
    usual = np.array(
        [math.nan if each.reference is None else each.reference for each in package.outputs]
    )
    changes = [
        (column, _allowed(output, factor * reference + (factor > 1.0)))
        for column, (output, reference) in enumerate(
            zip(outputs, np.nan_to_num(usual).tolist(), strict=True)
        )
        for factor in _FACTORS
    ]
    rows = np.tile(usual, (len(changes), 1))
    for row, (column, value) in zip(rows, changes, strict=True):
        row[column] = value
    gains = score(package, rows).logit - score(package, usual[None, :]).logit
    changed: dict[str, float] = {}
    families = set[str]()
    for place in np.argsort(np.abs(gains - _GAIN), kind="stable"):
        column, value = changes[place]
        family = package.outputs[column].family
        if family not in families and len(families) < _STANDING_OUT:
            families.add(family)
            changed[package.names[column]] = value
    references = {each.name: each.reference for each in package.outputs}
    try:
        row = complete(served.outputs, changed, references)
    except Contradiction:  # each is told of by itself
        row = complete(served.outputs, dict([changed.popitem()]), references)
    return np.array(list(row.values()), dtype=np.float64)


def _allowed(output: Output, value: float) -> float:
    """Move a value to where a feature's declaration allows it."""
    low = -math.inf if output.minimum is None else output.minimum
    high = math.inf if output.maximum is None else output.maximum
    within = min(max(value, low), high)
    return float(round(within)) if output.dtype == "int" else within


class _Operation(NamedTuple):
    """How an operation of models is described: its heading, what it tells beside the decision, and an example."""

    summary: str
    beside: str
    example: Callable[[Served], dict[str, Any]]


_OPERATIONS = {
    "predict": _Operation("{}", ", and at most four reasons", example_answer),
    "explain": _Operation(
        "{}, explained", ", and what every feature contributes", example_explanation
    ),
}
"""By the first part of its path."""

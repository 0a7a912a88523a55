"""The API's reference to read: every operation under its tag, with what it asks and answers, in plain HTML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = (
    "body{font:1rem/1.5 system-ui;margin:0;display:grid;grid-template-columns:18rem 1fr}"
    "nav{position:sticky;top:0;height:100vh;overflow:auto;background:#f4f4f2;padding:1rem;box-sizing:border-box}"
    "nav a{display:block;font-size:.85rem;color:inherit}main{padding:1rem 2rem;max-width:56rem;min-width:0}"
    "pre{background:#f4f4f2;padding:1rem;overflow:auto}td,th{text-align:left;padding:0 1rem 0 0;vertical-align:top}"
    "code{overflow-wrap:anywhere}"
)


def reference(document: Mapping[str, Any]) -> str:
    """Write the page of an OpenAPI document."""
    operations = sorted(
        ((operation.get("tags", ["other"])[0], path, method, operation)
         for path, methods in document["paths"].items()
         for method, operation in methods.items()),
        key=lambda each: each[:3],
    )  # fmt: skip
    index, body, before = [], [], None
    for number, (tag, path, method, operation) in enumerate(operations):
        if tag != before:
            index.append(f"<h2>{escape(tag)}</h2>")
            body.append(f"<h2>{escape(tag)}</h2>")
            before = tag
        summary = escape(operation.get("summary", path))
        index.append(f'<a href="#o{number}">{summary}</a>')
        body.append(
            f'<section id="o{number}"><h3>{summary}</h3><p><code>{method.upper()} {escape(path)}</code></p>'
            + "".join(_operation(document, operation))
            + "</section>"
        )
    title = escape(document["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title} API</title><style>{_STYLE}</style>'
        f"<nav><h1>{title}</h1>{''.join(index)}</nav>"
        f"<main><p>{escape(document['info']['description'])}</p>{''.join(body)}</main></html>"
    )


def _operation(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[str]:
    if "description" in operation:
        yield f"<p>{escape(operation['description'])}</p>"
    if operation.get("x-scope"):
        yield f"<p>Scope: <code>{escape(operation['x-scope'])}</code></p>"
    rows = [
        (each["name"], each["in"], each.get("description", ""))
        for each in operation.get("parameters", ())
    ]
    if rows:
        yield "<table><tr><th>Parameter</th><th>In</th><th></th></tr>"
        for row in rows:
            yield "<tr>" + "".join(f"<td>{escape(part)}</td>" for part in row) + "</tr>"
        yield "</table>"
    if "requestBody" in operation:
        yield "<h4>Body</h4>" + _content(document, operation["requestBody"])
    for status, answer in operation["responses"].items():
        yield f"<h4>{status}: {escape(answer['description'])}</h4>"
        if status.startswith("2"):
            yield _content(document, answer)


def _content(document: Mapping[str, Any], part: Mapping[str, Any]) -> str:
    """Show what a body looks like: its example, or else its schema."""
    for content in part.get("content", {}).values():
        if "example" in content:
            return _code(content["example"])
        for example in content.get("examples", {}).values():
            return _code(example["value"])
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        schema = (
            document.get("components", {}).get("schemas", {}).get(name, content.get("schema", {}))
        )
        return _code(next(iter(schema.get("examples", ())), schema))
    return ""


def _code(value: object) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"

"""What somebody says never becomes SQL: statements are SQLAlchemy's, and what is built of text is of our own words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src"

ALLOWED = {
    "analytics/*.py": "pieces of the room's own; what is asked with is bound, see below",
    "commerce/records/database.py": "PRAGMAs of two fixed names",
    "commerce/records/machine.py": "literals of the types that the states name",
    "commerce/records/migrations/*.py": "DDL of tables and columns that a revision names",
    "commerce/records/prepared.py": "what SQLAlchemy compiled, sent again",
    "commerce/records/removal.py": "triggers by the names that the database lists",
    "commerce/records/stream/writing.py": "columns of the schema; events are bound as one document",
    "features/evaluating/*.py": "SQL compiled from declared features",
    "importing/*/*.py": "tables of an import's own scratch file; cells are bound",
    "serving/predict/store.py": "a PRAGMA with a constant",
    "tabular/store.py": "tables of a file's own scratch; cells are bound",
}
"""Modules that build SQL of text, and why nobody else's words get into it."""

_STATEMENT = re.compile(
    r"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|DROP|ALTER|TRUNCATE|PRAGMA|SET|GRANT|REVOKE|DO|MERGE|COPY|ATTACH)\s"
    r"|\b(WHERE|FROM|JOIN|ORDER BY|GROUP BY|LIMIT)\s"
)
_RAW = {"exec_driver_sql", "literal_column", "DDL", "TextClause", "executescript"}
"""What takes SQL as text."""


def built(tree: ast.AST) -> Iterator[tuple[int, list[ast.expr]]]:
    """Where SQL is put together of text: the line, and what is put in."""
    for node in ast.walk(tree):
        parts = _parts(node)
        if parts is not None:
            said = " ".join(each for each in parts if isinstance(each, str))
            put_in = [each for each in parts if isinstance(each, ast.expr)]
            if put_in and _STATEMENT.search(said):
                yield node.lineno, put_in  # type: ignore[attr-defined]
        if isinstance(node, ast.Call) and node.args:
            plain = getattr(node.func, "id", "")  # `text` by itself: axes of a plot have one, too
            called = getattr(node.func, "attr", plain)
            if (called in _RAW or plain == "text") and not _fixed(node.args[0]):
                yield node.lineno, [node.args[0]]


def _parts(node: ast.AST) -> list[str | ast.expr] | None:
    """The pieces of a text that is put together, by f-string, plus, percent, format or join."""
    found: list[ast.expr] = []
    if isinstance(node, ast.JoinedStr):
        found = [
            each.value if isinstance(each, ast.FormattedValue) else each for each in node.values
        ]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        found = [node.left, node.right]
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("format", "join", "replace")
    ):
        found = [node.func.value, *node.args, *(each.value for each in node.keywords)]
        found += [
            part for each in found if isinstance(each, ast.List | ast.Tuple) for part in each.elts
        ]
    texts = [_text(each) for each in found]
    if not any(text is not None for text in texts):
        return None
    return [each if text is None else text for each, text in zip(found, texts, strict=True)]


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _fixed(node: ast.expr) -> bool:
    """Whether a text stands there as it is, or one of several that do."""
    if isinstance(node, ast.IfExp):
        return _fixed(node.body) and _fixed(node.orelse)
    return _text(node) is not None


@cache
def builders() -> dict[str, list[int]]:
    """Every module of src that builds SQL, and where."""
    found = {}
    for path in sorted(SRC.rglob("*.py")):
        lines = [line for line, _ in built(ast.parse(path.read_text(encoding="utf-8")))]
        if lines:
            found[str(path.relative_to(SRC))] = lines
    return found


def test_no_sql_is_built_of_text_but_where_it_is_said() -> None:
    wrong = {
        module: lines
        for module, lines in builders().items()
        if not any(Path(module).match(place) for place in ALLOWED)
    }
    assert wrong == {}


def test_whatever_is_allowed_is_needed() -> None:
    modules = [Path(module) for module in builders()]
    assert [each for each in ALLOWED if not any(module.match(each) for module in modules)] == []


def test_no_question_about_a_period_puts_what_is_asked_into_its_sql() -> None:
    """A parameter is bound; but for `by`, which `Period.buckets` has compared with the steps there are."""
    said = []
    for path in sorted((SRC / "analytics").glob("*.py")):
        if path.stem in ("filling", "mart", "mart_sql", "movement_sql", "view"):
            continue  # they are asked nothing: they make the tables that questions read
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                taken = {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
                said += [
                    (path.stem, function.name, name.id)
                    for _, put_in in built(function)
                    for each in put_in
                    for name in ast.walk(each)
                    if isinstance(name, ast.Name) and name.id in taken
                ]
    assert said == [("cohorts", "cohorts", "by")]


@pytest.mark.parametrize(
    "code",
    [
        'connection.execute(text(f"SELECT * FROM users WHERE name = {name}"))',
        'connection.exec_driver_sql("SELECT * FROM users WHERE name = \'" + name + "\'")',
        "connection.exec_driver_sql(statement)",
        'query = "DELETE FROM users WHERE id = %s" % user',
        'query = "SELECT {} FROM users".format(column)',
        'query = " ".join(["SELECT name", "FROM users WHERE", given])',
        'select(users).order_by(text(ordering or "name"))',
    ],
)
def test_sql_that_is_built_is_found(code: str) -> None:
    assert list(built(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        'connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")',
        'raise RecordError(f"status must be known; got {given!r}. Choose from {known}.")',
        "connection.execute(select(users).where(users.c.name == name))",
    ],
)
def test_what_is_no_built_sql_is_left_alone(code: str) -> None:
    assert not list(built(ast.parse(code)))

"""Categories: a forest in which what is in a category is in its parents, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import CTE, select

from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, NotFound, existing
from commerce.records.machine import EventDraft, fire
from commerce.records.sql import bound
from commerce.records.states import CATALOGUE
from commerce.records.work import Work

_category = schema.category


class Category(NamedTuple):
    """A category and its place: 0 for a root, 1 for what is in one."""

    id: UUID
    name: str
    parent_id: UUID | None
    depth: int


@checked
def create(work: Work, name: str, *, parent_id: UUID | None = None) -> UUID:
    """Add a category.

    Raises
    ------
    NotFound
    Conflict
        "category must be new; got ..."
    """
    if parent_id is not None:
        rows.find(work, _category, parent_id)
    category_id = work.new_id()
    _fire(work, "category.created", category_id)
    with rows.unique("category", name):
        rows.add(work, _category, id=category_id, name=name, parent_id=parent_id)
    return category_id


@checked
def rename(work: Work, category_id: UUID, name: str) -> None:
    """Give a category another name.

    Raises
    ------
    NotFound
    Conflict
        "category must be new; got ..."
    """
    with rows.unique("category", name):
        _change(work, category_id, name=name)


def change(work: Work, category_id: UUID, changes: Mapping[str, Any]) -> None:
    """Give a category another ``name``, or ``parent_id``, or both; what is left out stays.

    Raises
    ------
    NotFound
    Conflict
        "category must be new; got ...", "category must not be inside itself; got ..."
    """
    if changes.get("name") is not None:
        rename(work, category_id, changes["name"])
    if "parent_id" in changes:
        move(work, category_id, changes["parent_id"])


def move(work: Work, category_id: UUID, parent_id: UUID | None) -> None:
    """Put a category into another, or make it a root.

    Raises
    ------
    NotFound
    Conflict
        "category must not be inside itself; got ..."
    """
    # two moves at once could close a circle that neither sees: one waits for the other
    every = select(_category).where(*rows.own(work, _category)).order_by(_category.c.id)
    parents = {row.id: row.parent_id for row in work.connection.execute(every.with_for_update())}
    if parent_id is not None and parent_id not in parents:
        raise NotFound(_category.name, parent_id)
    above = parent_id
    while above is not None:
        if above == category_id:
            raise Conflict(
                f"category must not be inside itself; got {category_id} into {parent_id}."
                " Choose a parent outside of it."
            )
        above = parents[above]
    _change(work, category_id, parent_id=parent_id)


def get(work: Work, category_id: UUID) -> Category:
    """Read one category."""
    found = next((each for each in tree(work) if each.id == category_id), None)
    return existing(found, _category.name, category_id)


def tree(work: Work) -> list[Category]:
    """List every category, each after its parent, siblings by name."""
    every = select(_category).where(*rows.own(work, _category)).order_by(_category.c.name)
    children: dict[UUID | None, list[Any]] = {}
    for row in work.connection.execute(every):
        children.setdefault(row.parent_id, []).append(row)
    found: list[Category] = []
    waiting = [(row, 0) for row in reversed(children.get(None, []))]
    while waiting:
        row, depth = waiting.pop()
        found.append(Category(row.id, row.name, row.parent_id, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(row.id, []))]
    return found


def below(category: object) -> CTE:
    """Give, as SQL, the ids of a category and of all that are in it; binds ``tenant``."""
    every = select(_category.c.id).where(*bound(_category))
    found = every.where(_category.c.id == category).cte("below", recursive=True)
    return found.union(every.where(_category.c.parent_id == found.c.id))


def _change(work: Work, category_id: UUID, **values: Any) -> None:
    if not rows.change(work, _category, category_id, **values):
        raise NotFound(_category.name, category_id)
    _fire(work, "category.changed", category_id)


def _fire(work: Work, event_type: str, category_id: UUID) -> None:
    fire(work, CATALOGUE, category_id, EventDraft(event_type, record=(_category.name, category_id)))

"""Categories: a forest in which what is in a category is in its parents, too."""

from __future__ import annotations

from uuid import UUID

from pydantic import AliasChoices, Field

from commerce.catalogue import categories
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import Question, Told, example

router = Resource("categories", "/api/categories")


class CategoryChange(Question):
    """What may be changed; what is left out stays."""

    model_config = example(name="Cups")

    name: str | None = Field(None, min_length=1, max_length=200)
    parent_id: UUID | None = Field(
        None,
        validation_alias=AliasChoices("parent_id", "parent"),
        description="Or `parent`; null for a root.",
    )


class CategoryBody(CategoryChange):
    """A category: its name, unique in the shop, and what it is in."""

    model_config = example(name="Mugs", parent_id=None)

    name: str = Field(min_length=1, max_length=200)


class CategoryAnswer(Told):
    """A category and its place: `depth` is 0 for a root, 1 for what is in one."""

    model_config = example(
        id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17", name="Mugs", parent_id=None, depth=0
    )

    id: UUID
    name: str
    parent_id: UUID | None
    depth: int


@router.get("", summary="List categories")
def list_categories(work: Looking, page: Page) -> Listing[CategoryAnswer]:
    """Each after what it is in, siblings by name."""
    return page.of_all(categories.tree(work), CategoryAnswer.model_validate)


@router.post("", status_code=201, summary="Add a category")
def create_category(work: Acting, body: CategoryBody) -> CategoryAnswer:
    """By who runs the shop."""
    return _shown(work, categories.create(work, body.name, parent_id=body.parent_id))


@router.get("/{category_id}", summary="Read a category")
def read_category(work: Looking, category_id: UUID) -> CategoryAnswer:
    """With its place."""
    return _shown(work, category_id)


@router.patch("/{category_id}", summary="Rename or move a category")
def change_category(work: Acting, category_id: UUID, body: CategoryChange) -> CategoryAnswer:
    """What is left out stays; a parent of null makes it a root."""
    categories.change(work, category_id, body.given())
    return _shown(work, category_id)


@router.put("/{category_id}", summary="Replace a category's name and place")
def replace_category(work: Acting, category_id: UUID, body: CategoryBody) -> CategoryAnswer:
    """Without a parent it becomes a root."""
    categories.rename(work, category_id, body.name)
    categories.move(work, category_id, body.parent_id)
    return _shown(work, category_id)


def _shown(work: Looking, category_id: UUID) -> CategoryAnswer:
    return CategoryAnswer.model_validate(categories.get(work, category_id))

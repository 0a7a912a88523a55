"""Notifications: what the caller was told, and what of it is read."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from commerce.notifications import inbox
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import Instant, Told, example

router = Resource("notifications", "/api/notifications")


class Content(BaseModel):
    """`title` and `body` for people, `data` for programs."""

    title: str
    body: str
    data: dict[str, Any]


class NotificationAnswer(Told):
    """Something that the caller was told, and the record it is about."""

    model_config = example(
        id="d2f0a8c4-3b6e-4f19-9a7d-1c5e8b0f2a34",
        kind="order_shipped",
        subject_type="delivery",
        subject_id="3a1e7c5290cf4d9e8b6f0a8d1f5c7e21",
        content={
            "title": "Order 17 is on its way",
            "body": "Order 17 has left.",
            "data": {"subject": 17},
        },
        created_at="2026-03-03T12:00:00Z",
        read_at=None,
    )

    id: UUID
    kind: str
    subject_type: str | None
    subject_id: str | None
    content: Content
    created_at: Instant
    read_at: Instant | None


class Unread(Told):
    """How much is not read."""

    model_config = example(unread=3)

    unread: int


class MarkedRead(Told):
    """How much was not read until now."""

    model_config = example(marked=3)

    marked: int


@router.get("", summary="List what the caller was told")
def list_notifications(
    work: Looking,
    page: Page,
    unread: Annotated[bool, Query(description="Only what is not read.")] = False,
) -> Listing[NotificationAnswer]:
    """The latest first; nobody sees another's."""
    found = inbox.list_own(work, unread=unread, ordering=page.ordering, **page.where)
    return page.of(found, NotificationAnswer.model_validate)


@router.get("/unread-count", summary="How much is not read?")
def count_unread(work: Looking) -> Unread:
    """Of what the caller was told."""
    return Unread(unread=inbox.count_unread(work))


@router.post("/read-all", summary="Mark everything read")
def mark_all_read(work: Acting) -> MarkedRead:
    """Of what the caller was told."""
    return MarkedRead(marked=inbox.mark_all_read(work))


@router.post("/{notification_id}/read", summary="Mark a notification read")
def mark_read(work: Acting, notification_id: UUID) -> NotificationAnswer:
    """The first time counts."""
    inbox.mark_read(work, notification_id)
    return NotificationAnswer.model_validate(inbox.read(work, notification_id))

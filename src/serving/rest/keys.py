"""API keys: issued with scopes and an end, rotated, revoked; the text is shown once."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field, field_validator

from commerce.people import credentials
from commerce.records.actors import Role
from serving.access.scopes import SCOPES
from serving.rest.deps import Asking, Listing, Looking, Page, Resource
from serving.rest.fields import Instant, Question, Told, example

router = Resource("keys", "/api/keys")


class NewKey(Question):
    """A key to issue."""

    model_config = example(name="till", role="admin", scopes=["customers:read"])

    name: str = Field(min_length=1, max_length=200, description="What it is for.")
    role: Role = Field(description="What may be done with it.")
    user_id: UUID | None = Field(None, description="Whose it is; it then acts as this user.")
    scopes: list[str] | None = Field(
        None, description="What it may be used for; null for whatever its role may."
    )
    expires_at: Instant | None = None

    @field_validator("scopes")
    @classmethod
    def _known(cls, given: list[str] | None) -> list[str] | None:
        unknown = sorted(set(given or ()) - SCOPES)
        if unknown:
            raise ValueError(f"be scopes that there are, such as {min(SCOPES)}, not {unknown[0]}")
        return given


class KeyAnswer(Told):
    """A key as it may be listed: without its secret."""

    model_config = example(
        id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
        name="till",
        prefix="8c1f0b2a7d9e4c63",
        role="admin",
        user_id=None,
        created_at="2026-01-01T12:00:00Z",
        revoked_at=None,
        expires_at=None,
        scopes=["customers:read"],
    )

    id: UUID
    name: str
    prefix: str
    role: Role
    user_id: UUID | None
    created_at: Instant
    revoked_at: Instant | None
    expires_at: Instant | None
    scopes: list[str] | None


class IssuedAnswer(Told):
    """A new key; `key` is shown this once."""

    model_config = example(
        id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55", key="8c1f0b2a7d9e4c63.Zm9v..."
    )

    id: UUID
    key: str


@router.get("", summary="List keys")
def list_keys(work: Looking, page: Page) -> Listing[KeyAnswer]:
    """Revoked ones too, without their secrets."""
    return page.of_all(credentials.list_keys(work), KeyAnswer.model_validate)


@router.post("", status_code=201, summary="Issue a key")
def issue_key(desk: Asking, body: NewKey) -> IssuedAnswer:
    """The text is shown this once."""
    desk.caller.require_within(body.scopes)
    with desk.working() as work:
        issued = credentials.issue(
            work,
            body.name,
            body.role,
            user_id=body.user_id,
            scopes=body.scopes,
            expires_at=body.expires_at,
        )
    return IssuedAnswer(id=issued.id, key=issued.text)


@router.get("/{key_id}", summary="Read a key")
def read_key(work: Looking, key_id: UUID) -> KeyAnswer:
    """Without its secret."""
    return KeyAnswer.model_validate(credentials.get(work, key_id))


@router.post("/{key_id}/rotate", summary="Give a key another secret")
def rotate_key(desk: Asking, key_id: UUID) -> IssuedAnswer:
    """The secret of before opens nothing from now on."""
    with desk.working() as work:
        desk.caller.require_within(credentials.get(work, key_id).scopes)
        issued = credentials.rotate(work, key_id)
    desk.gate.forget()
    return IssuedAnswer(id=issued.id, key=issued.text)


@router.delete("/{key_id}", status_code=204, summary="Revoke a key")
def revoke_key(desk: Asking, key_id: UUID) -> None:
    """It opens nothing from now on; twice changes nothing."""
    with desk.working() as work:
        credentials.revoke(work, key_id)
    desk.gate.forget()

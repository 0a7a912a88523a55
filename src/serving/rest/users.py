"""Users of a shop: who may log in, in which role."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from commerce.people import users
from commerce.people.passwords import hash_password
from commerce.records.actors import Role
from serving.access import logins
from serving.rest.deps import Asking, Listing, Looking, Page, Resource
from serving.rest.fields import Instant, Question, Told, example

router = Resource("users", "/api/users")


class NewUser(Question):
    """Somebody who may log in."""

    model_config = example(username="grace", password="correct horse", email="grace@example.com")  # noqa: S106 - an example

    username: str
    password: str = Field(repr=False, max_length=1024)
    role: Role | None = Field(
        None, description="`user` by default; superadmin only by a superadmin."
    )
    email: str | None = None
    customer_id: UUID | None = Field(None, description="The customer that the user is.")


class UserChange(Question):
    """What is to be otherwise; what is left out stays."""

    model_config = example(active=False)

    role: Role | None = None
    active: bool | None = None


class NewPassword(Question):
    """Another password; one's own is changed by giving the current one."""

    model_config = example(password="battery staple", current="correct horse")  # noqa: S106 - an example

    password: str = Field(repr=False, max_length=1024)
    current: str | None = Field(None, repr=False, max_length=1024)


class UserAnswer(Told):
    """Somebody who may log in, or might once."""

    model_config = example(
        id="77d2a6ad-2b5c-4f3e-9a55-8c8fb5a0f1d2",
        username="grace",
        email="grace@example.com",
        role="user",
        customer_id=None,
        active=True,
        created_at="2026-01-01T12:00:00Z",
    )

    id: UUID
    username: str
    email: str | None
    role: Role
    customer_id: UUID | None
    active: bool
    created_at: Instant


@router.get("", summary="List users")
def list_users(work: Looking, page: Page) -> Listing[UserAnswer]:
    """By name; who does not run the shop sees itself."""
    return page.of(users.list_users(work, **page.where), UserAnswer.model_validate)


@router.post("", status_code=201, summary="Let somebody log in")
def create_user(desk: Asking, body: NewUser) -> UserAnswer:
    """An admin makes users of the own shop and no superadmin."""
    password = hash_password(body.password)
    with desk.working() as work:
        made = users.create(work, body.username, password, **body.rest("username", "password"))
        return UserAnswer.model_validate(users.get(work, made))


@router.get("/me", summary="Who am I?")
def read_me(work: Looking) -> UserAnswer:
    """The user behind the credential."""
    return UserAnswer.model_validate(users.myself(work))


@router.get("/{user_id}", summary="Read a user")
def read_user(work: Looking, user_id: UUID) -> UserAnswer:
    """One's own, or any of the shop for who runs it."""
    return UserAnswer.model_validate(users.get(work, user_id))


@router.patch("/{user_id}", summary="Change a user's role, or whether it may log in")
def change_user(desk: Asking, user_id: UUID, body: UserChange) -> UserAnswer:
    """Whoever is kept from logging in is logged out everywhere."""
    with desk.working() as work:
        if body.role is not None:
            users.change_role(work, user_id, body.role)
        if body.active is not None:
            (users.activate if body.active else users.deactivate)(work, user_id)
            logins.end_all(work, user_id)
        answer = UserAnswer.model_validate(users.get(work, user_id))
    desk.gate.forget()
    return answer


@router.delete("/{user_id}", status_code=204, summary="Keep a user from logging in")
def delete_user(desk: Asking, user_id: UUID) -> None:
    """What was done in the user's name stays."""
    with desk.working() as work:
        users.deactivate(work, user_id)
        logins.end_all(work, user_id)
    desk.gate.forget()


@router.post("/{user_id}/password", status_code=204, summary="Change a password")
def change_password(desk: Asking, user_id: UUID, body: NewPassword) -> None:
    """The user is logged out everywhere."""
    new = hash_password(body.password)
    with desk.working() as work:
        users.change_password(work, user_id, new, current=body.current)
        logins.end_all(work, user_id)
    desk.gate.forget()

"""Opening and migrating a record store."""

import re
import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Engine, ForeignKeyConstraint, inspect, text
from tests.tenants import BRANCHES, SERVING, make_tenant

from commerce.records import database, migrations, schema
from commerce.records.database import (
    _alembic_config,
    _remodelling,
    connect,
    is_current,
    migrate,
    require_current,
    writing,
)
from commerce.records.errors import MigrationNeeded, RecordError, StoreUnusable


def test_migrations_and_tables_say_the_same(any_engine: Engine) -> None:
    with any_engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, parents: (
                    kind != "table" or name in schema.metadata.tables
                )
            },
        )
        assert compare_metadata(context, schema.metadata) == []


def test_an_empty_database_is_brought_to_the_newest_tables_once(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/new.db")
    assert not is_current(engine)
    with pytest.raises(MigrationNeeded, match="must have the newest tables"):
        require_current(engine)
    migrate(engine)
    migrate(engine)
    require_current(engine)
    engine.dispose()


def test_a_new_record_store_is_its_owners_alone(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/new.db")
    migrate(engine)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("new.db*")}
    assert modes
    assert set(modes.values()) == {0o600}, modes
    engine.dispose()


def test_every_tenants_table_leads_with_the_tenant_and_refers_within_it() -> None:
    for table in schema.metadata.sorted_tables:
        if table.name == "tenant":
            continue
        assert not table.c.tenant_id.nullable, table.name
        for constraint in table.constraints:
            if (
                isinstance(constraint, ForeignKeyConstraint)
                and constraint.referred_table.name != "tenant"
            ):
                assert constraint.column_keys[0] == "tenant_id", (table.name, constraint.name)


def test_every_constraint_has_a_name() -> None:
    for table in schema.metadata.sorted_tables:
        assert all(constraint.name for constraint in table.constraints)
        assert all(index.name for index in table.indexes)


@pytest.mark.parametrize("url", ["mysql://localhost/shop", "shop.db", "oracle://x"])
def test_a_database_we_do_not_speak_to_is_refused(url: str) -> None:
    with pytest.raises(StoreUnusable, match="DATABASE_URL must"):
        connect(url)


def test_a_password_never_stands_in_the_error() -> None:
    with pytest.raises(StoreUnusable) as caught:
        connect("mysql://ada:secret@localhost/shop")
    assert "secret" not in str(caught.value)


def test_a_failed_transaction_leaves_nothing(any_engine: Engine) -> None:
    def write_and_fail() -> None:
        with writing(any_engine) as connection:
            connection.execute(
                text(
                    "INSERT INTO tenant (id, slug, zone, currency, clock_mode, created_at)"
                    " VALUES (1, 'a', 'UTC', 'EUR', 'wall', 0)"
                )
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with any_engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM tenant")).scalar_one() == 0


def triggers(engine: Engine) -> list[str]:
    """Every rule that the database keeps by trigger."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    if engine.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
    with engine.connect() as connection:
        return list(connection.execute(text(query)).scalars())


def test_tables_come_go_and_come_again(any_engine: Engine) -> None:
    make_tenant(any_engine)
    rules = triggers(any_engine)
    config = _alembic_config(BRANCHES)
    with _remodelling(any_engine) as connection:
        config.attributes["connection"] = connection
        downgrade(config, "serving@base")
        downgrade(config, "commerce@base")
    assert inspect(any_engine).get_table_names() == ["alembic_version"]
    assert triggers(any_engine) == []
    migrate(any_engine, BRANCHES)
    assert triggers(any_engine) == rules
    test_every_rule_of_a_row_stands_in_the_database(any_engine)


@pytest.fixture
def revised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The record store's revisions, and one more that makes a table; it is the newest."""
    home = tmp_path / "revised"
    shutil.copytree(Path(migrations.__file__).parent, home)
    newest = database._script(database.COMMERCE).get_current_head()
    (home / "versions" / "r999_later.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision = 'r999', {newest!r}\n"
        "def upgrade(): op.execute('CREATE TABLE later (id INTEGER)')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(database, "COMMERCE", "revised:versions")
    return "revised:versions"


def test_a_later_revision_changes_older_stores_and_a_new_one_is_made_from_the_schema(
    any_engine: Engine, revised: str, tmp_path: Path
) -> None:
    assert not is_current(any_engine, [revised, SERVING])
    migrate(any_engine, [revised, SERVING])
    assert is_current(any_engine, [revised, SERVING])
    assert inspect(any_engine).has_table("later")
    new = connect(f"sqlite:///{tmp_path}/new.db")
    migrate(new, [revised, SERVING])
    assert is_current(new, [revised, SERVING])
    assert not inspect(new).has_table("later")
    new.dispose()


def test_every_rule_of_a_row_stands_in_the_database(any_engine: Engine) -> None:
    found = inspect(any_engine)
    for table in schema.metadata.sorted_tables:
        declared = {
            str(rule.name): choices(str(rule.sqltext))
            for rule in table.constraints
            if isinstance(rule, CheckConstraint)
            and (
                any_engine.dialect.name == "sqlite" or rule.name != f"ck_{table.name}_whole_numbers"
            )
        }
        kept = {
            str(rule["name"]): choices(rule["sqltext"])
            for rule in found.get_check_constraints(table.name)
        }
        assert declared == kept, table.name


def test_the_database_knows_the_five_roles_and_no_other(any_engine: Engine) -> None:
    rules = inspect(any_engine).get_check_constraints("users")
    roles = [choices(rule["sqltext"]) for rule in rules if "role" in str(rule["name"])]
    assert roles == [{"user", "seller", "delivery", "admin", "superadmin"}]


def choices(rule: str) -> set[str]:
    """The words that a CHECK allows; each database writes the rest in its own way."""
    return set(re.findall(r"'(\w+)'", rule))


def test_a_migration_that_breaks_a_reference_changes_nothing(engine: Engine) -> None:
    make_tenant(engine)
    with (
        pytest.raises(RecordError, match="references must hold after a migration"),
        _remodelling(engine) as connection,
    ):
        connection.execute(
            text("INSERT INTO counter (tenant_id, name, value) VALUES (99, 'lost', 1)")
        )
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM counter")).scalar_one() == 0

"""Record stores that the replaced revisions made: dumped by their own code, then opened with today's."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError
from tests.commerce.shop import Shop
from tests.tenants import BRANCHES, make_tenant

from commerce.orders import cart
from commerce.orders.checkout import checkout
from commerce.records import schema
from commerce.records.database import connect, is_current, migrate, reading
from commerce.records.doctor import examine
from commerce.records.errors import MigrationNeeded
from commerce.records.tenants import find_tenant

HERE = Path(__file__).parent
KEPT = "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'index')"


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A shop with an order, a call for a provider and a score, as revisions c005 and s001 left it."""
    dump = (HERE / f"c005_{request.param}.sql").read_text(encoding="utf-8")
    if request.param == "sqlite":
        with closing(sqlite3.connect(tmp_path / "old.db")) as file:
            file.executescript(dump)
        engine = connect(f"sqlite:///{tmp_path / 'old.db'}")
    else:
        server = connect(request.getfixturevalue("postgres_url"))
        name = f"old_{tmp_path.name}"
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        server.dispose()
        url = make_url(request.getfixturevalue("postgres_url")).set(database=name)
        engine = connect(url.render_as_string(hide_password=False))
        with engine.begin() as connection:
            driver: Any = connection.connection.dbapi_connection
            driver.execute(dump)
        engine.dispose()  # the dump set a search path of its own
    yield engine
    engine.dispose()


def rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that there is, but for what the way over is meant to change."""
    there = set(inspect(engine).get_table_names())
    kept = {table: select(table) for table in schema.metadata.sorted_tables if table.name in there}
    calls = schema.provider_record
    kept[calls] = select(calls.c.reference, calls.c.document)
    keys = schema.api_key
    kept[keys] = select(
        *(column for column in keys.c if column.name not in ("expires_at", "scopes"))
    )
    with reading(engine) as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(query)), key=repr)
            for table, query in kept.items()
        }


def structure(engine: Engine) -> dict[str, Any]:
    """All that a database keeps of its tables; columns and constraints in whatever order."""
    found, names = inspect(engine), inspect(engine).get_table_names()
    triggers = KEPT
    others = ["SELECT version_num FROM alembic_version", "SELECT * FROM transition"]
    if engine.dialect.name == "postgresql":
        triggers = "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
        others += [
            "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
            "SELECT polname, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)"
            " FROM pg_policy",
            "SELECT relname, relrowsecurity, relacl::text FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')",
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid <> 0",
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        ]
    with engine.connect() as connection:
        kept = {
            query: sorted(
                " ".join(repr(tuple(row)).split()) for row in connection.execute(text(query))
            )
            for query in (triggers, *others)
        }
    tables = {
        name: [
            sorted(
                (column["name"], str(column["type"]), column["nullable"], str(column["default"]))
                for column in found.get_columns(name)
            ),
            found.get_pk_constraint(name)["constrained_columns"],
            sorted(map(repr, found.get_foreign_keys(name))),
            sorted(map(repr, found.get_unique_constraints(name))),
            sorted(
                (str(rule["name"]), in_any_order(str(rule["sqltext"])))
                for rule in found.get_check_constraints(name)
            ),
        ]
        for name in names
    }
    return tables | {
        query: [in_any_order(line.replace("\\n", " ")) for line in lines]
        for query, lines in kept.items()
    }


def with_checks(old: dict[str, Any]) -> dict[str, Any]:
    """What keeps numbers whole in a store of before on SQLite, said as in a new one.

    SQLite adds no CHECK to a table that is there: two triggers look at the same columns of rows that come, and of rows
    that change.
    """
    told: dict[str, dict[str, str]] = {}
    others = []
    for line in old.get(KEPT, []):
        rule = re.search(
            r"TRIGGER (\w+)_whole_on_(insert|update) BEFORE (.+?) ON \1 WHEN (.+) BEGIN SELECT RAISE\(",
            line,
        )
        if rule is None:
            others.append(line)
            continue
        table, when, action, broken = rule.groups()
        columns = re.findall(r"NEW\.(\w+)", broken)
        assert action == ("INSERT" if when == "insert" else f"UPDATE OF {', '.join(columns)}")
        told.setdefault(table, {})[when] = broken
    for table, broken in told.items():
        assert broken.keys() == {"insert", "update"}
        assert broken["insert"] == broken["update"]
        check = broken["insert"].replace("NEW.", "").replace("NOT IN", "IN").replace("OR", "AND")
        *rest, checks = old[table]
        old[table] = [*rest, sorted([*checks, (f"ck_{table}_whole_numbers", check)])]
    return old | {KEPT: others} if told else old


def in_any_order(rule: str) -> str:
    """A rule with the words that it allows in alphabetical order: which comes first means nothing."""
    word = r"'\w+'(?:::text)?"
    return re.sub(
        rf"{word}(?:, {word})+", lambda words: ", ".join(sorted(words[0].split(", "))), rule
    )


def test_it_is_taken_over_with_all_its_rows_and_works_on(old: Engine) -> None:
    before = rows(old)
    assert before["orders"]
    assert not is_current(old, BRANCHES)
    migrate(old, BRANCHES)
    assert is_current(old, BRANCHES)
    assert {table: held for table, held in rows(old).items() if held or table in before} == before
    with reading(old) as connection:
        kinds = connection.execute(select(schema.provider_record.c.kind)).scalars()
        assert sorted(kinds) == ["customer", "provider_call"]
        assert examine(connection) == []
        tenant = find_tenant(connection, "acme")
    shop = Shop(old, tenant, {"S0"})
    buyer, clock = shop.buyer(5000), shop.variant(1234)
    with shop.work(buyer) as work:
        cart.add(work, clock)
        checkout(work, "wallet")
    with reading(old) as connection:
        assert examine(connection) == []
    assert len(rows(old)["orders"]) == len(before["orders"]) + 1


def test_its_tables_and_rules_are_those_of_a_new_store(
    old: Engine, request: pytest.FixtureRequest
) -> None:
    migrate(old, BRANCHES)
    new = request.getfixturevalue("engine" if old.dialect.name == "sqlite" else "postgres_engine")
    kept, made = with_checks(structure(old)), structure(new)
    assert kept.keys() == made.keys()
    if old.dialect.name == "sqlite":
        for table in schema.WHOLE_NUMBERS:
            assert f"ck_{table}_whole_numbers" in dict(made[table][-1])
    for name, found in kept.items():
        assert found == made[name], name


@pytest.mark.parametrize("revision", ["c001", "c004"])
def test_one_that_stopped_on_the_way_is_refused_and_left_as_it_is(
    old: Engine, revision: str
) -> None:
    with old.begin() as connection:
        update = text("UPDATE alembic_version SET version_num = :stop WHERE version_num = 'c005'")
        connection.execute(update, {"stop": revision})
    before = structure(old)
    with pytest.raises(MigrationNeeded, match=rf"must stand at c005 .*; got {revision}\. Open it"):
        migrate(old, BRANCHES)
    assert structure(old) == before


def test_it_keeps_and_refuses_the_numbers_that_a_new_store_does(
    old: Engine, request: pytest.FixtureRequest
) -> None:
    migrate(old, BRANCHES)
    new = request.getfixturevalue("engine" if old.dialect.name == "sqlite" else "postgres_engine")
    make_tenant(new)
    given = [7, 7.0, 1.5, "7", "7.0", "1.5", "seven", "true", "", True, b"7", 2**53, 1e300, None]
    for value in given:
        for how in (
            "INSERT INTO counter (tenant_id, name, value) VALUES (1, 'tried', :value)",
            "UPDATE counter SET value = :value",
        ):
            assert outcome(old, how, value) == outcome(new, how, value), value
    if old.dialect.name == "sqlite":
        assert outcome(new, how, 7.0) == 7
        assert (
            outcome(new, how, 1.5)
            == outcome(new, how, "seven")
            == outcome(new, how, "true")
            == "refused"
        )


def outcome(engine: Engine, how: str, value: object) -> object:
    """What a counter holds once it was given a value, which is taken back."""
    with engine.connect() as connection:
        connection.execute(
            text("INSERT INTO counter (tenant_id, name, value) VALUES (1, 'there', 0)")
        )
        try:
            connection.execute(text(how), {"value": value})
        except DBAPIError:
            return "refused"
        tried = "SELECT max(value) FROM counter WHERE name IN ('there', 'tried')"
        return connection.execute(text(tried)).scalar_one()

"""Row-level security: a role that works for one tenant at a time, and the policy that holds it there.

PostgreSQL only. The owner of the tables still sees every row: migrations, imports and the doctor work as it.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

ROLE = "bellwether_tenant"
"""Takes part in no login; `commerce.records.work` steps into it for the length of a transaction."""

_MAKE_ROLE = f"""DO $$ BEGIN
    CREATE ROLE {ROLE} NOLOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'no right to create role {ROLE}: tenants are kept apart by statements only';
END $$"""
_JOIN_ROLE = f"""DO $$ BEGIN
    IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN
        EXECUTE format('GRANT {ROLE} TO %I', current_user);
    END IF;
END $$"""


def isolate(*tables: str, key: str = "tenant_id") -> None:
    """Let the role see and write only rows of the tenant it works for.

    Parameters
    ----------
    *tables : str
    key : str, default "tenant_id"
        The column that names the tenant.
    """
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute(_MAKE_ROLE)
    joined = _role_exists()
    if joined:
        op.execute(_JOIN_ROLE)
    own = f"{key} = NULLIF(current_setting('bellwether.tenant_id', true), '')::integer"
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_of_tenant ON {table} USING ({own}) WITH CHECK ({own})")
        if joined:
            op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")
    if joined:
        op.execute(f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")


def share(table: str) -> None:
    """Let the role read a table whose rows belong to no tenant."""
    if op.get_bind().dialect.name != "sqlite" and _role_exists():
        op.execute(f"GRANT SELECT ON {table} TO {ROLE}")


def _role_exists() -> bool:
    """Tell whether the role could be made."""
    found = op.get_bind().scalar(
        text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": ROLE}
    )
    return bool(found)

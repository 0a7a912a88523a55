"""Going through the rules, tenant by tenant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, func, select, text

from commerce.records import schema
from commerce.records.doctor import ledger_rules, record_rules, reference_rules
from commerce.records.doctor.rule import Rule
from commerce.records.prepared import Prepared
from commerce.records.tenants import Tenant, list_tenants

_EXAMPLES = 5


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One rule that does not hold for one tenant.

    Attributes
    ----------
    rule : str
        The rule's short name.
    tenant : str
        The tenant's slug; empty for a fault that no tenant's records can be blamed for.
    count : int, >= 1
        How many rows break the rule.
    examples : tuple of str
        At most five of them.
    sentence : str
        What must hold.
    """

    rule: str
    tenant: str
    count: int
    examples: tuple[str, ...]
    sentence: str

    def __str__(self) -> str:
        """Say it on one line.

        Examples
        --------
        >>> print(Finding(rule="balances", tenant="demo", count=1, examples=("account 3",),
        ...     sentence="A kept balance must equal the fold of its postings."))
        demo: balances: A kept balance must equal the fold of its postings. 1 breaks it: account 3
        """
        shown = ", ".join(self.examples)
        more = ", ..." if self.count > len(self.examples) else ""
        verb = "breaks" if self.count == 1 else "break"
        return (
            f"{self.tenant or 'database'}: {self.rule}: {self.sentence}"
            f" {self.count:,} {verb} it: {shown}{more}"
        )


def examine(connection: Connection, tenant: Tenant | None = None) -> list[Finding]:
    """Look for records that contradict each other.

    Parameters
    ----------
    connection : Connection
        A reading transaction is enough.
    tenant : Tenant, optional
        Only this tenant's records; by default every tenant's, and the database file itself.

    Returns
    -------
    list of Finding
        By tenant, then in the order of the rules; empty where all is well.
    """
    found = [
        finding
        for each in ([tenant] if tenant else list_tenants(connection))
        for rule, breaking in _prepared(connection.dialect.name)
        if (finding := _apply(connection, rule, breaking, each)) is not None
    ]
    if tenant is None and connection.dialect.name == "sqlite":
        found.extend(_dangling(connection))
    return found


def rules(dialect: str) -> tuple[Rule, ...]:
    """Give every rule, in the order in which they are examined.

    Parameters
    ----------
    dialect : {"sqlite", "postgresql"}
    """
    return (*ledger_rules.RULES, *record_rules.RULES, *reference_rules.rules(dialect))


@cache
def _prepared(dialect: str) -> tuple[tuple[Rule, Prepared], ...]:
    """Each rule with its query, which is written once for every tenant and record store."""
    return tuple(
        (rule, Prepared(select(rule.breaking.subquery()).limit(_EXAMPLES)))
        for rule in rules(dialect)
    )


def _apply(
    connection: Connection, rule: Rule, breaking: Prepared, tenant: Tenant
) -> Finding | None:
    key = {"tenant": tenant.id}
    examples = [example for (example,) in breaking(connection, key)]
    if not examples:
        return None
    broken = rule.breaking.subquery()
    return Finding(
        rule=rule.name,
        tenant=tenant.slug,
        count=connection.execute(select(func.count()).select_from(broken), key).scalar_one(),
        examples=tuple(map(str, examples)),
        sentence=rule.sentence,
    )


def _dangling(connection: Connection) -> Iterator[Finding]:
    """Ask SQLite itself for dangling references that no tenant's rules look at."""
    broken: dict[str, list[str]] = {}
    for table, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check")):
        if table not in schema.metadata.tables or parent == "tenant":
            broken.setdefault(f"A row of {table} must refer to an existing {parent}.", []).append(
                f"{table} row {row}"
            )
    for sentence, rows in broken.items():
        yield Finding(
            rule="orphans",
            tenant="",
            count=len(rows),
            examples=tuple(rows[:_EXAMPLES]),
            sentence=sentence,
        )

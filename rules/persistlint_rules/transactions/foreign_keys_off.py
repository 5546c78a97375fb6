from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import (
    Finding,
    ForeignKeyFact,
    Label,
    Opening,
    Project,
    Severity,
    Store,
    StoreClause,
    TableFact,
    rule,
)
from persistlint_rules._stores.doors import created, promised, stores
from persistlint_rules._stores.lost import is_in_vain, is_lost

_ACTS = frozenset({"CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT"})
_MOST_SHOWN = 4


@rule(severity=Severity.ERROR, since="0.1")
def foreign_keys_off(project: Project) -> Iterator[Finding]:
    """Foreign keys are never switched on, though the contract says so, or actions are declared that rest on them."""
    told: set[str] = set()
    for clause, openings in promised(project):
        for opening in openings:
            if clause.foreign_keys and opening.foreign_keys is False and not _is_meant(project, opening):
                told.add(opening.store)
                yield _promised(clause, opening)
    for store in stores(project):
        if store.name not in told and all(one.foreign_keys is False for one in store.openings):
            yield from _never_fires(project, store)


def _is_meant(project: Project, opening: Opening) -> bool:
    """Whether it is switched on, on one connection or in a transaction: these have rules of their own."""
    return any(
        one.name == "foreign_keys" and (is_in_vain(one) or is_lost(project, opening, one)) for one in opening.pragmas
    )


def _promised(clause: StoreClause, opening: Opening) -> Finding:
    return Finding(
        f"foreign keys are not checked on the store `{clause.name}`, its contract says they are",
        at=opening.foreign_keys_at or opening.span,
        related=(
            Label(clause.at("foreign_keys"), "the contract says so here"),
            *((created(opening),) if opening.foreign_keys_at is not None else ()),
        ),
        help="run `PRAGMA foreign_keys=ON` in a `connect` hook",
        data={
            "store": clause.name,
            "function": opening.function,
            "aspect": "foreign_keys",
            "expected": "ON",
            "actual": "OFF",
        },
    )


def _never_fires(project: Project, store: Store) -> Iterator[Finding]:
    keys = [(table, key) for table in _tables(project, store) for key in table.foreign_keys if _acts(key)]
    opening = next((one for one in store.openings if one.tables), store.openings[0])
    if not keys or any(_is_meant(project, one) for one in store.openings):
        return
    table, key = keys[0]
    columns = ", ".join(key.columns)
    more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
    yield Finding(
        f"`PRAGMA foreign_keys` is never switched on for the store `{store.name}`, so `{_action(key)}` of "
        f"`{table.name}.{columns}`{more} never fires",
        at=opening.span,
        related=tuple(Label(one.span, f"`{of.name}` declares `{_action(one)}` here") for of, one in keys[:_MOST_SHOWN]),
        help="run `PRAGMA foreign_keys=ON` on each connection, or drop the action",
        data={
            "store": store.name,
            "function": opening.function,
            "table": table.name,
            "column": columns,
            "aspect": "foreign_keys",
            "expected": "ON",
            "actual": "OFF",
        },
    )


def _tables(project: Project, store: Store) -> list[TableFact]:
    wanted = {name.lower() for name in store.tables}
    return [table for table in project.fresh or project.tables if table.name.lower() in wanted]


def _acts(key: ForeignKeyFact) -> bool:
    return any((action or "").upper() in _ACTS for action in (key.ondelete, key.onupdate))


def _action(key: ForeignKeyFact) -> str:
    if (key.ondelete or "").upper() in _ACTS:
        return f"ON DELETE {(key.ondelete or '').upper()}"
    return f"ON UPDATE {(key.onupdate or '').upper()}"

"""A fresh schema and an upgraded one, side by side, table by table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from persistlint.facts.schema import ColumnFact, TableFact
from persistlint.facts.upgrades import Difference, StoreUpgrade, UpgradeStart
from persistlint.reporters.html.text import place, plain, table

_OF_A_COLUMN = frozenset({"column", "type", "nullable", "default"})
_MANY = 6
"""Failures from that number on are folded away."""
_ABSENT = '<span class="soft">not there</span>'


def upgraded(store: StoreUpgrade, fresh: Mapping[str, TableFact]) -> Iterator[str]:
    """For each start: what fails, and the tables that it may have otherwise, in full where they differ."""
    for start in store.starts:
        failed, differ = len(start.failed), len({one.table.lower() for one in start.differences})
        verdict = (
            "the same as a fresh install"
            if not failed and not differ
            else ", ".join(
                part
                for part in (
                    f"{differ} {'table differs' if differ == 1 else 'tables differ'}" if differ else "",
                    f"{failed} {'statement fails' if failed == 1 else 'statements fail'}" if failed else "",
                )
                if part
            )
        )
        sign = '<span class="sign pass">✓</span>' if not failed and not differ else '<span class="sign fail">✗</span>'
        yield f"<h4>{sign} From {plain(start.start)}: {verdict}</h4>"
        if start.failed:
            yield _failures(start)
        for name in sorted({one.table.lower() for one in start.differences}):
            own = [one for one in start.differences if one.table.lower() == name]
            yield _table(own[0].table, fresh.get(name), own, known=start.knows(name))


def _failures(start: UpgradeStart) -> str:
    rows = [
        (
            place(one.span),
            f"<code>{plain(' '.join(one.statement.split()))}</code>",
            plain(one.error),
            "as soon as there is a row" if one.seeded else "always",
        )
        for one in start.failed
    ]
    inner = table(("Where", "Statement", "SQLite says", "When"), rows, "stack")
    return f"<details{' open' if len(rows) < _MANY else ''}><summary>Statements that fail</summary>{inner}</details>"


def _table(name: str, fresh: TableFact | None, differences: Sequence[Difference], *, known: bool) -> str:
    by_column: dict[str, list[Difference]] = {}
    others: list[Difference] = []
    for one in differences:
        if one.aspect in _OF_A_COLUMN:
            by_column.setdefault(one.object.lower(), []).append(one)
        else:
            others.append(one)
    rows: list[tuple[str, str, str, bool]] = []
    for column in fresh.columns if fresh is not None else ():
        own = by_column.pop(column.name.lower(), [])
        rows.append((f"<code>{plain(column.name)}</code>", _column(column), _after(column, own), bool(own)))
    rows += [(f"<code>{plain(own[0].object)}</code>", *_both(own[0]), True) for own in by_column.values()]
    rows += [(f"{plain(one.aspect)} <code>{plain(one.object)}</code>", *_both(one), True) for one in others]
    doubt = "" if known else ' <span class="soft">(not certain: a part of its upgrades could not be followed)</span>'
    return f"<h5>{plain(name)}{doubt}</h5>{_sides(rows)}"


def _sides(rows: Iterable[tuple[str, str, str, bool]]) -> str:
    body = "".join(
        f'<tr class="{"differs" if differs else ""}"><td data-title="what">{"≠ " if differs else ""}{what}</td>'
        f'<td data-title="fresh">{left}</td><td data-title="upgraded">{right}</td></tr>'
        for what, left, right, differs in rows
    )
    head = '<tr><th scope="col">What</th><th scope="col">Fresh install</th><th scope="col">Upgraded database</th></tr>'
    return f'<table class="sides stack"><thead>{head}</thead><tbody>{body}</tbody></table>'


def _both(one: Difference) -> tuple[str, str]:
    return _side(one.expected, present=one.change != "extra"), _side(one.actual, present=one.change != "missing")


def _side(text: str | None, *, present: bool) -> str:
    if not present:
        return _ABSENT
    return f"<code>{plain(text)}</code>" if text else "there"


def _column(column: ColumnFact, changed: Mapping[str, str | None] | None = None) -> str:
    """A column's definition; `changed` has the aspects that are otherwise."""
    changed = changed or {}
    type_ = changed.get("type", column.type if column.type is not None else "?")
    default = changed.get("default", column.server_default)
    nullable = changed.get("nullable", "NULL" if column.nullable else "NOT NULL")
    parts = [type_ or "", nullable or "", f"DEFAULT {default}" if default else ""]
    return f"<code>{plain(' '.join(part for part in parts if part))}</code>"


def _after(column: ColumnFact, differences: Sequence[Difference]) -> str:
    if any(one.aspect == "column" for one in differences):
        return _ABSENT
    changed = {one.aspect: one.actual for one in differences}
    if "nullable" in changed:
        changed["nullable"] = "NOT NULL" if column.nullable else "NULL"
    return _column(column, changed)

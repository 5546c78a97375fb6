from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Keeping, Label, Project, Severity, rule
from persistlint_rules.documents._shared.clauses import clause_of, promised

_SECOND = 1.0
_UNITS = ((60.0, "minute"), (3600.0, "hour"), (86400.0, "day"), (604800.0, "week"), (2.6e6, "month"), (3.1e7, "year"))


@rule(severity=Severity.WARNING, since="0.1")
def backup_name_not_unique(project: Project) -> Iterator[Finding]:
    """A second import overwrites the backup that the first one made."""
    for exchange in project.ledger.exchanges:
        clause = clause_of(project, exchange) if exchange.kind == "import" else None
        for one in exchange.keeping:
            reason = _reason(one)
            if reason is None or one.name is None:
                continue
            yield Finding(
                f"the backup `{one.name}` {reason}: a second import overwrites the first backup",
                at=one.span,
                related=(
                    *(promised(clause, "backup") if clause is not None and clause.backup is not None else ()),
                    Label(exchange.span, f"rows of `{exchange.table}` are made here"),
                ),
                help="put the time, down to the second, into the name of the backup",
                data={
                    "table": exchange.table,
                    "aspect": "backup-name",
                    "function": exchange.function,
                    "object": one.name,
                    "expected": None if clause is None else clause.backup,
                },
            )


def _reason(one: Keeping) -> str | None:
    if one.kind not in ("rename", "move", "copy") or one.unique or one.name is None or "." not in one.name:
        return None
    if one.finest is None:
        return "has always the same name"
    if one.finest <= _SECOND:
        return None
    unit = next((name for seconds, name in _UNITS if one.finest <= seconds), "year")
    return f"has the same name all {unit}"

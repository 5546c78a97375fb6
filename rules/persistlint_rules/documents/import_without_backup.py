from __future__ import annotations

import re
from collections.abc import Iterator

from persistlint.sdk import DocumentClause, Exchange, Finding, Keeping, Label, Project, Severity, Span, rule
from persistlint_rules.documents._shared.clauses import clause_of, promised

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


@rule(severity=Severity.ERROR, since="0.1")
def import_without_backup(project: Project) -> Iterator[Finding]:
    """An imported file is deleted, or moved away before its rows are safe, or not kept as the contract says."""
    for exchange in project.ledger.exchanges:
        if exchange.kind != "import":
            continue
        clause = clause_of(project, exchange)
        found = _removed(exchange) or _early(exchange) or _unkept(exchange, clause)
        if found is None:
            continue
        message, at, text = found
        yield Finding(
            message,
            at=at,
            related=(
                *(promised(clause, "backup") if clause is not None and clause.backup is not None else ()),
                Label(exchange.span, f"rows of `{exchange.table}` are made here"),
            ),
            help=text,
            data={
                "table": exchange.table,
                "aspect": "backup",
                "function": exchange.function,
                "object": exchange.file,
                "expected": None if clause is None else clause.backup,
                "actual": ", ".join(one.name or one.kind for one in exchange.keeping) or None,
            },
        )


_Verdict = tuple[str, Span, str]


def _removed(exchange: Exchange) -> _Verdict | None:
    """The file is deleted and no copy of it was made."""
    for index, one in enumerate(exchange.keeping):
        if one.kind == "delete" and not any(_keeps(other) for other in exchange.keeping[:index]):
            message = f"{_file(exchange)} is deleted after the import: what the import got wrong cannot be repaired"
            return message, one.span, "rename the file instead, to a name with the time in it"
    return None


def _early(exchange: Exchange) -> _Verdict | None:
    """The file is moved away before the rows are committed."""
    for one in exchange.keeping:
        if one.kind in ("rename", "move", "delete") and one.before_commit:
            message = (
                f"{_file(exchange)} is moved away before its rows are committed: a failed import is never tried again"
            )
            return message, one.span, "move the file after the commit"
    return None


def _unkept(exchange: Exchange, clause: DocumentClause | None) -> _Verdict | None:
    """The contract promises a backup, and the import makes none, or one of another name."""
    if clause is None or clause.backup is None:
        return None
    kept = [one for one in exchange.keeping if _keeps(one)]
    if not kept:
        message = f"`{exchange.function}` keeps no backup, the contract promises `{clause.backup}`"
        return message, exchange.defined, f"rename the file to `{clause.backup}` after the commit"
    names = [one.name for one in kept]
    wanted = _PLACEHOLDER.sub("{…}", clause.backup)
    # A name without the time in it is the business of `backup-name-not-unique`.
    if None in names or any(_plain(name) == _plain(wanted) for name in names if name is not None):
        return None
    message = f"the backup is named `{names[0]}`, the contract promises `{clause.backup}`"
    return message, kept[0].span, f"name the backup `{clause.backup}`"


def _plain(name: str) -> str:
    return _PLACEHOLDER.sub("", name).rstrip(".-_")


def _keeps(one: Keeping) -> bool:
    return one.kind in ("rename", "move", "copy")


def _file(exchange: Exchange) -> str:
    return f"`{exchange.file}`" if exchange.file is not None else "the imported file"

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from persistlint.sdk import Contract, Finding, Label, Project, Severity, Span, rule

Promise = tuple[str, Span]
"""What is promised, in words, and where."""


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def duplicate_declaration(project: Project) -> Iterator[Finding]:
    """A table, clause or artifact that the documents declare twice."""
    contract = project.contract
    for table in contract.repeated:
        first = contract.named(table.name)
        if first is not None:
            yield _finding(f"table `{table.name}`", table.span, first.span, {"table": table.name})
    for promises in _promises(contract):
        yield from _repeated(promises)


def _promises(contract: Contract) -> Iterator[Iterable[Promise]]:
    yield ((f"`[[table]]` clause of `{one.name}`", one.span) for one in contract.table_clauses)
    yield ((f"store `{one.name}`", one.span) for one in contract.stores)
    yield ((f"upgrade of {_of(one.table, one.column)}", one.span) for one in contract.upgrades)
    yield ((f"document `{one.path}` of table `{one.table}`", one.span) for one in contract.documents)
    yield ((f"default of {_of(one.table, one.column)}", one.span) for one in contract.defaults)
    yield ((f"artifact `{one.id.text}`", one.id.span) for one in contract.artifacts)


def _of(table: str, column: str | None) -> str:
    return f"`{table}`" if column is None else f"`{table}.{column}`"


def _repeated(promises: Iterable[Promise]) -> Iterator[Finding]:
    first: dict[str, Span] = {}
    for what, span in promises:
        known = first.setdefault(what.lower(), span)
        if known != span:
            yield _finding(what, span, known, {"object": what})


def _finding(what: str, span: Span, first: Span, data: Mapping[str, str]) -> Finding:
    return Finding(
        f"{what} is declared a second time",
        at=span,
        related=(Label(first, "the first declaration, which counts"),),
        help="keep one of the two",
        data=data,
    )

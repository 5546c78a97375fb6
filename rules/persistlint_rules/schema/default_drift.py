from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import ColumnFact, DefaultClause, Finding, Project, Severity, rule, same_default
from persistlint_rules.schema._shared.pairs import Pair, pairs
from persistlint_rules.schema._shared.python_defaults import differs
from persistlint_rules.schema._shared.words import declared

_UNKNOWN = "?"


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def default_drift(project: Project) -> Iterator[Finding]:
    """A column whose default, in the database or in Python, is not the declared one."""
    for pair in pairs(project):
        for wanted, own in pair.common():
            if _server_differs(wanted, own):
                yield _finding(pair, wanted, own)
            clause = project.contract.python_default(pair.declared.name, wanted.name)
            if clause is not None and pair.code.origin != "ddl" and differs(clause, own.python_default):
                yield _python_finding(pair, clause, own)


def _server_differs(wanted: ColumnFact, own: ColumnFact) -> bool:
    if wanted.generated or own.generated or own.server_default == _UNKNOWN:
        return False
    return not same_default(wanted.type or own.type or "", wanted.server_default, own.server_default)


def _finding(pair: Pair, wanted: ColumnFact, own: ColumnFact) -> Finding:
    promised = "no DEFAULT" if wanted.server_default is None else f"`DEFAULT {wanted.server_default}`"
    has = "no DEFAULT" if own.server_default is None else f"`DEFAULT {own.server_default}`"
    return Finding(
        f"`{pair.declared.name}.{wanted.name}` has {has} in the code, the contract says {promised}",
        at=own.span,
        related=declared(wanted.span),
        help=f"give the column {promised} by `server_default`, or change the contract"
        if wanted.server_default is not None and pair.code.origin != "ddl"
        else f"give the column {promised}, or change the contract",
        data={
            "table": pair.declared.name,
            "column": wanted.name,
            "aspect": "default",
            "expected": wanted.server_default,
            "actual": own.server_default,
        },
    )


def _python_finding(pair: Pair, clause: DefaultClause, own: ColumnFact) -> Finding:
    promised = clause.value if clause.value is not None else clause.by
    has = "no Python default" if own.python_default is None else f"the Python default `{own.python_default}`"
    return Finding(
        f"`{pair.declared.name}.{own.name}` has {has} in the code, the contract says `{promised}`",
        at=own.span,
        related=declared(clause.at("value" if clause.value is not None else "by")),
        help=f"give the column the default `{promised}`, or change the contract",
        data={
            "table": pair.declared.name,
            "column": own.name,
            "aspect": "python-default",
            "expected": promised,
            "actual": own.python_default,
        },
    )

from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, Label, Project, Severity, Statement, TableUse, rule
from persistlint_rules.queries._company import Company, is_system
from persistlint_rules.queries._history import Step
from persistlint_rules.queries._known import Known
from persistlint_rules.queries._pieces import has_empty_gap
from persistlint_rules.queries._places import Part
from persistlint_rules.queries._statements import Parts, data_statements
from persistlint_rules.queries._words import close_to


@rule(severity=Severity.ERROR, since="0.1")
def unknown_table(project: Project) -> Iterator[Finding]:
    """A statement reads or writes a table that nothing in the project creates."""
    known = Known(project)
    statements = data_statements(project)
    company, parts = Company(statements, known), Parts(project)
    seen: set[object] = set()
    for statement in statements:
        if parts.of(statement) is Part.UPGRADE:
            continue  # it may meet a table of an age whose CREATE is long gone
        for use in statement.sql.tables:
            if is_system(use.name, use.schema) or has_empty_gap(statement, use.start, use.end):
                continue
            finding = _judge(known, company, statement, use)
            if finding is not None and (finding.at, use.name) not in seen:
                seen.add((finding.at, use.name))
                yield finding


def _judge(known: Known, company: Company, statement: Statement, use: TableUse) -> Finding | None:
    step = known.gone(use.name)
    if known.names(use.name):
        return _gone(step, statement, use) if step is not None and company.is_good(statement) else None
    path = statement.span.path
    if known.is_open_at(path) or known.is_touched_in(use.name, path):
        return None
    upgraded = known.is_upgraded(use.name) and not company.is_open
    if not (upgraded or company.is_good(statement) or company.is_slip(statement, use.name)):
        return None
    return _missing(known, statement, use) if step is None else _gone(step, statement, use)


def _missing(known: Known, statement: Statement, use: TableUse) -> Finding:
    similar = close_to(use.name, known.all_names())
    if similar is None:
        related: tuple[Label, ...] = ()
        text = f"create the table `{use.name}`, or name one that exists"
    else:
        related = (Label(known.all_of(similar)[0].fact.span, f"`{similar}` is created here"),)
        text = f"write `{similar}`, or create the table `{use.name}`"
    message = f"table `{use.name}` is {_verb(use)} here but nothing in the project creates it"
    return _finding(message, statement, use, related, text)


def _gone(step: Step, statement: Statement, use: TableUse) -> Finding:
    if step.new_name is None:
        label = Label(step.span, f"`{use.name}` is dropped here")
        message = f"table `{use.name}` is {_verb(use)} here but an upgrade drops it"
        return _finding(message, statement, use, (label,), f"keep the table `{use.name}`, or stop using it")
    label = Label(step.span, f"`{use.name}` becomes `{step.new_name}` here")
    message = f"table `{use.name}` is {_verb(use)} here but an upgrade renames it to `{step.new_name}`"
    return _finding(message, statement, use, (label,), f"write `{step.new_name}`")


def _verb(use: TableUse) -> str:
    return "written" if use.write else "read"


def _finding(message: str, statement: Statement, use: TableUse, related: tuple[Label, ...], text: str) -> Finding:
    at = statement.span_of(use.start, use.end)
    return Finding(message, at, related, text, data={"table": use.name, "function": statement.function})

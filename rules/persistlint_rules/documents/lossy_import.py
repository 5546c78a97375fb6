from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Edit, Finding, Fix, Label, Project, Severity, rule
from persistlint_rules.documents._shared.losses import Loss, losses

_LITERALS = frozenset({"True", "False", "None"})


@rule(severity=Severity.ERROR, since="0.1")
def lossy_import(project: Project) -> Iterator[Finding]:
    """An import leaves out a column that the document holds."""
    for loss in losses(project, "import"):
        name = loss.column.name
        yield Finding(
            f"`{loss.exchange.function}` does not import `{loss.table.name}.{name}`: what the document holds is lost",
            at=loss.exchange.span,
            related=(Label(loss.against, loss.promise), Label(loss.column.span, "the column")),
            help=f"read `{name}` from the document, with the column's default where it is missing",
            fix=_fix(project, loss),
            data={
                "table": loss.table.name,
                "column": name,
                "aspect": "import",
                "function": loss.exchange.function,
                "object": loss.exchange.file,
            },
        )


def _fix(project: Project, loss: Loss) -> Fix | None:
    place, column = loss.exchange.insertion, loss.column
    value = _attribute(project, loss) if loss.exchange.reads_by == "attribute" else _entry(loss)
    if place is None or value is None:
        return None
    edit = Edit(place.at, f"{column.attribute or column.name}={value},{place.separator}")
    return Fix(f"import `{column.name}`", (edit,))


def _attribute(project: Project, loss: Loss) -> str | None:
    """The attribute of an entry; None where it may be null and the column may not."""
    exchange, name = loss.exchange, loss.column.attribute or loss.column.name
    shape = next((one for one in project.ledger.shapes if one.span == exchange.entry), None)
    field = None if shape is None else shape.field(name)
    if exchange.source is None or field is None or (field.nullable and not loss.column.nullable):
        return None
    return f"{exchange.source}.{name}"


def _entry(loss: Loss) -> str | None:
    """The entry of that name, with something that stands in for it where an older document has none."""
    source, default = loss.exchange.source, _default(loss)
    if source is None or default is None or loss.exchange.reads_by not in ("get", "item"):
        return None
    return f'{source}.get("{loss.column.name}"{default})'


def _default(loss: Loss) -> str | None:
    """What stands in for a value that an older document has not; None where nothing is known to fit."""
    column = loss.column
    if column.python_default is not None and _is_literal(column.python_default):
        return "" if column.python_default == "None" else f", {column.python_default}"
    if column.nullable:
        return ""
    return None


def _is_literal(text: str) -> bool:
    return text in _LITERALS or text.lstrip("-").isdecimal() or (text[:1] in "'\"" and text[:1] == text[-1:])

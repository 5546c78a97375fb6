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
            fix=_fix(loss),
            data={
                "table": loss.table.name,
                "column": name,
                "aspect": "import",
                "function": loss.exchange.function,
                "object": loss.exchange.file,
            },
        )


def _fix(loss: Loss) -> Fix | None:
    place, source, column = loss.exchange.insertion, loss.exchange.source, loss.column
    attribute = column.attribute or column.name
    if place is None or source is None or loss.exchange.reads_by not in ("get", "item"):
        return None
    default = _default(loss)
    if default is None:
        return None
    value = f'{source}.get("{column.name}"{default})'
    edit = Edit(place.at, f"{attribute}={value},{place.separator}")
    return Fix(f"import `{column.name}`", (edit,))


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

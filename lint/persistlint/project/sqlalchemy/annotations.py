"""What annotations say: the Python type, whether None is allowed, and what `Annotated` brings."""

from __future__ import annotations

from persistlint.project.interp.values import Const, External, Items, Made, Operation, Value
from persistlint.project.sqlalchemy.columns import column_object
from persistlint.project.sqlalchemy.symbols import symbol

MAPPED = frozenset({"Mapped", "WriteOnlyMapped", "DynamicMapped"})


def mapped_type(value: Value) -> Value | None:
    """What stands in `Mapped[…]`; None for another annotation."""
    if isinstance(value, Operation) and value.op == "[]" and symbol(value.operands[0]) in MAPPED:
        return value.operands[1]
    return None


def unwrap_annotation(value: Value) -> tuple[Value, bool, Made | None]:
    """The Python type without None, whether None is allowed, and the preset of an `Annotated[…, mapped_column(…)]`."""
    options, nullable = _without_none(value)
    python = options[0] if options else value
    if isinstance(python, Operation) and python.op == "[]" and _names_annotated(python.operands[0]):
        parts = listed(python.operands[1])
        preset = next((part for part in parts[1:] if column_object(part) is not None), None)
        if preset is not None or not parts:
            inner, more, _ = unwrap_annotation(parts[0])
            return inner, nullable or more, column_object(preset)
        _, more = _without_none(parts[0])
        return python, nullable or more, None
    return python, nullable, None


def is_annotated(value: Value) -> bool:
    """Whether a value is an `Annotated[…]`."""
    return isinstance(value, Operation) and value.op == "[]" and _names_annotated(value.operands[0])


def _names_annotated(value: Value) -> bool:
    return isinstance(value, External) and value.name.endswith(".Annotated")


def listed(value: Value) -> list[Value]:
    """The arguments between the brackets of a subscript."""
    return list(value.items) if isinstance(value, Items) else [value]


def _without_none(value: Value) -> tuple[list[Value], bool]:
    match value:
        case Operation(op="|", operands=operands):
            parts = [_without_none(operand) for operand in operands]
            return [item for items, _ in parts for item in items], any(nullable for _, nullable in parts)
        case Operation(op="[]", operands=(External(name=name), inner)) if name.endswith(".Optional"):
            items, _ = _without_none(inner)
            return items, True
        case Operation(op="[]", operands=(External(name=name), inner)) if name.endswith(".Union"):
            parts = [_without_none(item) for item in listed(inner)]
            return [item for items, _ in parts for item in items], any(nullable for _, nullable in parts)
        case Const(value=None):
            return [], True
        case _:
            return [value], False

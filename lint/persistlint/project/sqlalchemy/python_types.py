"""The column type that an annotation's Python type stands for."""

from __future__ import annotations

from persistlint.project.interp.enums import is_enum
from persistlint.project.interp.values import Class, Const, External, Items, Made, Mapping, Operation, Value
from persistlint.project.sqlalchemy.type_names import PYTHON, PYTHON_SQLMODEL
from persistlint.project.sqlalchemy.types import UNKNOWN, Rendered, Types


def python_type(types: Types, value: Value, mapping: Mapping | None, *, sqlmodel: bool = False) -> Rendered:
    """The type that an annotation's Python type maps to (`type_annotation_map` first)."""
    mapped = _mapped(value, mapping)
    if mapped is not None:
        return types.render(mapped)
    match value:
        case External(name=name):
            names = PYTHON_SQLMODEL if sqlmodel else PYTHON
            if name in names:
                return types.named(names[name], [], {})
            if "EmailStr" in name or "Url" in name:
                return Rendered("VARCHAR")
            return UNKNOWN
        case Class():
            return _class(types, value, mapping, sqlmodel=sqlmodel)
        case Made(func=External(name=name), args=[_, base]) if name.endswith(".NewType"):
            return python_type(types, base, mapping, sqlmodel=sqlmodel)
        case Operation(op="[]", operands=operands) if _is_literal(operands[0]):
            inner = operands[1].items if isinstance(operands[1], Items) else [operands[1]]
            return types.enum(list(inner), {})
        case Operation(op="[]", operands=operands):
            if isinstance(operands[0], External) and operands[0].name.endswith(".Annotated"):
                inner = operands[1].items if isinstance(operands[1], Items) else [operands[1]]
                return python_type(types, inner[0], mapping, sqlmodel=sqlmodel) if inner else UNKNOWN
            if mapping is not None:
                return python_type(types, operands[0], mapping, sqlmodel=sqlmodel)
            return UNKNOWN
        case _:
            return UNKNOWN


def _class(types: Types, cls: Class, mapping: Mapping | None, *, sqlmodel: bool) -> Rendered:
    if is_enum(cls):
        return types.enum([cls], {})
    for base in cls.mro():
        if isinstance(base, External):
            mapped = _mapped(base, mapping)
            if mapped is not None:
                return types.render(mapped)
            names = PYTHON_SQLMODEL if sqlmodel else PYTHON
            if base.name in names:
                return types.named(names[base.name], [], {})
    return UNKNOWN


def _mapped(value: Value, mapping: Mapping | None) -> Value | None:
    if mapping is None:
        return None
    for key, target in mapping.entries:
        if _same_type(key, value):
            return target
    return None


def _is_literal(value: Value) -> bool:
    return isinstance(value, External) and value.name.endswith(".Literal")


def _same_type(left: Value, right: Value) -> bool:
    """Whether two annotations name the same type."""
    if left is right:
        return True
    if isinstance(left, External) and isinstance(right, External):
        return left.name == right.name
    if isinstance(left, Operation) and isinstance(right, Operation) and left.op == right.op == "[]":
        return all(_same_type(one, other) for one, other in zip(left.operands, right.operands, strict=False))
    if isinstance(left, Items) and isinstance(right, Items) and len(left.items) == len(right.items):
        return all(_same_type(one, other) for one, other in zip(left.items, right.items, strict=True))
    if isinstance(left, Const) and isinstance(right, Const):
        return left.value == right.value
    return False

"""SQL expressions built in Python (`column > 0`, `func.lower(x)`, `text("…")`) back to SQL text."""

from __future__ import annotations

from collections.abc import Callable

from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Const,
    External,
    Items,
    Made,
    Member,
    Operation,
    Text,
    Value,
    known,
)
from persistlint.project.sqlalchemy.symbols import made, symbol

_OPERATORS = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "+": "+", "-": "-", "*": "*", "/": "/",
              "%": "%", "&": "AND", "|": "OR"}  # fmt: skip
_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_BARE_FUNCTIONS = {"now": "CURRENT_TIMESTAMP", "current_timestamp": "CURRENT_TIMESTAMP", "current_date": "CURRENT_DATE",
                   "current_time": "CURRENT_TIME"}  # fmt: skip
_COMPARISONS = {
    "is_": "IS", "is_not": "IS NOT", "isnot": "IS NOT", "is_not_distinct_from": "IS", "isnot_distinct_from": "IS",
    "is_distinct_from": "IS NOT", "like": "LIKE", "ilike": "LIKE", "not_like": "NOT LIKE", "notlike": "NOT LIKE",
    "not_ilike": "NOT LIKE", "notilike": "NOT LIKE",
}  # fmt: skip
_PATTERNS = {"startswith": ("", " || '%'"), "endswith": ("'%' || ", ""), "contains": ("'%' || ", " || '%'")}
_TRANSPARENT = frozenset({"label", "self_group", "nullslast", "nulls_last", "nullsfirst", "nulls_first"})
_DEEPEST = 24

_CONSTANTS = {"true": "1", "false": "0", "null": "NULL", "True_": "1", "False_": "0", "Null": "NULL"}
"""`sa.true()`, and the classes that it makes an instance of."""

Namer = Callable[[Value], str | None]


def literal(value: Value) -> str | None:
    """A constant as SQL text."""
    match value:
        case Const(value=None):
            return "NULL"
        case Const(value=bool(constant)):
            return "1" if constant else "0"
        case Const(value=constant):
            return str(constant)
        case Text() | Member():
            whole = known(value)
            return None if whole is None else "'" + whole.replace("'", "''") + "'"
        case _:
            return None


def expression(value: Value, namer: Namer, depth: int = 0) -> str | None:
    """The SQL of an expression; None where a part of it is unknown. `namer` gives the column that a value is."""
    if depth > _DEEPEST:
        return None
    named = namer(value)
    if named is not None:
        return named
    match value:
        case Choice(options=options):
            return expression(options[0], namer, depth + 1)
        case Operation():
            return _operation(value, namer, depth)
        case Made():
            return _made(value, namer, depth)
        case External():
            return _CONSTANTS.get(symbol(value) or "")
        case _:
            return literal(value)


def _operation(value: Operation, namer: Namer, depth: int) -> str | None:
    if len(value.operands) == 1 and value.op in ("~", "not"):
        return _negated(value.operands[0], namer, depth + 1)
    parts = [_operand(operand, namer, depth + 1) for operand in value.operands]
    known_parts = [part for part in parts if part is not None]
    if len(known_parts) < len(parts):
        return None
    if len(parts) == 1 and value.op == "-":
        return f"-{known_parts[0]}"
    if value.op not in _OPERATORS or len(parts) != 2:
        return None
    left, right = known_parts
    if right == "NULL" and value.op in ("==", "!="):
        return f"{left} IS {'NOT ' if value.op == '!=' else ''}NULL"
    if value.op == "+" and "'" in (left[:1], right[:1]):
        return f"{left} || {right}"
    if value.op == "/":
        return f"{left} / ({right} + 0.0)"  # Python's division, not SQLite's
    return f"{left} {_OPERATORS[value.op]} {right}"


def _operand(value: Value, namer: Namer, depth: int) -> str | None:
    """A part of a larger expression, in brackets where it is more than a name, a literal or a call."""
    text = expression(value, namer, depth)
    composed = isinstance(value, Operation) or made(value) in ("and_", "or_", "not_", "between")
    composed = composed or (isinstance(value, Made) and isinstance(value.func, Attribute) and namer(value) is None)
    return f"({text})" if text is not None and composed and " " in text else text


def _negated(value: Value, namer: Namer, depth: int) -> str | None:
    """SQLAlchemy turns a comparison round rather than put NOT before it."""
    if isinstance(value, Operation) and value.op in _OPPOSITES and len(value.operands) == 2:
        return expression(Operation(_OPPOSITES[value.op], value.operands, value.loc), namer, depth)
    inner = expression(value, namer, depth)
    if inner is None:
        return None
    return f"NOT {inner}" if inner.isidentifier() else f"NOT ({inner})"


def _made(value: Made, namer: Namer, depth: int) -> str | None:
    name = made(value)
    if name in ("text", "literal_column", "DDL", "column", "quoted_name", "conv") and value.args:
        return known(value.args[0])
    if name in ("and_", "or_") and value.args:
        parts = [_operand(arg, namer, depth + 1) for arg in value.args]
        joined = [part for part in parts if part is not None]
        return f" {name[:-1].upper()} ".join(joined) if len(joined) == len(parts) else None
    if name == "not_" and value.args:
        return _negated(value.args[0], namer, depth + 1)
    if name == "between" and len(value.args) == 3:
        return _between(value.args[0], value.args[1:], namer, depth)
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    if name in ("desc", "asc", "cast", "collate", "nullslast", "nullsfirst", "literal"):
        return _modifier(name.rstrip("_"), value.args, namer, depth)
    if isinstance(value.func, Attribute):
        if symbol(value.func.base) == "func":  # `db.func.now()`
            return _function(value.func.name, value.args, namer, depth)
        return _method(value, value.func, namer, depth)
    if isinstance(value.func, External):
        head, _, last = value.func.name.rpartition(".")
        if head.endswith("func"):
            return _function(last, value.args, namer, depth)
    return None


def _function(name: str, args: list[Value], namer: Namer, depth: int) -> str | None:
    if name in _BARE_FUNCTIONS and not args:
        return _BARE_FUNCTIONS[name]
    parts = [expression(arg, namer, depth + 1) for arg in args]
    known_parts = [part for part in parts if part is not None]
    return f"{name}({', '.join(known_parts)})" if len(known_parts) == len(parts) else None


def _modifier(name: str, args: list[Value], namer: Namer, depth: int) -> str | None:
    inner = expression(args[0], namer, depth + 1) if args else None
    if inner is None:
        return None
    match name:
        case "desc" | "asc":
            return f"{inner} {name.upper()}"
        case "literal":
            return inner
        case _:
            return None


def _method(value: Made, func: Attribute, namer: Namer, depth: int) -> str | None:
    base = expression(func.base, namer, depth + 1)
    if base is None:
        return None
    name, args = func.name, value.args
    if name in ("desc", "asc"):
        return f"{base} {name.upper()}"
    if name in _TRANSPARENT:
        return base
    if name in ("in_", "not_in", "notin_"):
        return _membership(base, name, args, namer, depth)
    if name == "between" and len(args) == 2:
        return _between(func.base, args, namer, depth)
    if name in _COMPARISONS and args:
        other = expression(args[0], namer, depth + 1)
        return None if other is None else f"{base} {_COMPARISONS[name]} {other}"
    if name in _PATTERNS and len(args) == 1 and not value.kwargs:
        before, behind = _PATTERNS[name]
        other = known(args[0])
        return None if other is None else f"{base} LIKE {before}{literal(args[0])}{behind}"
    return None


def _between(value: Value, bounds: list[Value], namer: Namer, depth: int) -> str | None:
    parts = [expression(one, namer, depth + 1) for one in (value, *bounds)]
    return None if None in parts else f"{parts[0]} BETWEEN {parts[1]} AND {parts[2]}"


def _membership(base: str, name: str, args: list[Value], namer: Namer, depth: int) -> str | None:
    if not args or not isinstance(args[0], Items) or args[0].open:
        return None
    parts = [expression(item, namer, depth + 1) for item in args[0].items]
    listed = [part for part in parts if part is not None]
    return f"{base} {'' if name == 'in_' else 'NOT '}IN ({', '.join(listed)})" if len(listed) == len(parts) else None


def server_default(value: Value, namer: Namer) -> str | None:
    """The text behind DEFAULT for `server_default=value`; None where the column has none, `?` where it is unknown."""
    if isinstance(value, Choice):
        value = value.options[0]
    match value:
        case Const(value=None):
            return None
        case Text():
            whole = value.known
            return "?" if whole is None else "'" + whole.replace("'", "''") + "'"
        case Made() if made(value) == "FetchedValue":
            return None
        case Made() if made(value) == "DefaultClause" and value.args:
            return server_default(value.args[0], namer)
        case _:
            rendered = expression(value, namer)
            if rendered is None:
                return "?"
            is_function = isinstance(value, Made) and made(value) not in ("text", "literal_column", *_CONSTANTS)
            return f"({rendered})" if is_function and rendered not in _BARE_FUNCTIONS.values() else rendered

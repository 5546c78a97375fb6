"""Which functions are interpreted for the ledger: routes, and those that name a model, a table or a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from persistlint.facts import code
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.modules import Module
from persistlint.project.interp.values import Attribute, Class, Function, Made, Value
from persistlint.project.ledger.kinds import Kinds, RowOf
from persistlint.project.ledger.shapes import Shapes
from persistlint.project.sqlalchemy.tables import Found

METHODS = frozenset({"get", "post", "put", "patch", "delete", "route", "api_route", "websocket"})
# Names as msgpack writes them, behind their lengths: `load`, `loads`, `dump`, and what reads CSV or parses a shape.
_DOCUMENTS = re.compile(
    rb"\xa4load|\xa5loads|\xa4dump|\xa5dumps|DictReader|\xa6reader|validate_json|parse_file|writerow|\xa6decode|"
    rb"safe_load|full_load|safe_dump"
)
_FILES = re.compile(rb"copyfile|copy2|copytree|\xa4copy|\xa4move|\xa7replace|rename|unlink|read_bytes|-wal|-shm")
_MOST = 6_000


def chosen(
    machine: Machine, found: Found, kinds: Kinds, shapes: Shapes, modules: Iterable[Module], *, wal: bool, raw: bool
) -> list[Function]:
    """The functions, in the order in which they were defined, each once."""
    names = {cls.name for cls in machine.classes if isinstance(kinds.of_class(cls), RowOf)}
    names |= set(_variables(found, kinds, modules))
    mapped = _words(names)
    shown = {cls.name for cls in machine.classes if shapes.of(cls) is not None}
    out: dict[tuple[str, int], Function] = {}
    for function in list(machine.functions):
        key = function.path, function.node.at
        if key not in out and len(out) < _MOST and _is_worth(function, mapped, names | shown, kinds, wal=wal, raw=raw):
            out[key] = function
    return list(out.values())


def _variables(found: Found, kinds: Kinds, modules: Iterable[Module]) -> Iterator[str]:
    """The names of variables that hold Core tables, and those that classes are imported under."""
    for module in modules:
        for name, value in module.env.names.items():
            if (isinstance(value, Made) and found.settler.table(value) is not None) or (
                isinstance(value, Class) and isinstance(kinds.of_class(value), RowOf)
            ):
                yield name


def _words(names: set[str]) -> re.Pattern[bytes] | None:
    parts = [re.escape(name.encode()) for name in sorted(names)]
    return re.compile(rb"(?<![A-Za-z0-9_])(?:" + b"|".join(parts) + rb")(?![A-Za-z0-9_])") if parts else None


def _is_worth(
    function: Function, mapped: re.Pattern[bytes] | None, names: set[str], kinds: Kinds, *, wal: bool, raw: bool
) -> bool:
    node = function.node
    if not isinstance(node, code.FuncDef):
        return False
    body = function.env.module.facts.bodies[node.body]
    if wal and _FILES.search(body):
        return True
    if mapped is None and not raw:
        return False
    if function.owner is not None and isinstance(kinds.of_class(function.owner), RowOf):
        return not node.name.startswith("__")
    if (mapped is not None and mapped.search(body)) or _DOCUMENTS.search(body) or is_route(function):
        return True
    return any(param.annotation is not None and _names(param.annotation, names) for param in node.params)


def _names(node: code.Expr, names: set[str]) -> bool:
    match node:
        case code.Name(id=name) | code.Attr(name=name):
            return name in names
        case code.Str(value=value):
            return any(word in names for word in re.findall(r"\w+", value))
        case code.Sub(base=base, index=index):
            return _names(base, names) or _names(index, names)
        case code.Bin(left=left, right=right):
            return _names(left, names) or _names(right, names)
        case code.Seq(items=items):
            return any(_names(one, names) for one in items)
        case _:
            return False


def is_route(function: Function) -> bool:
    """Whether a function answers HTTP requests: `@router.post(…)` and its kind."""
    return route_of(function) is not None


def route_of(function: Function) -> Made | None:
    """The decorator that makes a function answer HTTP requests."""
    for decorator in function.decorators:
        func = decorator.func if isinstance(decorator, Made) else None
        if (
            isinstance(decorator, Made)
            and isinstance(func, Attribute)
            and func.name in METHODS
            and _is_router(func.base)
        ):
            return decorator
    return None


def _is_router(value: Value) -> bool:
    """Whether a value is a router or an application, as far as its name or its making tells."""
    match value:
        case Made():
            return value.name.rpartition(".")[2] in (
                "APIRouter",
                "FastAPI",
                "Blueprint",
                "Flask",
                "Router",
                "Starlette",
            )
        case Class():
            return False
        case _:
            name = getattr(value, "name", "")
            return isinstance(name, str) and name.rpartition(".")[2].lower().endswith(("router", "app", "api", "bp"))

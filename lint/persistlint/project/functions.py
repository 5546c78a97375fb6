"""The functions that clauses of the contract name, and which of them the code does not have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches

from persistlint.facts import code
from persistlint.facts.clauses import UndefinedFunction
from persistlint.project.contract import Contract
from persistlint.project.interp.modules import Modules

Load = Callable[[str], code.FileFacts | None]
_NEAR = 0.8


def named_functions(contract: Contract) -> Iterator[str]:
    """Each `module:function` that a clause names, but for defaults: whether a column has that one is asked of it."""
    for store in contract.stores:
        yield from filter(None, (store.engine, store.dispose))
    for upgrade in contract.upgrades:
        yield upgrade.by
    for document in contract.documents:
        yield from filter(None, (document.import_by, document.export_by))


def names_function(name: str, function: str) -> bool:
    """Whether the `module:function` of a clause is this one, seen from above its source root or from inside of it."""
    module, _, own = name.partition(":")
    dotted, _, other = function.partition(":")
    return own == other and _is_named(dotted, module)


def undefined_functions(contract: Contract, paths: Iterable[str], load: Load) -> tuple[UndefinedFunction, ...]:
    """Those that their module does not define, or whose module is nearly another one that does."""
    modules = {_dotted(path): path for path in sorted(paths) if path.endswith(".py")}
    imported = Modules(frozenset(paths), load)
    found: list[UndefinedFunction] = []
    for name in sorted(set(named_functions(contract))):
        module, _, function = name.partition(":")
        places = [path for dotted, path in modules.items() if _is_named(dotted, module)]
        if places:
            known = _known(function, [load(path) for path in places])
            # `uuid:uuid4` is not about `app/uuid.py`.
            if known is not None and any(_is_meant(module, path, imported) for path in places):
                near = get_close_matches(function, known, n=1)
                found.append(UndefinedFunction(name, f"{module}:{near[0]}" if near else None))
        elif (better := _misspelt(module, function, modules, load)) is not None:
            found.append(UndefinedFunction(name, f"{better}:{function}"))
    return tuple(found)


def _known(function: str, files: Sequence[code.FileFacts | None]) -> list[str] | None:
    """What files define in place of a function; None where one of them has it, or may have it."""
    known: list[str] = []
    for facts in files:
        if facts is None or facts.problem is not None or _has(facts.body, function.split(".")) is not False:
            return None
        known += _functions(facts.body)
    return known


def _is_meant(module: str, path: str, imported: Modules) -> bool:
    return module == _dotted(path) or ("." in module and module == imported.dotted(path))


def _functions(block: code.Block) -> Iterator[str]:
    """The functions of a block, and the methods of its classes."""
    for stmt in _statements(block):
        if isinstance(stmt, code.FuncDef):
            yield stmt.name
        elif isinstance(stmt, code.ClassDef):
            yield from (f"{stmt.name}.{one}" for one in _functions(stmt.body))


def _misspelt(module: str, function: str, modules: dict[str, str], load: Load) -> str | None:
    """A module with a name near to one that does not exist, which may be another package's, and with that function."""
    depth = module.count(".") + 1
    ends = {".".join(dotted.split(".")[-depth:]) for dotted in modules}
    for near in get_close_matches(module, sorted(ends), n=3, cutoff=_NEAR):
        places = [path for dotted, path in modules.items() if _is_named(dotted, near)]
        if any((facts := load(path)) is not None and _has(facts.body, function.split(".")) for path in places):
            return near
    return None


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _is_named(dotted: str, module: str) -> bool:
    """Whether a path is that module: the project may be seen from above its source root, or from inside of it."""
    return dotted == module or dotted.endswith(f".{module}") or module.endswith(f".{dotted}")


def _has(block: code.Block, parts: Sequence[str]) -> bool | None:
    """Whether a module or class defines a name; None where that cannot be told."""
    names = set(_names(block))
    if None in names or "__getattr__" in names:
        return True if parts[0] in names else None
    if parts[0] not in names:
        return False
    classes = [one for one in _statements(block) if isinstance(one, code.ClassDef) and one.name == parts[0]]
    if len(parts) == 1 or not classes:
        return True
    inside = [_has(one.body, parts[1:]) for one in classes]
    if any(inside):
        return True
    # What has a base or a decorator may get the method from there.
    return False if inside == [False] and not classes[0].args and not classes[0].decorators else None


def _names(block: code.Block) -> Iterator[str | None]:
    """The names that a block binds; None for those of a star import."""
    for stmt in _statements(block):
        match stmt:
            case code.FuncDef(name=name) | code.ClassDef(name=name):
                yield name
            case code.Import(names=aliases) | code.ImportFrom(names=aliases):
                yield from (None if one.name == "*" else one.bound.partition(".")[0] for one in aliases)
            case code.Assign(targets=targets):
                yield from (name for target in targets for name in _bound(target))
            case code.AnnAssign(target=target) | code.For(target=target):
                yield from _bound(target)
            case code.With(items=items):
                yield from (name for _, target in items if target is not None for name in _bound(target))
            case code.Match(cases=cases):
                yield from (name for case in cases for name in case.names)
            case _:
                pass


def _bound(target: code.Expr) -> Iterator[str]:
    match target:
        case code.Name(id=name):
            yield name
        case code.Seq(items=items):
            yield from (name for item in items for name in _bound(item))
        case code.Star(value=value):
            yield from _bound(value)
        case _:
            pass


def _statements(block: code.Block) -> Iterator[code.Stmt]:
    for stmt in block:
        yield stmt
        match stmt:
            case (
                code.If(body=body, orelse=orelse)
                | code.For(body=body, orelse=orelse)
                | code.While(body=body, orelse=orelse)
            ):
                yield from _statements((*body, *orelse))
            case code.Try(body=body, handlers=handlers, orelse=orelse, final=final):
                yield from _statements((*body, *orelse, *final, *(one for each in handlers for one in each.body)))
            case code.With(body=body):
                yield from _statements(body)
            case code.Match(cases=cases):
                yield from _statements(tuple(one for case in cases for one in case.body))
            case _:
                pass

"""Which database a URL or a path names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from persistlint.facts.stores import Database
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Chunk,
    Const,
    External,
    Gap,
    Made,
    Operation,
    Text,
    Unknown,
    Value,
    known,
    options_of,
)

_DEEPEST = 12
_URL = re.compile(r"(?P<backend>[A-Za-z][A-Za-z0-9_]*)(?:\+[A-Za-z0-9_]+)?://(?P<rest>.*)\Z", re.DOTALL)
_SAME_PATH = frozenset({
    "as_posix", "resolve", "absolute", "expanduser", "as_uri", "__fspath__", "strip", "__str__", "render_as_string",
})  # fmt: skip
"""Methods whose result names the same file."""
PATH_OF = frozenset({
    "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "builtins.str", "os.fspath", "os.path.abspath",
    "os.path.realpath", "os.path.expanduser", "os.path.normpath", "os.fsdecode", "os.path.expandvars",
})  # fmt: skip
"""Calls whose result names the file, or the folder with more behind it, that they are given."""
_URL_OF = frozenset({"make_url", "URL"})
_MEMORY = re.compile(r"(?:file:)?:memory:|.*[?&]mode=memory\b|\Z", re.DOTALL)

Origins = Callable[[Value], Iterator[str]]


def of_path(value: Value | None, origins: Origins, *, is_uri: bool = False) -> Database:
    """The SQLite database that a driver is given a path of."""
    found = words(value)
    if found is None:
        return Database("sqlite", origins=_origins(value, origins))
    return _file(found, value, origins, is_uri=is_uri)


def of_url(value: Value | None, origins: Origins) -> Database:
    """The database that an engine is given a URL of."""
    options = [option for option in options_of(value) if not _is_none(option)] if value is not None else []
    found = [_of_one_url(option, origins) for option in options]
    if len(found) == 1:
        return found[0]
    dialects = {one.dialect for one in found}
    if len(dialects) != 1:
        return Database(origins=_origins(value, origins))
    memory = {one.memory for one in found}
    files = {one.file for one in found}
    return Database(
        dialects.pop(),
        memory.pop() if len(memory) == 1 else None,
        " | ".join(sorted({one.words for one in found if one.words})) or None,
        files.pop() if len(files) == 1 else None,
        origins=_origins(value, origins),
    )


def _is_none(value: Value) -> bool:
    return isinstance(value, Const) and value.value is None


def _of_one_url(value: Value, origins: Origins) -> Database:
    match value:
        case Made(func=External(name=name), args=args, kwargs=kwargs) if name.endswith(("URL.create", ".URL")):
            backend = known(args[0] if args else kwargs.get("drivername"))
            if backend is None:
                return Database(origins=_origins(value, origins))
            dialect = backend.partition("+")[0].lower()
            path = kwargs.get("database") or (args[5] if len(args) > 5 else None)
            if dialect != "sqlite":
                return Database(dialect, memory=False)
            return Database("sqlite", memory=True) if path is None and not value.open else of_path(path, origins)
        case Made(func=External(name=name), args=[first, *_]) if name.rpartition(".")[2] in _URL_OF:
            return of_url(first, origins)
        case _:
            pass
    whole = words(value)
    match_ = _URL.match(whole) if whole is not None else None
    if match_ is None or "{" in match_["backend"]:
        return Database(origins=_origins(value, origins))
    if match_["backend"].lower() != "sqlite":
        return Database(match_["backend"].lower(), memory=False)
    return _file(match_["rest"].removeprefix("/"), value, origins, is_uri="uri=true" in match_["rest"])


def _file(path: str, value: Value | None, origins: Origins, *, is_uri: bool) -> Database:
    name, _, query = path.partition("?")
    if _MEMORY.match(path) or not name.strip("/"):
        return Database("sqlite", memory=True)
    read_only = "mode=ro" in query or "immutable=1" in query
    bare = name.removeprefix("file:")
    last = bare.rpartition("/")[2].rpartition("\\")[2]
    # A path that is not known at all may be `:memory:`; one with a known part in it is a file.
    memory = False if bare.replace("{", "").strip("{}") and re.sub(r"\{[^{}]*\}", "", bare).strip("/ ") else None
    file = last if last and "{" not in last and "}" not in last else None
    return Database(
        "sqlite",
        memory,
        bare,
        file,
        read_only or (is_uri and "mode=ro" in path),
        _origins(value, origins),
        scratch="{tempfile." in bare,
    )


def words(value: Value | None, depth: int = 0) -> str | None:
    """A path or URL in words; None where nothing of it is known."""
    if value is None or depth > _DEEPEST:
        return None
    match value:
        case Text(parts=parts):
            return "".join(
                part.text if isinstance(part, Chunk) else words(part.value, depth + 1) or "{…}" for part in parts
            )
        case Unknown(parameter=str(name)) | External(name=name):
            return f"{{{name}}}"
        case Operation(op="/" | "+" as op, operands=operands):
            return _joined(operands, "/" if op == "/" else "", depth)
        case Operation(op="[]", operands=(base, index)):
            inner, key = words(base, depth + 1), words(index, depth + 1)
            return None if inner is None else f"{{{_bare(inner)}[{_bare(key or '…')}]}}"
        case Attribute(base=base, name=name):
            inner = words(base, depth + 1)
            return None if inner is None else f"{{{_bare(inner)}.{name}}}"
        case Made():
            return _of_call(value, depth)
        case Choice(options=options):
            return _of_choice(options, depth)
        case _:
            return None


def _of_choice(options: Sequence[Value], depth: int) -> str | None:
    """What several places of one file have in common: its name."""
    found = {words(option, depth + 1) for option in options}
    if len(found) == 1:
        return found.pop()
    names = {None if one is None else one.rpartition("/")[2] for one in found}
    name = names.pop() if len(names) == 1 else None
    return None if not name else f"{{…}}/{name}"


def _of_call(value: Made, depth: int) -> str | None:
    match value:
        case Made(func=External(name=name), args=[_, *_] as args) if name in PATH_OF:
            return _joined(args, "/", depth)
        case Made(func=Attribute(base=base, name=name)) if name in _SAME_PATH:
            return words(base, depth + 1)
        case Made(func=Attribute(base=base, name="joinpath"), args=args):
            return _joined([base, *args], "/", depth)
        case _:
            inner = words(value.func, depth + 1)
            given = ", ".join(words(one, depth + 1) or "…" for one in value.args)
            return None if inner is None else f"{{{_bare(inner)}({_bare(given)})}}"


def _joined(parts: Sequence[Value], between: str, depth: int) -> str | None:
    found = [words(one, depth + 1) for one in parts]
    return None if not any(found) else between.join(one or "{…}" for one in found)


def _bare(inner: str) -> str:
    return inner.replace("{", "").replace("}", "")


def _origins(value: Value | None, origins: Origins) -> tuple[str, ...]:
    return tuple(sorted({name for whole in wholes(value) for name in origins(whole)}))


def wholes(value: Value | None, depth: int = 0) -> Iterator[Value]:
    """A path's value and every other form of the same whole path: a directory is not one."""
    if value is None or depth > _DEEPEST:
        return
    for option in options_of(value):
        yield option
        match option:
            case Text(parts=parts):
                yield from wholes(_only(parts), depth + 1)
            case Made(func=External(name=name), args=[inner]) if name in PATH_OF or name.endswith("make_url"):
                yield from wholes(inner, depth + 1)
            case Made(func=External(name=name), kwargs=kwargs) if name.endswith(("URL.create", ".URL")):
                yield from wholes(kwargs.get("database"), depth + 1)
            case Made(func=Attribute(base=inner, name=name)) if name in _SAME_PATH:
                yield from wholes(inner, depth + 1)
            case Made(func=Attribute(base=inner, name="with_name"), args=[name]) if _is_name_of(name, inner, depth):
                yield from wholes(inner, depth + 1)
            case _:
                pass


def _only(parts: Sequence[Chunk | Gap]) -> Value | None:
    """The one value that a text is, or that stands behind the scheme of a URL."""
    match [part for part in parts if not isinstance(part, Chunk) or part.text]:
        case [Gap(value=inner)]:
            return inner
        case [Chunk(text=prefix), Gap(value=inner)] if prefix.endswith(("://", ":///")):
            return inner
        case _:
            return None


def _is_name_of(name: Value, path: Value, depth: int) -> bool:
    """`path.with_name(path.name + suffix)` is the path itself where the suffix is empty."""
    bases = [one.base for one in wholes(name, depth + 1) if isinstance(one, Attribute) and one.name == "name"]
    return any(base is path or words(base) == words(path) is not None for base in bases)

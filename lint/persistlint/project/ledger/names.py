"""Names of files out of path values, and what the time stamps in them tell apart."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Chunk,
    External,
    Gap,
    Made,
    Operation,
    Text,
    Value,
    known,
)

_DEEPEST = 12
_SAME = frozenset({"resolve", "absolute", "expanduser", "as_posix", "joinpath", "open", "__str__", "__fspath__"})
_UNITS = (("%f", 1e-6), ("%s", 1.0), ("%S", 1.0), ("%c", 1.0), ("%X", 1.0), ("%T", 1.0), ("%M", 60.0), ("%H", 3600.0),
          ("%I", 3600.0), ("%d", 86400.0), ("%j", 86400.0), ("%x", 86400.0), ("%U", 604800.0), ("%W", 604800.0),
          ("%m", 2.6e6), ("%b", 2.6e6), ("%B", 2.6e6), ("%y", 3.1e7), ("%Y", 3.1e7))  # fmt: skip
_DAY = 86400.0


@dataclass(frozen=True, slots=True)
class FileName:
    """The last part of a path: `text` with `{…}` for what is computed.

    `whole` says that the part is fixed by the code alone. `finest` is the finest unit of its time stamp in seconds,
    None without one; `open` says that it holds parts that are no time stamp.
    """

    text: str
    whole: bool
    finest: float | None = None
    open: bool = False


def name_of(value: Value | None, depth: int = 0) -> FileName | None:
    """The name of the file that a path value names; None where nothing of it is known."""
    if value is None or depth > _DEEPEST:
        return None
    match value:
        case Text(parts=parts):
            return _of_text(parts, depth)
        case Choice(options=options):
            return next((name for one in options if (name := name_of(one, depth + 1)) is not None), None)
        case Operation(op="/", operands=(_, last)):
            return name_of(last, depth + 1)
        case Made(func=Attribute(base=base, name=name), args=args):
            return _of_method(base, name, args, depth)
        case Made(args=[*_, last]) if value.name.rpartition(".")[2] in (
            "Path",
            "PurePath",
            "PosixPath",
            "str",
            "fspath",
        ):
            return name_of(last, depth + 1)
        case _:
            return None


def _of_method(base: Value, name: str, args: list[Value], depth: int) -> FileName | None:
    if name in ("with_name", "joinpath") and args:
        return name_of(args[-1], depth + 1)
    if name == "with_suffix" and args:
        own, suffix = name_of(base, depth + 1), name_of(args[0], depth + 1)
        if own is None or suffix is None:
            return suffix if own is None else None
        stem = own.text.rpartition(".")[0] or own.text
        return FileName(stem + suffix.text, own.whole and suffix.whole, suffix.finest, own.open or suffix.open)
    return name_of(base, depth + 1) if name in _SAME else None


def _of_text(parts: tuple[Chunk | Gap, ...], depth: int) -> FileName | None:
    out, whole, finest, open_ = "", True, None, False
    for part in parts:
        if isinstance(part, Chunk):
            _, slash, last = part.text.replace("\\", "/").rpartition("/")
            if slash:
                out, whole, finest, open_ = last, True, None, False
            else:
                out += part.text
            continue
        inner = name_of(part.value, depth + 1)
        if inner is not None:
            out, whole, open_ = out + inner.text, whole and inner.whole, open_ or inner.open
            finest = inner.finest if inner.finest is not None else finest
            continue
        unit = stamp(part.value, part.format)
        out += "{…}"
        whole = False
        if unit is None:
            open_ = True
        else:
            finest = unit if finest is None else min(finest, unit)
    return FileName(out, whole, finest, open_) if out else None


def stamp(value: Value, written: str | None = None, depth: int = 0) -> float | None:
    """The finest unit of a moment, in seconds, as it comes out in a text; None for a value that is no moment."""
    if depth > _DEEPEST:
        return None
    if written is not None and "%" in written:
        return _finest(written)
    match value:
        case Choice(options=options):
            return next((unit for one in options if (unit := stamp(one, None, depth + 1)) is not None), None)
        case Made(func=External(name=name), args=args):
            last = name.rpartition(".")[2]
            if name in ("builtins.int", "builtins.round") and args:
                unit = stamp(args[0], None, depth + 1)
                return None if unit is None else max(unit, 1.0)
            if last == "strftime" and args:
                return _finest(known(args[0]))
            return {"time": 1e-6, "time_ns": 1e-9, "now": 1e-6, "utcnow": 1e-6, "today": _DAY}.get(last)
        case Made(func=Attribute(base=base, name=name), args=args):
            if name == "strftime" and args:
                return _finest(known(args[0]))
            if name == "isoformat":
                spec = known(value.kwargs.get("timespec"))
                return {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0}.get(spec or "", stamp(base, None, depth + 1))
            if name == "date":
                return _DAY
            inside = name in ("timestamp", "replace", "astimezone", "now", "utcnow", "today", "strip")
            return stamp(base, None, depth + 1) if inside else None
        case _:
            return None


def _finest(written: str | None) -> float | None:
    if written is None:
        return None
    return next((unit for mark, unit in _UNITS if mark in written), None)

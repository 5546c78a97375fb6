"""Python source to program facts. The only home of libcst."""

from __future__ import annotations

import re
import sys
from array import array

from persistlint.facts import code
from persistlint.source import line_starts

_MATTERS = re.compile(
    rb"sqlalchemy|sqlite|sqlmodel|alembic|aiosqlite|\bdb\.Model\b|\.execute(?:many|script)?\b"
    rb"|\bCREATE\s+(?:TEMP\w*\s+)?(?:TABLE|UNIQUE|INDEX|TRIGGER|VIEW|VIRTUAL)\b|\bALTER\s+TABLE\b|\bINSERT\s+(?:OR\s+\w+\s+)?INTO\b"
    rb"|\bDELETE\s+FROM\b|\bPRAGMA\b|\bmapped_column\b|\bColumn\(",
    re.IGNORECASE,
)

_DEEPEST = 150
"""Brackets within brackets: more would end libcst's native parser's stack, and the process with it."""
_RECURSION = 12_000


def matters(data: bytes) -> bool:
    """Whether a file can hold persistence code at all, judged by its bytes."""
    return _MATTERS.search(data) is not None


def extract_python(path: str, text: str) -> code.FileFacts:
    """The facts of one file.

    Never raises on any text: what cannot be read is told in `FileFacts.problem`, and such a file has no other facts.
    """
    starts = line_starts(text)
    lines = array("I", starts).tobytes()
    problem = _too_deep(text)
    if problem is not None:
        return code.FileFacts(path, lines, problem=problem)
    import libcst  # noqa: PLC0415  (only a run that has something to parse pays for it)

    from persistlint.extract.python.lower import Lowering  # noqa: PLC0415

    limit = sys.getrecursionlimit()
    try:
        module = libcst.parse_module(text)
        sys.setrecursionlimit(max(limit, _RECURSION))
        lowering = Lowering(text)
        body = lowering.block(module.body)
    except libcst.ParserSyntaxError as error:
        return code.FileFacts(path, lines, problem=_syntax_problem(error))
    except RecursionError:
        return code.FileFacts(path, lines, problem=code.Problem("nested too deeply to read", 1, 1))
    except Exception as error:  # noqa: BLE001  (libcst raises bare exceptions on some malformed texts)
        if type(error).__module__.split(".")[0] not in ("libcst", "builtins"):
            raise
        if not isinstance(error, (ValueError, TypeError, libcst.CSTLogicError)):
            raise
        return code.FileFacts(path, lines, problem=code.Problem(_first_line(str(error)), 1, 1))
    finally:
        sys.setrecursionlimit(limit)
    comments = tuple(code.Comment(at, word) for at, word in lowering.comments)
    return code.FileFacts(path, lines, body, tuple(lowering.bodies), int(lowering.hints), comments)


def _syntax_problem(error: object) -> code.Problem:
    line = getattr(error, "raw_line", 1)
    column = getattr(error, "raw_column", 0)
    message = _first_line(str(getattr(error, "message", error)))
    return code.Problem(message, max(1, line), max(1, column + 1))


def _first_line(message: str) -> str:
    return message.strip().splitlines()[0] if message.strip() else "cannot be parsed"


_BRACKETS = re.compile(r"[\[({]|[\])}]|\n(?=[^\s#)\]}])|#[^\n]*|\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", re.DOTALL)


def _too_deep(text: str) -> code.Problem | None:
    depth = 0
    for match in _BRACKETS.finditer(text):
        mark = match.group()
        if mark in "([{":
            depth += 1
            if depth > _DEEPEST:
                line = text.count("\n", 0, match.start()) + 1
                return code.Problem(f"brackets nested more than {_DEEPEST} deep", line, 1)
        elif mark in ")]}":
            depth = max(0, depth - 1)
    return None

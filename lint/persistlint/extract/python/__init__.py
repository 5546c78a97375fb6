"""Python source to program facts. The only home of libcst."""

from __future__ import annotations

import re
import sys
from array import array

from persistlint.facts import code
from persistlint.nesting import too_deep
from persistlint.source import line_starts

_MATTERS = re.compile(
    rb"sqlalchemy|sqlite|sqlmodel|alembic|aiosqlite|\bdb\.Model\b|\.execute(?:many|script)?\b"
    rb"|\bCREATE\s+(?:TEMP\w*\s+)?(?:TABLE|UNIQUE|INDEX|TRIGGER|VIEW|VIRTUAL)\b|\bALTER\s+TABLE\b"
    rb"|\bINSERT\s+(?:OR\s+\w+\s+)?INTO\b|\bDELETE\s+FROM\b|\bPRAGMA\b|\bmapped_column\b|\bColumn\("
    # Who imports the models and is given a session needs to name no library.
    rb"|\.commit\(\)|\.rollback\(\)|\bsession\.(?:add|add_all|merge|delete|get|query|scalars?)\("
    # What fills tables or shows them: shapes of an API, loaded documents, copied and removed files.
    rb"|\bpydantic\b|\bfastapi\b|\bmsgspec\b|\bjson\.(?:loads?|dump)\b|\byaml\.\w*(?:load|dump)|\bshutil\.(?:copy|move|rmtree)|\bos\.(?:remove|rename|replace|unlink)\(|\.unlink\(|\bcsv\.\w*(?:read|writ)er\b"
    # In lower case these are English more often than SQL.
    rb"|(?-i:[\"'\s(]SELECT\s[^;]{1,300}?\sFROM\s|[\"'\s(]UPDATE\s+\S+\s+SET\s)",
    re.IGNORECASE,
)

_RECURSION = 12_000


def matters(data: bytes) -> bool:
    """Whether a file can hold persistence code at all, judged by its bytes."""
    return _MATTERS.search(data) is not None


def extract_python(path: str, text: str) -> code.FileFacts:
    """The facts of one file.

    Never raises on any text: what cannot be read is told in `FileFacts.problem`, and such a file has no other facts.
    """
    lines = array("I", line_starts(text)).tobytes()
    reason = too_deep(text)
    if reason is not None:
        return code.FileFacts(path, lines, problem=code.Problem(reason, 1, 1))
    import libcst  # only a run that has something to parse pays for it

    from persistlint.extract.python.lower import Lowering

    limit = sys.getrecursionlimit()
    try:
        module = libcst.parse_module(text)
        sys.setrecursionlimit(max(limit, _RECURSION))
        lowering = Lowering(text)
        body = lowering.block(module.body)
    except libcst.ParserSyntaxError as error:
        return code.FileFacts(path, lines, problem=_syntax_problem(error))
    except RecursionError:
        return code.FileFacts(path, lines, problem=code.Problem("it nests too deeply to be read", 1, 1))
    except (UnicodeError, libcst.CSTLogicError, libcst.CSTValidationError) as error:
        # A character that no encoding has, or a text that libcst's grammar takes and its nodes refuse.
        return code.FileFacts(path, lines, problem=code.Problem(_first_line(str(error)), 1, 1))
    finally:
        sys.setrecursionlimit(limit)
    return code.FileFacts(path, lines, body, tuple(lowering.bodies), int(lowering.hints))


def _syntax_problem(error: object) -> code.Problem:
    line = getattr(error, "raw_line", 1)
    column = getattr(error, "raw_column", 0)
    message = _first_line(str(getattr(error, "message", error)))
    return code.Problem(message, max(1, line), max(1, column + 1))


def _first_line(message: str) -> str:
    return message.strip().splitlines()[0] if message.strip() else "cannot be parsed"

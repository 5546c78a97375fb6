"""`persistlint facts`: phase one of one file, for authors of rules and extractors."""

from __future__ import annotations

import json
from pathlib import Path

from persistlint.cli import output
from persistlint.encoding import UndecodableError, decode_python, decode_utf8
from persistlint.errors import UserError


def facts(file: Path, dialect: str | None) -> int:
    """Write what the file says, function bodies decoded, as JSON."""
    import msgspec

    try:
        data = file.read_bytes()
        text = decode_utf8(data) if file.suffix == ".sql" else decode_python(data)
    except OSError as error:
        raise UserError(f"`{file}` cannot be read: {error.strerror or error}") from None
    except UndecodableError as error:
        raise UserError(f"`{file}` cannot be read: {error}") from None
    shown = msgspec.json.decode(msgspec.json.encode(_facts(file, text, dialect or "sqlite")))
    # In ASCII: a terminal must not get what a string of the code may hold.
    output.write(json.dumps(shown, indent=2) + "\n")
    return 0


def _facts(file: Path, text: str, dialect: str) -> object:
    if file.suffix == ".sql":
        from persistlint.extract.sql import parse

        return parse(text, dialect)
    from persistlint.facts.code import decode_body
    from persistlint.workers import facts_of

    extracted = facts_of(file.as_posix(), text)
    return {"facts": extracted, "bodies": [decode_body(body) for body in extracted.bodies]}

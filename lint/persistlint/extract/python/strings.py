"""String literals: their values, and the way from a value's character back to the source."""

from __future__ import annotations

import ast
import re
import warnings

_LITERAL = re.compile(r"(?s)([A-Za-z]*)(\"\"\"|'''|\"|')(.*)")
_NEWLINE = re.compile(r"\r\n?")


def literal_parts(source: str) -> tuple[str, str, str]:
    """Prefix (lower case), quote and the text between the quotes of a string literal's source."""
    match = _LITERAL.match(source)
    if match is None:
        return "", "", ""
    prefix, quote, rest = match.groups()
    return prefix.lower(), quote, rest[: len(rest) - len(quote)]


def cooked(body: str, prefix: str) -> str:
    """The value of the text between quotes, as Python would have it."""
    if "\r" in body:
        body = _NEWLINE.sub("\n", body)
    if "\\" not in body or "r" in prefix:
        return body
    # Quotes cannot end the literal early: in the source they were escaped or of the other kind.
    safe = re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', body)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape warns in linted code's own run, not in ours
            value = ast.literal_eval('"""' + safe + '"""')
    except (SyntaxError, ValueError):
        return body
    return value if isinstance(value, str) else body

"""Bytes to text, as Python itself decodes them: byte order marks and PEP 263 cookies, newlines untouched."""

from __future__ import annotations

import codecs
import re

# PEP 263: in one of the first two lines, and only behind a comment sign.
_COOKIE = re.compile(rb"\A(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")


class UndecodableError(ValueError):
    """The bytes are no text; the message says why, in words for the user."""


def decode_python(data: bytes) -> str:
    """The text of a Python file. Raises UndecodableError where Python would refuse to read it."""
    cookie = _COOKIE.match(data) if b"coding" in data[:1000] else None
    if cookie is None or data.startswith(codecs.BOM_UTF8):
        return decode_utf8(data)
    name = cookie[1].decode("ascii")
    try:
        codec = codecs.lookup(name)
    except LookupError:
        raise UndecodableError(f"its encoding cookie names `{name}`, which no Python knows") from None
    if codec.name == "utf-8":
        return decode_utf8(data)
    _refuse_nul(data)
    try:
        text = data.decode(name)
    except (UnicodeError, LookupError) as error:
        # LookupError: a codec such as `hex`, which decodes to bytes.
        raise UndecodableError(f"its bytes are not `{name}`, the encoding that its cookie names") from error
    return text


def encoding_of(data: bytes) -> str:
    """The encoding in which `decode_python` reads these bytes, byte order mark aside."""
    cookie = _COOKIE.match(data) if b"coding" in data[:1000] else None
    if cookie is None or data.startswith(codecs.BOM_UTF8):
        return "utf-8"
    return cookie[1].decode("ascii")


def decode_utf8(data: bytes) -> str:
    """The text of a UTF-8 file, without its byte order mark. Raises UndecodableError."""
    _refuse_nul(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UndecodableError(f"it is not UTF-8: byte 0x{data[error.start]:02x} in line {line}") from None


def _refuse_nul(data: bytes) -> None:
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise UndecodableError(f"it holds a NUL byte in line {line}")

"""Text for a terminal: colour only where it was asked for, and nothing that linted code could smuggle in."""

from __future__ import annotations

from collections.abc import Callable

Paint = Callable[[str, str], str]
"""A text and a style to what is written."""


def painter(*, color: bool) -> Paint:
    """Styles by rich; without colour a text is written as it is, and rich is not even imported."""
    if not color:
        return lambda text, _style: text
    from rich.color import ColorSystem
    from rich.style import Style

    return lambda text, style: Style.parse(style).render(text, color_system=ColorSystem.STANDARD)


def safe(text: str) -> str:
    """The text in one line, with control characters, escape sequences and direction marks spelled out."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _spelled(char) for char in text)


def safe_path(path: str) -> str:
    """The same for a path at the beginning of a line, where CI services look for commands of theirs."""
    return safe(f"./{path}" if path.startswith((":", "#")) else path)


def _spelled(char: str) -> str:
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\u00a0": " ", "\u3000": "\u3000"}
    if char in named:
        return named[char]
    code = ord(char)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"

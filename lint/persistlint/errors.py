"""What goes wrong for the user, as opposed to what goes wrong in our code."""

from __future__ import annotations

from collections.abc import Iterable


class UserError(Exception):
    """The user must fix something: printed as one line, exit status 2.

    `path` and `line` (counted from 1) say where, when that is known.
    """

    def __init__(self, message: str, *, path: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line

    def __str__(self) -> str:
        if self.path is None:
            return self.message
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.message}"


class SettingsError(UserError):
    """A settings file has an unknown key, a wrong type or an unknown rule name."""


class RulePackError(UserError):
    """A rule pack could not be loaded whole: a module without a rule, a rule without a page, a duplicate name."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean …?` for the nearest known name, else nothing."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean `{near[0]}`?" if near else ""

"""A database that interpreted code acts upon: what its calls really answer, and what fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from persistlint.facts import code
from persistlint.project.interp.values import Class, External, Made, Value

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine

_ANY = ("Exception", "BaseException", "StandardError")


class Raised(Exception):  # noqa: N818  (not an error of ours: an exception of the interpreted code)
    """The interpreted code raised. `kinds` are the names of the exception's classes, from the narrowest."""

    def __init__(self, message: str, kinds: tuple[str, ...], value: Value | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.kinds = kinds
        self.value = value

    def is_a(self, caught: Value) -> bool:
        """Whether `except caught` catches it; an exception class that is not known catches nothing."""
        if isinstance(caught, Class):
            raised = self.value.cls if hasattr(self.value, "cls") else self.value  # type: ignore[union-attr]
            return isinstance(raised, Class) and any(one is caught for one in raised.mro())
        name = caught.name.rpartition(".")[2] if isinstance(caught, External) else ""
        return name in _ANY or name in self.kinds

    def suppressed_by(self, manager: Value) -> bool:
        """Whether a `contextlib.suppress(…)` swallows it."""
        return isinstance(manager, Made) and manager.name == "contextlib.suppress" and any(map(self.is_a, manager.args))


REFUSED = Raised(
    "refused by the database",
    ("OperationalError", "DatabaseError", "DBAPIError", "StatementError", "SQLAlchemyError", "Error"),
)
"""What a statement raises that the database cannot carry out."""


class World(Protocol):
    """Answers calls on behalf of a database."""

    @property
    def effects(self) -> int:
        """How many times the database was changed, or was to be."""
        ...

    def call(
        self, machine: Machine, node: code.Call, func: Value, args: list[Value], kwargs: dict[str, Value], path: str
    ) -> Value | None:
        """The value of a call, or None for a call that is not the database's. Raises `Raised`."""

    def attribute(self, base: Value, name: str) -> Value | None:
        """The value of an attribute that only a real model has, or None."""

    def leave(self, machine: Machine, value: Value, manager: code.Expr) -> None:
        """A `with` block over `value`, written as `manager`, ended without an exception."""

"""For which SQLAlchemy a project is written, told by what it imports."""

from __future__ import annotations

from collections.abc import Iterable

from persistlint.project.interp.modules import Module
from persistlint.project.interp.values import External, Lazy

_SINCE_2 = frozenset({
    "DeclarativeBase", "DeclarativeBaseNoMeta", "Mapped", "mapped_column", "MappedAsDataclass", "MappedColumn",
    "async_sessionmaker", "create_async_engine", "AsyncSession", "AsyncEngine", "AsyncConnection",
})  # fmt: skip
"""Names that SQLAlchemy 1.3 does not have; the asynchronous ones have always had 2.0's transactions."""


def is_modern(modules: Iterable[Module]) -> bool:
    """Whether some module imports what only SQLAlchemy of the 2.0 style has, or SQLModel."""
    return any(
        _is_new(value.name if isinstance(value, External) else f"{value.module}.{value.name}")
        for module in modules
        for value in module.env.names.values()
        if isinstance(value, External | Lazy)
    )


def _is_new(name: str) -> bool:
    top, _, rest = name.partition(".")
    return top == "sqlmodel" or (top == "sqlalchemy" and rest.rpartition(".")[2] in _SINCE_2)

"""Which SQLAlchemy name a value stands for, whichever way it was imported."""

from __future__ import annotations

from persistlint.project.interp.values import Attribute, External, Made, Operation, Unknown, Value

_ROOTS = frozenset({
    "sqlalchemy", "sqlmodel", "flask_sqlalchemy", "flask_sqlalchemy_lite", "sqlalchemy_utils", "geoalchemy2",
    "advanced_alchemy", "alembic", "flask_appbuilder", "sqlalchemy_json", "pgvector", "sqlalchemy_utc",
    "flask_security", "fastapi_users_db_sqlalchemy", "fastapi_users", "sqlalchemy_jsonfield", "sqlite3",
})  # fmt: skip
_HANDLES = frozenset({"db", "database", "sa", "orm"})


def symbol(value: Value) -> str | None:
    """`Column` for sqlalchemy.Column, sa.schema.Column, db.Column and so on; None for anything else."""
    match value:
        case External(name=name):
            root, _, rest = name.partition(".")
            if root in _ROOTS:
                return rest.rpartition(".")[2] or None
            head, _, last = name.rpartition(".")
            # An extension object of a module that is not part of the project: `from app.ext import db`.
            return last if head.rpartition(".")[2] in _HANDLES else None
        case Attribute(base=base, name=name):
            return name if is_extension(base) else None
        case Operation(op="[]"):
            return symbol(value.operands[0])
        case _:
            return None


def is_extension(value: Value) -> bool:
    """Whether a value is a Flask-SQLAlchemy object: `db = SQLAlchemy()`, or a `db` that cannot be seen."""
    match value:
        case Made():
            return symbol(value.func) in ("SQLAlchemy", "SQLA") or _named(value.func).endswith("SQLAlchemy")
        case External(name=name):
            return name.rpartition(".")[2] in _HANDLES and name.partition(".")[0] != "builtins"
        case Attribute(name=name):
            return name in _HANDLES
        case Unknown():
            return False
        case _:
            return False


def _named(value: Value) -> str:
    return value.name if isinstance(value, External) else ""


def made(value: Value | None) -> str | None:
    """The SQLAlchemy name of what made a value: `Column` for `Column(Integer)`."""
    return symbol(value.func) if isinstance(value, Made) else None

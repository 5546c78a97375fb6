"""Flask-SQLAlchemy: `db.Model` and the names it generates."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from .real import agree

pytest.importorskip("flask_sqlalchemy")

HEAD = """
from flask_sqlalchemy import SQLAlchemy
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
db = SQLAlchemy()
"""
CASES = {
    "legacy": """
        class User(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            name = db.Column(db.String(80), unique=True, nullable=False)
        class BlogPost(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            user_id = db.Column(db.Integer, db.ForeignKey("user.id"), nullable=False)
            user = db.relationship("User", backref=db.backref("posts"))
        class HTTPLog2Entry(db.Model):
            id = db.Column(db.Integer, primary_key=True)
        tags = db.Table(
            "tags",
            db.Column("user_id", db.Integer, db.ForeignKey("user.id"), primary_key=True),
            db.Column("post_id", db.ForeignKey("blog_post.id"), primary_key=True),
        )
    """,
    "typed": """
        class User(db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)
            email: Mapped[str | None] = mapped_column(db.String(120))
            __table_args__ = (db.UniqueConstraint("email", name="uq_email"), db.Index("ix_email", "email"))
    """,
    "names, abstract classes and mixins": """
        class Dated:
            made = db.Column(db.DateTime, server_default=db.func.now())
        class Model(db.Model):
            __abstract__ = True
            id = db.Column(db.Integer, primary_key=True)
        class UserRole(Dated, Model):
            pass
        class Named(Model):
            __tablename__ = "called"
    """,
    "inheritance": """
        class Person(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            kind = db.Column(db.String(10))
            __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "p"}
        class Worker(Person):
            id = db.Column(db.ForeignKey("person.id"), primary_key=True)
            wage = db.Column(db.Integer)
            __mapper_args__ = {"polymorphic_identity": "w"}
        class Boss(Person):
            car = db.Column(db.String(5))
            __mapper_args__ = {"polymorphic_identity": "b"}
    """,
}


@pytest.mark.parametrize("source", CASES.values(), ids=CASES.keys())
def test_models_of_the_extension(tmp_path: Path, source: str) -> None:
    agree(tmp_path, HEAD + textwrap.dedent(source))


def test_a_base_class_of_ones_own(tmp_path: Path) -> None:
    agree(
        tmp_path,
        """
        from flask_sqlalchemy import SQLAlchemy
        from sqlalchemy import MetaData
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase):
            metadata = MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"})
        db = SQLAlchemy(model_class=Base)
        class UserName(db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str] = mapped_column(unique=True)
        """,
    )


def test_the_extension_is_made_in_another_module(tmp_path: Path) -> None:
    agree(
        tmp_path,
        {
            "shop/__init__.py": "from shop.ext import db\n",
            "shop/ext.py": "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n",
            "app.py": "from shop import db\nclass Item(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n",
        },
    )

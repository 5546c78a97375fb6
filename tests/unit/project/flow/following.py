"""Functions that are followed for what they leave open, uncommitted or locked."""

from __future__ import annotations

import textwrap

from persistlint.facts.flow import Flow

from ..reading import module, project_of

_PRELUDE = """
import asyncio
import contextlib
import sqlite3
import time
from contextlib import ExitStack, AsyncExitStack, asynccontextmanager, closing, contextmanager

import aiosqlite
from sqlalchemy import JSON, create_engine, event, select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

engine = create_engine("sqlite:///shop.db")
Factory = sessionmaker(engine)


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str]


"""


def followed(text: str, **others: str) -> Flow:
    """The flow of a module that has engines, a factory and a model; `others` are modules beside it."""
    own = _PRELUDE + textwrap.dedent(text)
    return (
        project_of({"app.py": own, **{f"{name}.py": other for name, other in others.items()}}).flow
        if others
        else module(own).flow
    )


def left_open(flow: Flow, function: str = "f") -> set[str]:
    """The kinds of exit by which a function leaves something open that it opened."""
    return {
        one.exit
        for one in flow.endings
        if one.handle.function == function and not one.closed and one.handle.held == "local"
    }


def lost(flow: Flow, function: str = "f") -> set[str]:
    """What a function writes and does not commit, other than where something failed."""
    return {
        one.uncommitted.what
        for one in flow.endings
        if one.uncommitted is not None and one.handle.function == function and one.exit != "exception"
    }

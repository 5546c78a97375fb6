"""The one door to a project's `assistant.db`, a database apart with its own base and cache."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import ForeignKey, String, Text, create_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    sessionmaker,
)

from feature_board.clock import UtcDateTime, utc_now
from feature_board.sqlite import BUSY_TIMEOUT_SECONDS, Store, configure, sqlite_url

_stores: dict[Path, Store] = {}
_stores_lock = threading.Lock()


class Base(DeclarativeBase):
    """Declarative base of the assistant store."""


class Conversation(Base):
    """A talk with the assistant about one project."""

    __tablename__ = "conversations"

    id: Mapped[int] = mapped_column(primary_key=True, index=True)
    project_name: Mapped[str] = mapped_column(String(100), index=True)
    title: Mapped[str | None] = mapped_column(String(200))  # from the first user message
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)

    messages: Mapped[list[ConversationMessage]] = relationship(
        back_populates="conversation",
        cascade="all, delete-orphan",
        order_by="ConversationMessage.id",
    )


class ConversationMessage(Base):
    """One turn of a conversation."""

    __tablename__ = "conversation_messages"

    id: Mapped[int] = mapped_column(primary_key=True, index=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))  # "user", "assistant" or "system"
    content: Mapped[str] = mapped_column(Text)
    timestamp: Mapped[datetime | None] = mapped_column(UtcDateTime, default=utc_now)

    conversation: Mapped[Conversation] = relationship(back_populates="messages")


def database_path(project: Path) -> Path:
    """Where a project keeps its conversations."""
    return project / "assistant.db"


def create_database(project: Path) -> Store:
    """Open a project's conversations, new or old."""
    database = database_path(project)
    engine = create_engine(sqlite_url(database), connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
    try:
        configure(engine, database)
        with engine.begin() as connection:
            Base.metadata.create_all(connection)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, sessionmaker(engine, expire_on_commit=False))


def get_store(project: Path) -> Store:
    """The project's open store; other threads see it only once it is complete."""
    key = project.resolve()
    with _stores_lock:
        store = _stores.get(key)
        if store is None:
            store = _stores[key] = create_database(key)
        return store


@contextmanager
def transaction(project: Path) -> Generator[Session, None, None]:
    """A session that commits at the end of the block, rolls back if it raises, and closes."""
    with get_store(project).sessions.begin() as session:
        yield session


def dispose_engine(project: Path) -> bool:
    """Forget a project's engine and close its connections, before its file is deleted or moved."""
    with _stores_lock:
        store = _stores.pop(project.resolve(), None)
        if store is None:
            return False
        store.engine.dispose()
        return True

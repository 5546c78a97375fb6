"""Models, engine and sessions of the board database."""

from datetime import datetime, timezone

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    create_engine,
    event,
    text,
)
from sqlalchemy.orm import declarative_base, relationship, sessionmaker

from legacy_board.config import db_path

Base = declarative_base()

_engines = {}


def now():
    return datetime.now(timezone.utc)


class Task(Base):
    """A thing to do."""

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'doing', 'done')", name="ck_task_status"),
        CheckConstraint("estimate >= 0 AND estimate <= 100", name="ck_task_estimate"),
        CheckConstraint("urgency >= 1 AND urgency <= 5", name="ck_task_urgency"),
        Index("ix_task_queue", "status", "estimate"),
    )

    id = Column(Integer, primary_key=True)
    name = Column(String(120), nullable=False)  # "title" in 1.x
    notes = Column(Text, nullable=False, default="")
    status = Column(String(10), nullable=False, default="open", index=True)
    estimate = Column(Integer, nullable=False, default=0)  # hours
    tags = Column(JSON, nullable=False, default=list)  # 2.1
    urgency = Column(Integer, nullable=False, default=3)  # 2.2
    owner = Column(String(60), index=True)  # 2.3
    pinned_at = Column(DateTime, nullable=False, default=now)  # 2.4
    color = Column(String(7))  # 2.5
    snoozed_until = Column(DateTime)  # 2.6
    created_at = Column(DateTime, nullable=False, default=now)

    runs = relationship("TaskRun", back_populates="task", passive_deletes=True)


class TaskRun(Base):
    """One attempt at a task."""

    __tablename__ = "task_runs"  # "runs" in 1.x

    id = Column(Integer, primary_key=True)
    task_id = Column(
        Integer, ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False, index=True
    )
    started_at = Column(DateTime, nullable=False, default=now)
    finished_at = Column(DateTime)
    outcome = Column(String(20), nullable=False, default="running")

    task = relationship("Task", back_populates="runs")


def get_engine(board):
    """Engine of a board, created on first use."""
    key = str(db_path(board))
    if key not in _engines:
        engine = create_engine("sqlite:///" + key, connect_args={"timeout": 30})
        _engines[key] = engine

        with engine.connect() as conn:
            conn.execute(text("PRAGMA journal_mode=WAL"))
            conn.execute(text("PRAGMA foreign_keys=ON"))

        @event.listens_for(engine, "begin")
        def take_write_lock(conn):
            conn.exec_driver_sql("BEGIN IMMEDIATE")

        from legacy_board.migrations import migrate

        Base.metadata.create_all(engine)
        migrate(engine)
    return _engines[key]


def close_engine(board):
    """Release the file locks of a board."""
    engine = _engines.get(str(db_path(board)))
    if engine is not None:
        engine.dispose()


def get_session(board):
    return sessionmaker(bind=get_engine(board))()

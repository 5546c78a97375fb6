"""Tables of the features store."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from feature_board.clock import UtcDateTime, utc_now

# A column that an upgrade adds carries the ALTER's DEFAULT as its server_default and stays behind
# the older columns, so that a fresh database and an upgraded one are the same, order included.


class Base(DeclarativeBase):
    """Declarative base of the features store."""


class Feature(Base):
    """One thing to build, with the steps that prove it."""

    __tablename__ = "features"
    __table_args__ = (Index("ix_feature_status", "passes", "in_progress", "needs_human_input"),)

    id: Mapped[int] = mapped_column(primary_key=True, index=True)
    priority: Mapped[int] = mapped_column(default=999, index=True)
    category: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str] = mapped_column(Text)
    steps: Mapped[list[str]] = mapped_column(JSON(none_as_null=True))
    passes: Mapped[bool] = mapped_column(default=False, index=True)
    in_progress: Mapped[bool] = mapped_column(default=False, server_default=text("0"), index=True)
    dependencies: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    needs_human_input: Mapped[bool] = mapped_column(default=False, server_default=text("0"), index=True)
    human_input_request: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    human_input_response: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Schedule(Base):
    """A daily window, in UTC, in which agents work on a project."""

    __tablename__ = "schedules"
    __table_args__ = (
        CheckConstraint("duration_minutes >= 1 AND duration_minutes <= 1440", name="ck_schedule_duration"),
        CheckConstraint("days_of_week >= 0 AND days_of_week <= 127", name="ck_schedule_days"),
        CheckConstraint("max_concurrency >= 1 AND max_concurrency <= 5", name="ck_schedule_concurrency"),
        CheckConstraint("crash_count >= 0", name="ck_schedule_crash_count"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, index=True)
    project_name: Mapped[str] = mapped_column(String(50), index=True)
    start_time: Mapped[str] = mapped_column(String(5))  # "HH:MM"
    duration_minutes: Mapped[int]
    days_of_week: Mapped[int] = mapped_column(default=127)  # Monday = 1 … Sunday = 64
    enabled: Mapped[bool] = mapped_column(default=True, index=True)
    yolo_mode: Mapped[bool] = mapped_column(default=False)
    model: Mapped[str | None] = mapped_column(String(50))  # null: the global default
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    max_concurrency: Mapped[int] = mapped_column(default=3, server_default=text("3"))
    crash_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))

    overrides: Mapped[list[ScheduleOverride]] = relationship(
        back_populates="schedule", cascade="all, delete-orphan", passive_deletes=True
    )


class ScheduleOverride(Base):
    """A manual start or stop that outranks its schedule until it expires."""

    __tablename__ = "schedule_overrides"

    id: Mapped[int] = mapped_column(primary_key=True, index=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedules.id", ondelete="CASCADE"))
    override_type: Mapped[str] = mapped_column(String(10))  # "start" or "stop"
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    schedule: Mapped[Schedule] = relationship(back_populates="overrides")

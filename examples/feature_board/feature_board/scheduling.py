"""When agents may run: windows in UTC, manual overrides, crashes within a window."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feature_board.clock import utc_now
from feature_board.models import Schedule, ScheduleOverride


def window_end(schedule: Schedule, now: datetime) -> datetime | None:
    """When the window around `now` ends, or None outside one; a window may run past midnight."""
    begins = time.fromisoformat(schedule.start_time)
    for day in (now.date(), now.date() - timedelta(days=1)):
        start = datetime.combine(day, begins, now.tzinfo)
        end = start + timedelta(minutes=schedule.duration_minutes)
        if schedule.days_of_week & (1 << day.weekday()) and start <= now < end:
            return end
    return None


def should_run(session: Session, schedule: Schedule, now: datetime) -> bool:
    """Whether agents run now: the newest override that still holds, else the window, decides."""
    override = session.scalar(
        select(ScheduleOverride.override_type)
        .where(ScheduleOverride.schedule_id == schedule.id, ScheduleOverride.expires_at > now)
        .order_by(ScheduleOverride.id.desc())
        .limit(1)
    )
    if override is not None:
        return override == "start"
    return schedule.enabled and window_end(schedule, now) is not None


def start_window(session: Session, schedule: Schedule) -> None:
    """A window begins: its crashes count from zero, and overrides of past windows go."""
    schedule.crash_count = 0
    session.execute(
        delete(ScheduleOverride).where(
            ScheduleOverride.schedule_id == schedule.id, ScheduleOverride.expires_at <= utc_now()
        )
    )


def record_crash(schedule: Schedule) -> int:
    """Count one more crash in this window."""
    schedule.crash_count += 1
    return schedule.crash_count

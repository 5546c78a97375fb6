"""Schedules of a project over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from feature_board import features_store
from feature_board.models import Schedule, ScheduleOverride
from feature_board.projects import Project
from feature_board.schemas import (
    OverrideCreate,
    OverrideView,
    ScheduleCreate,
    SchedulePatch,
    ScheduleView,
)

router = APIRouter(prefix="/api/projects/{project_name}/schedules", tags=["schedules"])


@router.post("", status_code=201)
def create_schedule(project: Project, body: ScheduleCreate) -> ScheduleView:
    """Store a new schedule."""
    with features_store.transaction(project) as session:
        schedule = Schedule(project_name=project.name, **body.model_dump())
        session.add(schedule)
        session.flush()
        return ScheduleView.model_validate(schedule)


@router.get("")
def list_schedules(project: Project) -> list[ScheduleView]:
    """All schedules, the earliest window first."""
    with features_store.transaction(project) as session:
        schedules = session.scalars(select(Schedule).order_by(Schedule.start_time, Schedule.id))
        return [ScheduleView.model_validate(schedule) for schedule in schedules]


@router.patch("/{schedule_id}")
def patch_schedule(project: Project, schedule_id: int, body: SchedulePatch) -> ScheduleView:
    """Change the fields that the request names."""
    with features_store.transaction(project) as session:
        schedule = _find(session, schedule_id)
        for column, value in body.model_dump(exclude_unset=True).items():
            setattr(schedule, column, value)
        session.flush()
        return ScheduleView.model_validate(schedule)


@router.delete("/{schedule_id}", status_code=204)
def delete_schedule(project: Project, schedule_id: int) -> None:
    """Delete a schedule; its overrides go with it."""
    with features_store.transaction(project) as session:
        session.delete(_find(session, schedule_id))


@router.post("/{schedule_id}/overrides", status_code=201)
def create_override(project: Project, schedule_id: int, body: OverrideCreate) -> OverrideView:
    """Start or stop by hand until the override expires."""
    with features_store.transaction(project) as session:
        schedule = _find(session, schedule_id)
        override = ScheduleOverride(schedule_id=schedule.id, **body.model_dump())
        session.add(override)
        session.flush()
        return OverrideView.model_validate(override)


def _find(session: Session, schedule_id: int) -> Schedule:
    schedule = session.get(Schedule, schedule_id)
    if schedule is None:
        raise HTTPException(404, f"there is no schedule {schedule_id}")
    return schedule

"""Day-to-day operations on tasks."""

import logging

from legacy_board.db import Task, TaskRun, get_session, now

logger = logging.getLogger(__name__)


def tag_task(board, task_id, tag):
    """Add a tag, once."""
    session = get_session(board)
    try:
        task = session.get(Task, task_id)
        tags = task.tags
        if tag not in tags:
            tags.append(tag)
        task.tags = tags
        session.commit()
    except Exception:
        session.rollback()
        raise
    finally:
        session.close()


def next_task(board):
    """The most urgent open task, or None."""
    session = get_session(board)
    try:
        task = (
            session.query(Task)
            .filter(Task.status == "open")
            .order_by(Task.urgency.desc(), Task.id)
            .first()
        )
        return task.id if task else None
    finally:
        session.close()


def claim_next(board, owner):
    """Take the most urgent open task."""
    task_id = next_task(board)
    if task_id is None:
        return None
    session = get_session(board)
    try:
        task = session.get(Task, task_id)
        task.status = "doing"
        task.owner = owner
        session.commit()
    except Exception:
        session.rollback()
        raise
    finally:
        session.close()
    return task_id


def recent_runs(board, limit=20):
    """Runs for the status bar, newest first."""
    session = get_session(board)
    runs = session.query(TaskRun).order_by(TaskRun.started_at.desc()).limit(limit).all()
    return [{"task": run.task_id, "outcome": run.outcome} for run in runs]


async def run_task(board, task_id, agent):
    """Let the agent work on a task and record how it went."""
    session = get_session(board)
    try:
        task = session.get(Task, task_id)
        task.status = "doing"
        run = TaskRun(task_id=task.id)
        session.add(run)
        session.flush()
        run.outcome = await agent(task.name, task.notes)
        run.finished_at = now()
        task.status = "done" if run.outcome == "ok" else "open"
        session.commit()
    except Exception:
        session.rollback()
        logger.exception("task %s failed", task_id)
        raise
    finally:
        session.close()

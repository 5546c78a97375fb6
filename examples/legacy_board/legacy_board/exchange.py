"""Tasks as JSON files, and copies of the database."""

import json
import logging
import shutil
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from legacy_board.config import board_dir, db_path
from legacy_board.db import Task, get_session

logger = logging.getLogger(__name__)


def import_tasks(board):
    """Take over tasks.json, the list that 1.x kept."""
    source = board_dir(board) / "tasks.json"
    if not source.exists():
        return 0
    with open(source, encoding="utf-8") as f:
        entries = json.load(f)

    session = get_session(board)
    imported = 0
    try:
        for entry in entries:
            try:
                session.add(
                    Task(
                        name=entry.get("name", "untitled"),
                        notes=entry.get("notes", ""),
                        status=entry.get("status", "open"),
                        estimate=entry.get("estimate", 0),
                        tags=entry.get("tags", []),
                        urgency=entry.get("urgency", 3),
                    )
                )
                session.commit()
                imported += 1
            except IntegrityError as e:
                logger.warning("skipped %r: %s", entry.get("name"), e)
    finally:
        session.close()
    source.unlink()
    return imported


def export_tasks(board):
    """Write all tasks to tasks_export.json."""
    session = get_session(board)
    try:
        tasks = session.query(Task).order_by(Task.id).all()
        data = [
            {
                "id": task.id,
                "name": task.name,
                "notes": task.notes,
                "status": task.status,
                "estimate": task.estimate,
                "urgency": task.urgency,
                "owner": task.owner,
                "created_at": task.created_at.isoformat(),
            }
            for task in tasks
        ]
    finally:
        session.close()
    target = board_dir(board) / "tasks_export.json"
    with open(target, "w", encoding="utf-8") as f:
        json.dump(data, f, indent=2)
    return target


def backup_database(board):
    """Copy the database before risky operations."""
    stamp = datetime.now().strftime("%Y%m%d")
    target = board_dir(board) / f"board2.db.backup.{stamp}"
    shutil.copy2(db_path(board), target)
    return target

"""Read-mostly helpers for the shell scripts; plain sqlite3, so that they start fast."""

import sqlite3

from sqlalchemy import create_engine, func, select

from legacy_board.config import db_path
from legacy_board.db import Task, now


def connect(board):
    conn = sqlite3.connect(db_path(board), timeout=5)
    conn.row_factory = sqlite3.Row
    return conn


def open_tasks(board, order_by="urgency"):
    conn = connect(board)
    try:
        return conn.execute(
            f"SELECT id, name, urgency, owner FROM tasks WHERE status != 'done' ORDER BY {order_by}"
        ).fetchall()
    finally:
        conn.close()


def find_tasks(board, words):
    conn = connect(board)
    try:
        return conn.execute(
            "SELECT id, title FROM tasks WHERE title LIKE ? OR notes LIKE ?",
            (f"%{words}%", f"%{words}%"),
        ).fetchall()
    finally:
        conn.close()


def failed_runs(board):
    conn = connect(board)
    try:
        return conn.execute(
            "SELECT task_id, COUNT(*) AS failures FROM runs WHERE outcome = ? GROUP BY task_id",
            ("failed",),
        ).fetchall()
    finally:
        conn.close()


def workload(board):
    conn = connect(board)
    try:
        return conn.execute(
            "SELECT owner, COUNT(*) AS tasks, FROM tasks WHERE status = 'doing' GROUP BY owner"
        ).fetchall()
    finally:
        conn.close()


def status_counts(board):
    with connect(board) as conn:
        return dict(conn.execute("SELECT status, COUNT(*) FROM tasks GROUP BY status").fetchall())


def quick_add(board, name):
    """For the global hotkey: a name is enough."""
    conn = connect(board)
    try:
        conn.execute(
            "INSERT INTO tasks (name, notes, urgency, created_at) VALUES (?, '', 3, ?)",
            (name, now().isoformat(" ")),
        )
        conn.commit()
    finally:
        conn.close()


def park(board, task_id):
    """Set a task aside."""
    conn = connect(board)
    try:
        conn.execute("UPDATE tasks SET status = 'parked' WHERE id = ?", (task_id,))
        conn.commit()
    finally:
        conn.close()


def rename(board, task_id, name):
    conn = connect(board)
    try:
        conn.execute("UPDATE tasks SET name = ? WHERE id = ?", (name, task_id))
    finally:
        conn.close()


def escalate(board, days=7):
    """Raise the urgency of what has been open for too long; cron calls this at night."""
    conn = sqlite3.connect(db_path(board), timeout=5, isolation_level=None)
    try:
        conn.execute("BEGIN")
        stale = conn.execute(
            "SELECT id, urgency FROM tasks"
            " WHERE status = 'open' AND created_at < datetime('now', ?)",
            (f"-{days} days",),
        ).fetchall()
        for task_id, urgency in stale:
            conn.execute(
                "UPDATE tasks SET urgency = ? WHERE id = ?", (min(urgency + 1, 5), task_id)
            )
        conn.execute("COMMIT")
    finally:
        conn.close()
    return len(stale)


def hours_left(board):
    """Sum of the estimates that are not done."""
    engine = create_engine(f"sqlite:///{db_path(board)}")
    with engine.connect() as conn:
        return conn.execute(
            select(func.sum(Task.estimate)).where(Task.status != "done")
        ).scalar_one_or_none()

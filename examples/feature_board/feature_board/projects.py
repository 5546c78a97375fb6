"""A project is a folder with two databases: find it, open it, close it, remove or move it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi import Path as PathParameter

from feature_board import assistant_store, features_store
from feature_board.documents import FeatureImportError, import_features

logger = logging.getLogger(__name__)

# What SQLite may leave beside a database: the file, then its WAL, its shared memory, its journal.
SUFFIXES = ("", "-wal", "-shm", "-journal")


def find_project(
    request: Request,
    project_name: Annotated[str, PathParameter(max_length=50, pattern=r"^[A-Za-z0-9_-]+$")],
) -> Path:
    """The folder that a request names, or 404."""
    root: Path = request.app.state.root
    project = root / project_name
    if not project.is_dir():
        raise HTTPException(404, f"there is no project {project_name!r}")
    return project


Project = Annotated[Path, Depends(find_project)]


def projects_in(root: Path) -> list[Path]:
    """The projects that are there now."""
    return sorted(folder for folder in root.iterdir() if folder.is_dir())


def open_project(project: Path) -> None:
    """Bring a project's databases up to date and take over its legacy list, if it has one."""
    features_store.get_store(project)
    assistant_store.get_store(project)
    try:
        import_features(project)
    except FeatureImportError as error:
        logger.warning("not imported: %s", error)  # the project works without; the file stays


def close_project(project: Path) -> None:
    """Close every connection to a project's databases."""
    features_store.dispose_engine(project)
    assistant_store.dispose_engine(project)


def delete_databases(project: Path) -> None:
    """Remove both databases of a project; the next opening makes new ones."""
    close_project(project)
    for database in (features_store.database_path(project), assistant_store.database_path(project)):
        for suffix in SUFFIXES:
            Path(f"{database}{suffix}").unlink(missing_ok=True)


def move_project(project: Path, target: Path) -> None:
    """Move a project's folder, databases included, to a place that is still free."""
    if target.exists():
        raise FileExistsError(target)
    close_project(project)
    project.rename(target)

"""The application: one folder of projects, opened at start, closed at the end."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from feature_board.projects import Project, close_project, delete_databases, open_project, projects_in
from feature_board.routers import features, schedules


def create_app(root: Path) -> FastAPI:
    """Serve each folder below `root` as a project."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None, None]:
        try:
            for project in projects_in(root):
                open_project(project)
            yield
        finally:
            for project in projects_in(root):
                close_project(project)

    app = FastAPI(title="feature_board", lifespan=lifespan)
    app.state.root = root
    app.include_router(features.router)
    app.include_router(schedules.router)

    @app.delete("/api/projects/{project_name}/databases", status_code=204)
    def reset_project(project: Project) -> None:
        """Start a project over with empty databases."""
        delete_databases(project)

    return app

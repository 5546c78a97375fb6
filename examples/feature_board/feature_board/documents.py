"""Features as JSON: the one-time import of a legacy list, and the export that gives it back."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from feature_board import features_store
from feature_board.clock import utc_now
from feature_board.models import Feature
from feature_board.schemas import Category, FeatureName, RowInteger

logger = logging.getLogger(__name__)


class FeatureImportError(Exception):
    """The legacy list was not imported; the database and the file are as they were."""


class FeatureEntry(BaseModel):
    """One element of `feature_list.json`; what the oldest lists lack has a default here."""

    model_config = ConfigDict(extra="forbid")  # a key that no column keeps must not vanish

    id: RowInteger | None = None  # from the position
    priority: RowInteger | None = None  # from the position
    category: Category = "uncategorized"
    name: FeatureName | None = None  # "Feature <position>"
    description: str = ""
    steps: list[str] = []
    passes: bool = False
    in_progress: bool = False
    dependencies: list[RowInteger] | None = None
    needs_human_input: bool = False
    human_input_request: dict[str, Any] | None = None
    human_input_response: dict[str, Any] | None = None


_ENTRIES = TypeAdapter(list[FeatureEntry])


def import_features(project: Path) -> int:
    """Import a legacy `feature_list.json` into an empty table; return how many rows that made.

    The rows come in one transaction, and afterwards the file is kept as a timestamped backup.
    """
    source = project / "feature_list.json"
    if not source.exists():
        return 0
    try:
        entries = _ENTRIES.validate_json(source.read_bytes())
        with features_store.transaction(project) as session:
            if session.scalar(select(Feature.id).limit(1)) is not None:
                logger.info("%s: not imported, the database already has features", source)
                return 0
            session.add_all(_to_feature(entry, position) for position, entry in enumerate(entries, start=1))
    except (OSError, ValidationError, SQLAlchemyError) as error:
        raise FeatureImportError(f"{source}: {error}") from error
    _back_up(source)
    return len(entries)


def export_features(project: Path) -> Path:
    """Write every column of every feature, by priority and id, to `feature_list_export.json`."""
    target = project / "feature_list_export.json"
    with features_store.transaction(project) as session:
        features = session.scalars(select(Feature).order_by(Feature.priority, Feature.id)).all()
    unfinished = target.with_suffix(".partial")
    unfinished.write_text(json.dumps([_to_entry(feature) for feature in features], indent=2), encoding="utf-8")
    unfinished.replace(target)  # a reader sees the old export or the new one, never half of one
    return target


def _to_feature(entry: FeatureEntry, position: int) -> Feature:
    return Feature(
        id=position if entry.id is None else entry.id,
        priority=position if entry.priority is None else entry.priority,
        category=entry.category,
        name=f"Feature {position}" if entry.name is None else entry.name,
        description=entry.description,
        steps=entry.steps,
        passes=entry.passes,
        in_progress=entry.in_progress,
        dependencies=entry.dependencies,
        needs_human_input=entry.needs_human_input,
        human_input_request=entry.human_input_request,
        human_input_response=entry.human_input_response,
    )


def _to_entry(feature: Feature) -> dict[str, Any]:
    return {
        "id": feature.id,
        "priority": feature.priority,
        "category": feature.category,
        "name": feature.name,
        "description": feature.description,
        "steps": feature.steps,
        "passes": feature.passes,
        "in_progress": feature.in_progress,
        "dependencies": feature.dependencies,
        "needs_human_input": feature.needs_human_input,
        "human_input_request": feature.human_input_request,
        "human_input_response": feature.human_input_response,
    }


def _back_up(source: Path) -> None:
    """Rename an imported list; its rows are safe already, so a failure is only a warning."""
    moment = utc_now()
    while (backup := _backup_path(source, f"{moment:%Y%m%d_%H%M%S}")).exists():
        moment += timedelta(seconds=1)  # an earlier backup keeps its name
    try:
        source.rename(backup)
    except OSError as error:
        logger.warning("%s: imported, but not renamed to %s: %s", source, backup.name, error)


def _backup_path(source: Path, timestamp: str) -> Path:
    return source.with_name(f"feature_list.json.backup.{timestamp}")

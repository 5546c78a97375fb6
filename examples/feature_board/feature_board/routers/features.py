"""Features of a project over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from feature_board import features_store
from feature_board.documents import export_features
from feature_board.models import Feature
from feature_board.projects import Project
from feature_board.schemas import FeatureCreate, FeaturePatch, FeatureView

router = APIRouter(prefix="/api/projects/{project_name}/features", tags=["features"])


@router.post("", status_code=201)
def create_feature(project: Project, body: FeatureCreate) -> FeatureView:
    """Store a new feature."""
    with features_store.transaction(project) as session:
        feature = Feature(**body.model_dump())
        session.add(feature)
        session.flush()
        return FeatureView.model_validate(feature)


@router.get("")
def list_features(project: Project) -> list[FeatureView]:
    """All features, the most urgent first."""
    with features_store.transaction(project) as session:
        features = session.scalars(select(Feature).order_by(Feature.priority, Feature.id))
        return [FeatureView.model_validate(feature) for feature in features]


@router.patch("/{feature_id}")
def patch_feature(project: Project, feature_id: int, body: FeaturePatch) -> FeatureView:
    """Change the fields that the request names."""
    with features_store.transaction(project) as session:
        feature = _find(session, feature_id)
        for column, value in body.model_dump(exclude_unset=True).items():
            setattr(feature, column, value)
        session.flush()
        return FeatureView.model_validate(feature)


@router.delete("/{feature_id}", status_code=204)
def delete_feature(project: Project, feature_id: int) -> None:
    """Delete a feature, and take it out of the dependencies of others."""
    with features_store.transaction(project) as session:
        session.delete(_find(session, feature_id))
        for other in session.scalars(select(Feature).where(Feature.dependencies.is_not(None))):
            if feature_id in (other.dependencies or []):
                other.dependencies = [i for i in other.dependencies or [] if i != feature_id]


@router.post("/export")
def export(project: Project) -> str:
    """Write the features to the project's folder and return the file's name."""
    return export_features(project).name


def _find(session: Session, feature_id: int) -> Feature:
    feature = session.get(Feature, feature_id)
    if feature is None:
        raise HTTPException(404, f"there is no feature {feature_id}")
    return feature

"""What the API accepts and returns; each bound here is the bound of the column behind it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

RowInteger = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]  # what SQLite can store
Category = Annotated[str, Field(max_length=100)]
FeatureName = Annotated[str, Field(max_length=255)]
StartTime = Annotated[str, Field(max_length=5, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
DurationMinutes = Annotated[int, Field(ge=1, le=1440)]
DaysOfWeek = Annotated[int, Field(ge=0, le=127)]
ModelName = Annotated[str, Field(max_length=50)]
MaxConcurrency = Annotated[int, Field(ge=1, le=5)]


class Request(BaseModel):
    """A request body; a field that nothing stores is an error, not a surprise later."""

    model_config = ConfigDict(extra="forbid")


class Response(BaseModel):
    """A response body, read from the row that it shows."""

    model_config = ConfigDict(from_attributes=True)


def reject_null(value: object) -> object:
    """Refuse an explicit null for a column that cannot hold one; leaving a field out is fine."""
    if value is None:
        raise ValueError("null cannot be stored here; leave the field out to keep its value")
    return value


class FeatureCreate(Request):
    """A new feature; nobody works on it yet."""

    priority: RowInteger = 999
    category: Category
    name: FeatureName
    description: str
    steps: list[str]
    dependencies: list[RowInteger] | None = None


class FeaturePatch(Request):
    """Changes to a feature; fields left out stay as they are."""

    priority: RowInteger | None = None
    category: Category | None = None
    name: FeatureName | None = None
    description: str | None = None
    steps: list[str] | None = None
    passes: bool | None = None
    in_progress: bool | None = None
    dependencies: list[RowInteger] | None = None
    needs_human_input: bool | None = None
    human_input_request: dict[str, Any] | None = None
    human_input_response: dict[str, Any] | None = None

    _not_null = field_validator(
        "priority",
        "category",
        "name",
        "description",
        "steps",
        "passes",
        "in_progress",
        "needs_human_input",
    )(reject_null)


class FeatureView(Response):
    """A feature as it is stored."""

    id: int
    priority: int
    category: str
    name: str
    description: str
    steps: list[str]
    passes: bool
    in_progress: bool
    dependencies: list[int] | None
    needs_human_input: bool
    human_input_request: dict[str, Any] | None
    human_input_response: dict[str, Any] | None


class ScheduleCreate(Request):
    """A new schedule; the project comes from the address."""

    start_time: StartTime
    duration_minutes: DurationMinutes
    days_of_week: DaysOfWeek = 127
    enabled: bool = True
    yolo_mode: bool = False
    model: ModelName | None = None
    max_concurrency: MaxConcurrency = 3


class SchedulePatch(Request):
    """Changes to a schedule; fields left out stay as they are, a null model means the default."""

    start_time: StartTime | None = None
    duration_minutes: DurationMinutes | None = None
    days_of_week: DaysOfWeek | None = None
    enabled: bool | None = None
    yolo_mode: bool | None = None
    model: ModelName | None = None
    max_concurrency: MaxConcurrency | None = None

    _not_null = field_validator(
        "start_time", "duration_minutes", "days_of_week", "enabled", "yolo_mode", "max_concurrency"
    )(reject_null)


class ScheduleView(Response):
    """A schedule as it is stored."""

    id: int
    project_name: str
    start_time: str
    duration_minutes: int
    days_of_week: int
    enabled: bool
    yolo_mode: bool
    model: str | None
    created_at: AwareDatetime
    max_concurrency: int
    crash_count: int


class OverrideCreate(Request):
    """A manual start or stop, until a moment that names its time zone."""

    override_type: Literal["start", "stop"]
    expires_at: AwareDatetime


class OverrideView(Response):
    """An override as it is stored."""

    id: int
    schedule_id: int
    override_type: Literal["start", "stop"]
    expires_at: AwareDatetime
    created_at: AwareDatetime

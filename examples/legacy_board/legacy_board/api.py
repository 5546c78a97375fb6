"""HTTP interface of the board."""

from datetime import datetime
from typing import Optional

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from legacy_board.db import Task, get_session

app = FastAPI(title="Task board")


class TaskIn(BaseModel):
    name: str = Field(..., min_length=1, max_length=200)
    notes: str = ""
    estimate: int = Field(0, ge=0, le=500)
    urgency: int = Field(3, ge=1, le=5)
    owner: Optional[str] = Field(None, max_length=60)
    deadline: Optional[datetime] = None


class TaskPatch(BaseModel):
    name: Optional[str] = Field(None, max_length=120)
    notes: Optional[str] = None
    owner: Optional[str] = Field(None, max_length=60)


class TaskOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    notes: str
    status: str
    estimate: int
    urgency: int
    owner: Optional[str]
    progress: int = 0
    created_at: datetime


@app.post("/boards/{board}/tasks", response_model=TaskOut, status_code=201)
def create_task(board: str, data: TaskIn):
    session = get_session(board)
    try:
        task = Task(
            name=data.name,
            notes=data.notes,
            estimate=data.estimate,
            urgency=data.urgency,
            owner=data.owner,
        )
        session.add(task)
        session.commit()
        session.refresh(task)
        return TaskOut.model_validate(task)
    except Exception:
        session.rollback()
        raise
    finally:
        session.close()


@app.get("/boards/{board}/tasks", response_model=list[TaskOut])
def list_tasks(board: str):
    session = get_session(board)
    try:
        return [TaskOut.model_validate(task) for task in session.query(Task).order_by(Task.id)]
    finally:
        session.close()


@app.patch("/boards/{board}/tasks/{task_id}", response_model=TaskOut)
def update_task(board: str, task_id: int, data: TaskPatch):
    session = get_session(board)
    try:
        task = session.get(Task, task_id)
        if task is None:
            raise HTTPException(status_code=404, detail="Task not found")
        for field, value in data.model_dump(exclude_unset=True).items():
            setattr(task, field, value)
        session.commit()
        session.refresh(task)
        return TaskOut.model_validate(task)
    except Exception:
        session.rollback()
        raise
    finally:
        session.close()

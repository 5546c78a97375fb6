from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from persistlint.crash import Crash
from persistlint.workers import mapper

TASKS = [(f"f{number}.py", "x" * number) for number in range(5)]
EXPECTED = {path: text.upper().encode() for path, text in TASKS}

# In a module of its own, because workers import it by its name.
WORK = """
import os

def upper(task):
    return task[0], task[1].upper().encode()

def dying(task):
    if task[0] == "f3.py":
        os._exit(139)
    return upper(task)
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    (tmp_path / "work_for_workers.py").write_text(WORK)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr("persistlint.workers._WORTH_A_POOL", 0)
    monkeypatch.delitem(sys.modules, "work_for_workers", raising=False)
    return importlib.import_module("work_for_workers")


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_task_has_one_result(work: ModuleType, jobs: int) -> None:
    assert dict(mapper(jobs)(work.upper, TASKS)) == EXPECTED


def test_a_worker_that_dies_is_told_for_its_file_only(work: ModuleType) -> None:
    results = dict(mapper(2)(work.dying, TASKS))

    assert isinstance(results.pop("f3.py"), Crash)
    assert results == {path: text for path, text in EXPECTED.items() if path != "f3.py"}


def test_few_files_need_no_pool(work: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("persistlint.workers._WORTH_A_POOL", 1_000)

    # A lambda could not be sent to a worker.
    assert dict(mapper(8)(lambda task: (task[0], task[1].upper().encode()), TASKS)) == EXPECTED

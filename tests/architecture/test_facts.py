"""What passes between the phases is data: it survives its encoding, and its order does not matter."""

from __future__ import annotations

import dataclasses
import inspect
import random
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

import msgspec
import pytest

from persistlint import report, rule, source
from persistlint.extract.python import extract_python
from persistlint.extract.sql import parse
from persistlint.facts import code, schema, sql
from persistlint.facts.code import FileFacts
from persistlint.facts.sql import SqlStatement
from persistlint.project import model
from persistlint.project.link import Inputs, link
from persistlint.project.model import Project

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "examples").glob("**/*.py"))


def facts_of(path: str) -> FileFacts:
    return extract_python(path, (ROOT / path).read_text())


@pytest.mark.parametrize("path", EXAMPLES)
def test_file_facts_survive_their_encoding(path: str) -> None:
    facts = facts_of(path)

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=FileFacts) == facts


def test_statements_survive_their_encoding() -> None:
    statements = parse(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT DEFAULT 'x' CHECK (b <> ''), FOREIGN KEY (b) REFERENCES c (d));"
        "CREATE UNIQUE INDEX i ON a (b) WHERE b IS NOT NULL; INSERT INTO a (b) VALUES ('1'); PRAGMA foreign_keys = ON;"
        "ALTER TABLE a ADD COLUMN e INTEGER; BEGIN IMMEDIATE; SELECT b FROM a JOIN c USING (d); SELEC 1",
        "sqlite",
    )

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(statements), type=tuple[SqlStatement, ...]) == statements


def project_of(paths: list[str]) -> Project:
    return link(
        Inputs(
            python={path: facts_of(path) for path in paths},
            sql_files={},
            load=lambda _path: None,
            paths=frozenset(paths),
            dialect="sqlite",
            parse=parse,
        )
    )


def test_a_project_survives_its_encoding() -> None:
    project = project_of(EXAMPLES)

    assert project.tables
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(project), type=Project) == project


def test_the_order_of_the_files_does_not_matter() -> None:
    expected = msgspec.msgpack.encode(project_of(EXAMPLES))

    for seed in range(3):
        shuffled = list(EXAMPLES)
        random.Random(seed).shuffle(shuffled)
        assert msgspec.msgpack.encode(project_of(shuffled)) == expected


@pytest.mark.parametrize("module", [schema, sql, code, source, model, rule, report], ids=lambda module: module.__name__)
def test_values_are_frozen_and_hold_no_lists(module: ModuleType) -> None:
    for _, kind in inspect.getmembers(module, inspect.isclass):
        if kind.__module__ != module.__name__:
            continue
        if dataclasses.is_dataclass(kind):
            assert kind.__dataclass_params__.frozen, kind  # type: ignore[attr-defined]
        elif issubclass(kind, msgspec.Struct):
            assert kind.__struct_config__.frozen, kind
        else:
            continue
        for name, hint in get_type_hints(kind, vars(module)).items():
            assert not str(hint).startswith(("list[", "set[", "dict[")), f"{kind.__name__}.{name} can be changed"

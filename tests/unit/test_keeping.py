from __future__ import annotations

import pytest

from persistlint.extract.sql import parse
from persistlint.keeping import decode, encode
from persistlint.project.link import Inputs, link
from persistlint.project.model import Project
from persistlint.rule import Finding
from persistlint.source import Span

PROBLEMS = (("invalid-syntax", Finding("m", Span("b.py", 1, 1), data={"a": ["x"], "b": 1, "c": None, "d": True})),)


def project_of(sql: str) -> Project:
    inputs = Inputs(
        python={},
        sql_files={"a.sql": sql, "b.sql": sql},
        load=lambda _path: None,
        paths=frozenset({"a.sql", "b.sql"}),
        dialect="sqlite",
        parse=parse,
    )
    return link(inputs)


def test_a_project_comes_back_as_it_was() -> None:
    project = project_of("CREATE TABLE t (a INTEGER);\nINSERT INTO t VALUES (1);\nSELECT a FROM t;\n")
    data = encode(project, PROBLEMS)

    assert data is not None
    kept = decode(data)
    assert kept is not None
    assert (kept.project, kept.problems) == (project, PROBLEMS)


def test_a_long_script_is_kept_once_not_once_a_statement() -> None:
    sql = "INSERT INTO t (a) VALUES (1);\n" * 500
    data = encode(project_of(sql), ())

    assert data is not None
    assert len(data) < 100 * len(sql)


def test_a_project_that_has_no_bytes_is_not_kept() -> None:
    assert encode(project_of("SELECT '\ud800';"), ()) is None


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x93\x80\x90\x90", b"\x90" * 50_000])
def test_other_bytes_are_no_project(data: bytes) -> None:
    assert decode(data) is None

"""Small projects as dicts of paths and texts, linked as the engine links real ones."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from persistlint.extract.python import extract_python
from persistlint.extract.sql import parse
from persistlint.facts.code import FileFacts
from persistlint.facts.schema import TableFact
from persistlint.project.link import Inputs, Linkage, link_all
from persistlint.project.model import Project, Statement


def facts_of(files: Mapping[str, str]) -> dict[str, FileFacts]:
    """The facts of the Python files, each of which must be valid Python."""
    found = {path: extract_python(path, text) for path, text in files.items() if path.endswith(".py")}
    problems = {path: facts.problem for path, facts in found.items() if facts.problem is not None}
    assert not problems
    return found


def linkage_of(files: Mapping[str, str]) -> Linkage:
    """The linked files with the interpreter that linked them; common indentation does not count."""
    dedented = {path: textwrap.dedent(text) for path, text in files.items()}
    return link_all(
        Inputs(
            python=facts_of(dedented),
            sql_files={path: text for path, text in dedented.items() if path.endswith(".sql")},
            load=lambda _path: None,
            paths=frozenset(dedented),
            dialect="sqlite",
            parse=parse,
        )
    )


def project_of(files: Mapping[str, str]) -> Project:
    """The project of these files; common indentation does not count."""
    return linkage_of(files).project


def module(text: str) -> Project:
    """The project of one module, `app.py`."""
    return project_of({"app.py": text})


def statement(project: Project) -> Statement:
    """The only statement of a project."""
    [found] = project.statements
    return found


def table(project: Project, name: str) -> TableFact:
    """The only definition of a table."""
    [found] = project.named(name)
    return found

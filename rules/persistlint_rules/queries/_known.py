"""What can be said about a table of the project where a part of it meets that table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from persistlint.sdk import Project, TableFact
from persistlint_rules.queries._history import Definition, Step, has_hole, history_of, words_around_holes
from persistlint_rules.queries._places import Part, part_of

_SHADOWS = (
    "_data", "_idx", "_content", "_docsize", "_config", "_stat", "_segments", "_segdir", "_node", "_parent", "_rowid",
    "_chunks", "_rowids", "_vector_chunks00", "_info", "_auxiliary",
)  # fmt: skip
"""What the modules of virtual tables add to the name of a table for their own tables."""
_OF_COLUMNS = frozenset({"add-column", "drop-column", "rename-column"})


class Known:
    """The tables of a project by name, in any case of it."""

    def __init__(self, project: Project) -> None:
        self._history = history_of(project)
        creating = [step for step in self._history.nameless if step.action == "create-table" and step.table is not None]
        words = [words_around_holes((step.table or "").lower()) for step in creating]
        self._patterns = [re.compile(".*".join(map(re.escape, one))) for one in words if any(one)]
        # An upgrade's tables without names are the project's own, gone through one by one.
        self._open = [
            one.span.path for one in project.unresolved if one.table and part_of(one.span) is Part.APPLICATION
        ]
        self._open += [step.span.path for step, one in zip(creating, words, strict=True) if not any(one)]
        self._makers = project.makers

    def names(self, name: str) -> bool:
        """Whether a table of that name comes into being somewhere outside of tests."""
        lowered = name.lower()
        created = self._history.created
        if lowered in created or any(pattern.fullmatch(lowered) for pattern in self._patterns):
            return True
        return any(lowered.endswith(end) and lowered.removesuffix(end) in created for end in _SHADOWS)

    def all_names(self) -> tuple[str, ...]:
        """The names of all tables that are defined outside of tests, in order, as they are written."""
        found = sorted(self._history.definitions.items())
        return tuple(ones[0].fact.name for name, ones in found if name in self._history.created)

    def all_of(self, name: str) -> tuple[Definition, ...]:
        """Every definition of a table."""
        return tuple(self._history.definitions.get(name.lower(), ()))

    def steps(self, name: str) -> tuple[Step, ...]:
        """Every change of a table."""
        return tuple(self._history.steps.get(name.lower(), ()))

    def valid_for(self, name: str, part: Part) -> tuple[TableFact, ...]:
        """The definitions that hold for a statement in that part of the project.

        For the application, what its own code defines, else what its upgrades do; for an upgrade, which may meet a
        table of any age, both. What only tests define holds for neither.
        """
        found = self.all_of(name)
        if part is not Part.APPLICATION:
            return tuple(one.fact for one in found if one.part is not Part.TEST)
        return self._own(name) or tuple(one.fact for one in found if one.part is Part.UPGRADE and not one.back)

    def columns(self, name: str, part: Part) -> frozenset[str] | None:
        """All columns, in lower case, that the table can have where that part of the project meets it.

        None where they cannot all be known.
        """
        facts = self.valid_for(name, part)
        if (
            not facts
            or not all(fact.complete and fact.columns for fact in facts)
            or name.lower() in self._history.unread
        ):
            return None
        columns = {column.name.lower() for fact in facts for column in fact.columns}
        added, removed = {"": False}, {"": False}
        for step in self._column_steps(name, facts):
            if step.column is None or has_hole(step.column) or has_hole(step.new_name):
                if step.action == "drop-column" and (step.back or part is Part.APPLICATION):
                    continue  # what an upgrade added before, or what is gone by now
                return None
            if step.action != "add-column":
                removed[step.column.lower()] = step.back
            if step.action != "drop-column":
                added[(step.new_name or step.column).lower()] = step.back
        if part is not Part.APPLICATION:
            return frozenset(columns | added.keys() | removed.keys())
        lasting = {column for column, back in added.items() if not back}
        gone = {column for column, back in removed.items() if not back}
        return frozenset(columns | (lasting - gone) if self._own(name) else (columns - gone) | lasting)

    def is_modelled(self, name: str) -> bool:
        """Whether a model of the application says what the table is."""
        return any(fact.model is not None for fact in self._own(name))

    def is_scripted(self, name: str) -> bool:
        """Whether Alembic creates the table, so that all that it ever was is written down."""
        return any(one.scripted and not one.back for one in self.all_of(name))

    def is_touched_in(self, name: str, path: str) -> bool:
        """Whether a file asks if the table is there, changes or drops it, and so may know more of it than we do."""
        probed = (path, name.lower()) in self._history.probed
        return probed or any(step.span.path == path for step in self.steps(name))

    def is_upgraded(self, name: str) -> bool:
        """Whether an upgrade changes the columns of the table: it is one of the project's."""
        return any(step.action in _OF_COLUMNS and not step.back for step in self.steps(name))

    def gone(self, name: str) -> Step | None:
        """The step that takes a table away for good, by a new name or by dropping it.

        Without the order of all steps only a clear case counts: upgrades create the table once and take it away
        elsewhere, no model and no other code has it.
        """
        going = [one for one in self.steps(name) if one.action in ("drop-table", "rename-table") and not one.back]
        creating = {one.fact.span for one in self.all_of(name) if not one.back}
        if len(going) != 1 or len(creating) > 1 or going[0].part is not Part.UPGRADE or self._arrives(name):
            return None
        if any(one.part is not Part.UPGRADE for one in self.all_of(name)):
            return None
        elsewhere = going[0].span.path not in {span.path for span in creating}
        return going[0] if going[0].action == "rename-table" or (elsewhere and self._has_models()) else None

    def is_open_at(self, path: str) -> bool:
        """Whether tables may exist that cannot be seen.

        Either code around the file creates some under names that are not known, or a library that is not read does.
        """
        folder, top = path.rpartition("/")[0] + "/", path.partition("/")[0]
        near = [
            one
            for one in self._open
            # What makes tables of any name may do so for all who can import it, its neighbours above all.
            if one.partition("/")[0] == top or one.startswith(folder)
        ]
        return bool(self._makers or near)

    def _own(self, name: str) -> tuple[TableFact, ...]:
        return tuple(one.fact for one in self.all_of(name) if one.part is Part.APPLICATION)

    def _column_steps(self, name: str, facts: tuple[TableFact, ...]) -> Iterator[Step]:
        """The steps that can add columns to a table or take them away.

        A step on any table with any column is a helper that brings tables to what their models say: no news of those.
        """
        modelled = any(fact.model is not None or fact.origin != "ddl" for fact in facts)
        for step in (*self.steps(name), *self._history.nameless):
            if step.action in _OF_COLUMNS and not (step.is_general and modelled):
                yield step

    def _arrives(self, name: str) -> bool:
        """Whether some upgrade renames another table to this one."""
        steps = (step for each in self._history.steps.values() for step in each if not step.back)
        return any((step.new_name or "").lower() == name.lower() and step.action == "rename-table" for step in steps)

    def _has_models(self) -> bool:
        return any(one.fact.model is not None for each in self._history.definitions.values() for one in each)

"""JSON values that are changed in place, where the mapping does not watch them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from persistlint.facts.ledger import JsonMutation
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Attribute, External, Instance, Items, Loc, Made, Value, known, options_of
from persistlint.project.ledger.trace import Assigned, Changed, Trace
from persistlint.project.sqlalchemy.draft import ColumnDraft
from persistlint.project.sqlalchemy.symbols import made, symbol
from persistlint.source import Span

_PLAIN = frozenset({"JSON", "JSONB"})


def find(machine: Machine, traces: Iterable[Trace], spans: Callable[[Loc], Span]) -> tuple[JsonMutation, ...]:
    """The changes after which nothing tells the session that the row has changed."""
    # `MutableDict.associate_with(JSON)` watches every column of the type.
    if any(isinstance(one.func, Attribute) and one.func.name == "associate_with" for one in machine.made):
        return ()
    out: dict[Span, JsonMutation] = {}
    for trace in traces:
        for change in trace.changed:
            column = _json_column(change)
            # What is stopped half-way may tell the session in the part that was not run.
            if column is None or trace.limited or isinstance(change.base, Instance):
                continue
            back = [one for one in trace.assigned if _is_of(one, change) and one.at.order > change.at.order]
            copies = list(_copies(trace, change))
            if _is_told(trace, change) or any(not _is_same(one, change, copies) for one in back):
                continue
            if not back and (_is_passed_on(trace, change) or not _is_kept(trace, change)):
                continue  # what is only shown may be changed before: `row.extra.pop("secret")`
            span = spans(change.at.loc)
            assigned = spans(back[0].at.loc) if back else None
            out.setdefault(
                span,
                JsonMutation(
                    change.row.table.name, column.name, change.name, span, assigned, change.at.function,
                    spans(column.loc), copied=any(not _is_same(one, change, []) for one in back),
                ),
            )  # fmt: skip
    return tuple(out[span] for span in sorted(out))


def _json_column(change: Changed) -> ColumnDraft | None:
    """The column, where its type is SQLAlchemy's JSON as it is: one that is wrapped may watch its values."""
    column = change.row.table.by_attribute(change.name)
    if column is None or not isinstance(column.made, Made):
        return None
    given = (*column.made.args, *filter(None, (column.made.kwargs.get("type_"), column.made.kwargs.get("sa_type"))))
    return column if any(_is_plain(value) for value in given) else None


def _is_plain(value: Value) -> bool:
    return (made(value) or symbol(value)) in _PLAIN


def _is_of(one: Assigned, change: Changed) -> bool:
    return one.row.table is change.row.table and one.name in (change.name, None)


def _copies(trace: Trace, change: Changed) -> Iterator[Value]:
    """The copies that are made of the value behind the change: they equal it, so they are no change either.

    `sorted` gives another list only where it was not in order.
    """
    for act in trace.acts:
        if act.name not in ("list", "sorted", "dict") or act.at.order < change.at.order or len(act.args) != 1:
            continue
        if isinstance(act.func, External) and any(_is_value_of(one, change) for one in options_of(act.args[0])):
            yield act.result


def _is_same(one: Assigned, change: Changed, copies: Iterable[Value]) -> bool:
    """Whether what is assigned is, or equals, the object that was changed: no change, as far as SQLAlchemy sees.

    `row.tags or []` is the same one only where there was one; the other is new, and assigning it is a change. It is
    the first that is lost.
    """
    options = options_of(one.value)
    return one.name is not None and any(
        _is_value_of(option, change) or any(option is copy for copy in copies) for option in options
    )


def _is_value_of(value: Value, change: Changed) -> bool:
    return isinstance(value, Attribute) and value.name == change.name and value.base is change.base


def _is_kept(trace: Trace, change: Changed) -> bool:
    """Whether the function goes on to write what it changed, or a `with` block around it does so at its end."""
    if any(act.name in ("commit", "flush") and act.at.order > change.at.order for act in trace.acts):
        return True
    return any(_writes(trace, change, manager) for manager in change.within)


def _writes(trace: Trace, change: Changed, manager: Value) -> bool:
    """`Session.begin()`, `session.begin_nested()`, and context managers of the project that commit what they lend."""
    match manager:
        case Made(func=Attribute(name="begin" | "begin_nested")):
            return True
        case Items(kind="context", items=lent):
            commits = [act for act in trace.acts if act.name == "commit" and act.at.caller != change.at.caller]
            return any(
                isinstance(act.func, Attribute) and act.func.base is option
                for act in commits
                for one in lent
                for option in options_of(one)
            )
        case _:
            return False


def _is_passed_on(trace: Trace, change: Changed) -> bool:
    """Whether a function of the project is given the changed value, which it may store."""
    return any(at.order > change.at.order and _is_value_of(value, change) for value, at in trace.passed)


def _is_told(trace: Trace, change: Changed) -> bool:
    """Whether the session is told: `flag_modified(row, "tags")`, of this attribute or of one that is not known."""
    for act in trace.acts:
        # For the interpreter, a copy of a value is that value, and what a deep copy holds is what was copied.
        if act.name == "deepcopy" and act.at.order < change.at.order:
            return True
        if act.name in ("copy", "deepcopy") and any(
            _is_value_of(option, change) for arg in act.args for option in options_of(arg)
        ):
            return True
        if act.name == "flag_modified":
            name = known(act.args[1]) if len(act.args) > 1 else known(act.kwargs.get("key"))
            if name is None or name == change.name:
                return True
    return False

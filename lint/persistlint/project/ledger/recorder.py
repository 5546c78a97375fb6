"""Runs functions and notes, in a trace each, what they do with rows, shapes, documents and files."""

from __future__ import annotations

from collections.abc import Iterable

from persistlint.facts import code
from persistlint.project.interp.frames import CallEvent, EnterEvent, SetEvent, location
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Class,
    External,
    Function,
    Gap,
    Instance,
    Items,
    Loc,
    Made,
    Mapping,
    Operation,
    Text,
    Value,
    known,
    options_of,
)
from persistlint.project.ledger.answers import Answers
from persistlint.project.ledger.kinds import Kinds, Many, RowOf, ShapeOf
from persistlint.project.ledger.raw.heard import RawSql
from persistlint.project.ledger.shapes import Shapes
from persistlint.project.ledger.trace import Act, Assigned, At, Built, Changed, Dumped, Entered, Got, Shaped, Trace
from persistlint.project.sqlalchemy.symbols import made

ACTS = frozenset({
    "commit", "rollback", "begin", "begin_nested", "execute", "executemany", "query", "get", "scalars", "scalar",
    "exec", "rename", "replace", "move", "copy", "copy2", "copyfile", "copyfileobj", "copytree", "unlink", "remove",
    "backup",
    "dispose", "close", "exists", "is_file", "merge", "bulk_insert_mappings", "bulk_save_objects", "add_all",
    "bulk_update_mappings", "count", "select", "delete", "truncate", "write_text", "write", "writerow", "writerows",
    "flush", "add", "write_bytes", "flag_modified", "deepcopy", "list", "sorted", "dict",
})  # fmt: skip
_CHANGES = frozenset({
    "append", "extend", "insert", "remove", "pop", "clear", "update", "setdefault", "popitem", "sort", "reverse",
})  # fmt: skip
"""What changes a list or a dict in place."""
_DEEPEST = 6
_DUMPS = frozenset({"json.dump", "json.dumps", "orjson.dumps", "ujson.dump", "ujson.dumps", "simplejson.dump",
                    "simplejson.dumps", "yaml.dump", "yaml.safe_dump", "pickle.dump"})  # fmt: skip
_HARMLESS = frozenset({
    "print", "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "isinstance", "len", "str",
    "repr", "bool", "hasattr", "type", "id", "add", "delete", "refresh", "expunge", "flush", "Depends", "append",
    "model_validate", "from_orm", "parse_obj", "getattr", "setattr", "list", "sorted", "model_dump", "dict", "add_all",
    "commit", "dump", "dumps", "asdict", "items", "merge",
})  # fmt: skip
"""Calls that take a shape or a row without storing its fields anywhere else."""


class Recorder:
    """Listens to the interpreter; `trace` is the one that grows."""

    def __init__(self, machine: Machine, kinds: Kinds, shapes: Shapes, raw: RawSql) -> None:
        self.answers = Answers(machine, kinds, shapes, raw.rows)
        self._raw = raw
        self.trace: Trace | None = None
        self._machine = machine
        self._kinds = kinds
        self._order = 0

    def run(self, function: Function) -> Trace:
        """Interpret one function with unknown arguments."""
        machine = self._machine
        trace = self.trace = Trace(function)
        self._raw.rows.forget()
        saved = machine.on_call, machine.on_get, machine.on_set, machine.on_skip, machine.answer, machine.on_enter
        machine.told = self.answers.elements
        machine.on_call, machine.on_get, machine.on_set = self._on_call, self._on_get, self._on_set
        machine.on_skip, machine.answer, machine.on_enter = self._on_skip, self.answers.answer, self._on_enter
        try:
            with machine.budget():
                trace.result = machine.invoke(function, [], {}, 0, open_=True)
                trace.limited = machine.steps > machine.limit
        finally:
            (machine.on_call, machine.on_get, machine.on_set, machine.on_skip, machine.answer, machine.on_enter) = saved
            machine.told = None
            self.trace = None
        return trace

    def _at(self, loc: Loc, function: str | None) -> At:
        self._order += 1
        caller = self._machine.caller
        if caller is not None and self.trace is not None:
            self.trace.entered.add(caller)
        return At(loc, caller, function, self._order)

    # -- attributes ----------------------------------------------------------------------------------------------------

    def _on_get(self, base: Value, name: str, loc: Loc) -> None:
        if self.trace is None or isinstance(base, Class | External | Items | Mapping):
            return
        for option in options_of(base):
            match self._kinds.of(option):
                case RowOf() as row:
                    self.trace.got.append(Got(self._at(loc, self._machine.running), row.cls, row, option, name))
                case ShapeOf(cls=cls):
                    self.trace.got.append(Got(self._at(loc, self._machine.running), cls, None, option, name))
                case _:
                    pass

    def _on_set(self, event: SetEvent) -> None:
        trace = self.trace
        if trace is None or event.base is None:
            return
        at = self._at(location(event.node, event.path), event.function)
        computed = isinstance(event.node, code.Call)
        if event.name is None and not computed:
            self._changes(event.base, at, trace)
            return
        for option in options_of(event.base):
            kind = self._kinds.of(option)
            if isinstance(kind, RowOf):
                trace.assigned.append(Assigned(at, kind, option, event.name, event.value, computed))
            elif isinstance(kind, ShapeOf) and event.name is not None:
                trace.filled.append((kind.cls, event.name))

    def _changes(self, value: Value, at: At, trace: Trace) -> None:
        """What is changed in place, where it is the value that an attribute of a row holds."""
        within = tuple(manager for _, manager in self._machine.held)
        for option in options_of(value):
            if isinstance(option, Attribute):
                kind = self._kinds.of(option.base)
                if isinstance(kind, RowOf):
                    trace.changed.append(Changed(at, kind, option.base, option.name, within))

    def _on_enter(self, event: EnterEvent) -> None:
        if self.trace is not None:
            at = self._at(location(event.node, event.path), self._machine.running)
            self.trace.blocks.append(Entered(at, event.node, event.value))

    def _on_skip(self, function: Function, args: list[Value], kwargs: dict[str, Value]) -> None:
        if self.trace is not None:
            name = function.qualname.rpartition(".")[2]
            self._escape((*args, *kwargs.values()), name, self.trace)

    # -- calls ---------------------------------------------------------------------------------------------------------

    def _on_call(self, event: CallEvent) -> None:
        trace = self.trace
        if trace is None:
            return
        at = self._at(Loc(event.path, event.node.at, event.node.end), event.function)
        for func in options_of(event.func):
            target = func.find("__init__") if isinstance(func, Class) else func
            if isinstance(target, Function):
                trace.entered.add((target.path, target.node.at))
                trace.calls.append((at, (target.path, target.node.at)))
                given = (*event.args, *event.kwargs.values())
                trace.passed.extend(
                    (one, at) for value in given for one in options_of(value) if isinstance(one, Attribute)
                )
        self._instances(event, at, trace)
        self._documents(event, at, trace)
        self._statements(event, at, trace)
        trace.built.extend(self._raw.built(event, at))
        if event.name in ("model_copy", "copy", "sqlmodel_update") and isinstance(event.func, Attribute):
            shape = self._kinds.of(event.func.base)
            if isinstance(shape, ShapeOf):
                trace.filled.extend((shape.cls, name) for name in _named(event.kwargs.get("update")))
        if event.name in _CHANGES:
            for func in options_of(event.func):
                if isinstance(func, Attribute):
                    self._changes(func.base, at, trace)
        if event.name in ACTS:
            trace.acts.append(Act(at, event.name, event.func, event.args, event.kwargs, event.node, event.result))
        self._escapes(event, trace)
        if isinstance(event.result, Mapping) and id(event.result) in self.answers.classes:
            shape = self._kinds.of(self.answers.classes[id(event.result)][1])
            if isinstance(shape, ShapeOf):
                trace.dumped_shapes.append(shape.cls)

    def _instances(self, event: CallEvent, at: At, trace: Trace) -> None:
        """Rows and shapes that are made."""
        for result in options_of(event.result):
            if isinstance(result, Instance) and result.loc == at.loc:
                match self._kinds.of_class(result.cls):
                    case RowOf() as row:
                        trace.built.append(
                            Built(
                                at,
                                row,
                                dict(result.kwargs),
                                result.open or bool(result.args),
                                "constructor",
                                event.node,
                                spread=event.spread,
                            )
                        )
                    case ShapeOf(cls=cls):
                        trace.shaped.append(Shaped(at, cls, dict(result.kwargs), result.open or bool(result.args)))
                    case _:
                        pass
            elif isinstance(result, Made) and isinstance(result.func, Attribute) and result.args:
                self._validated(result, at, trace, event)

    def _validated(self, result: Made, at: At, trace: Trace, event: CallEvent) -> None:
        base = result.func.base if isinstance(result.func, Attribute) else None
        if not isinstance(base, Class) or event.name not in ("model_validate", "from_orm", "parse_obj", "validate"):
            return
        given = result.args[0]
        match self._kinds.of_class(base):
            case ShapeOf(cls=cls):
                extra = result.kwargs.get("update")
                trace.shaped.append(Shaped(at, cls, _named(extra), extra is not None, given))
            case RowOf() as row:
                values, open_ = self._spread(given)
                extra = result.kwargs.get("update")
                trace.built.append(Built(at, row, {**values, **_named(extra)}, open_, "validate", event.node))
            case _:
                pass

    def _spread(self, given: Value) -> tuple[dict[str, Value], bool]:
        """The attributes that `Model.model_validate(given)` takes over."""
        if isinstance(given, Mapping):
            return _named(given), given.open
        dumped = self.answers.answer(Attribute(given, "model_dump"), [], {})
        return (_named(dumped), dumped.open) if isinstance(dumped, Mapping) else ({}, True)

    def _documents(self, event: CallEvent, at: At, trace: Trace) -> None:
        for func in options_of(event.func):
            name = func.name if isinstance(func, External) else ""
            if name in _DUMPS and len(event.args) > 0:
                target = event.args[1] if len(event.args) > 1 else event.kwargs.get("fp")
                if target is not None and not name.endswith("dumps"):
                    trace.dumped.append(Dumped(at, event.args[0], target))
        if event.name in ("write_text", "write_bytes", "write") and event.args and isinstance(event.func, Attribute):
            trace.dumped.extend(Dumped(at, text, event.func.base) for text in _documents_in(event.args[0], 0))
        if event.name in ("writerow", "writerows") and event.args and isinstance(event.func, Attribute):
            trace.dumped.append(Dumped(at, event.args[0], event.func.base))
        if event.name in ("send_json", "send_text") and event.args and isinstance(event.func, Attribute):
            trace.sent.append(Dumped(at, event.args[0], event.func.base))

    def _statements(self, event: CallEvent, at: At, trace: Trace) -> None:
        """Inserts and updates that are built from values: Core's `insert(…).values(…)`, the bulk methods."""
        if event.name in ("bulk_insert_mappings", "bulk_update_mappings") and len(event.args) > 1:
            self._many(event.args[0], event.args[1], at, trace, event, update="update" in event.name)
        if event.name == "values" and isinstance(event.func, Attribute):
            self._values(event, at, trace)
        if event.name in ("execute", "exec") and len(event.args) > 1:
            found = self._statement(event.args[0])
            if found is not None:
                self._many(found[2], event.args[1], at, trace, event, update=found[0] == "update")
        if event.name == "update" and isinstance(event.func, Attribute) and event.args:
            owner = self._kinds.of(event.func.base)
            if isinstance(owner, Many) and isinstance(owner.inner, RowOf) and isinstance(event.args[0], Mapping):
                values = _named(event.args[0])
                trace.built.append(
                    Built(at, owner.inner, values, event.args[0].open, "update", event.node, update=True)
                )

    def _values(self, event: CallEvent, at: At, trace: Trace) -> None:
        found = self._statement(event.func.base if isinstance(event.func, Attribute) else event.func)
        if found is None:
            return
        kind, row, target = found
        first = event.args[0] if event.args else None
        if first is not None and not isinstance(first, Mapping):
            self._many(target, first, at, trace, event, update=kind == "update")
            return
        values = {**event.kwargs, **_named(first)}
        open_ = (isinstance(first, Mapping) and first.open) or _is_starred(event)
        trace.built.append(Built(at, row, values, open_, kind, event.node, update=kind == "update"))

    def _statement(self, value: Value) -> tuple[str, RowOf, Value] | None:
        """What a chain of calls begins with: `insert` or `update`, and of which table."""
        while isinstance(value, Made):
            kind = made(value)
            if kind in ("insert", "update") and value.args:
                row = self._row(value.args[0])
                return None if row is None else (kind, row, value.args[0])
            if not isinstance(value.func, Attribute):
                return None
            if value.func.name in ("insert", "update") and (row := self._row(value.func.base)) is not None:
                return value.func.name, row, value.func.base
            value = value.func.base
        return None

    def _many(self, target: Value, rows: Value, at: At, trace: Trace, event: CallEvent, *, update: bool) -> None:
        row = self._row(target)
        if row is None:
            return
        items = [*rows.items, rows.element] if isinstance(rows, Items) else [rows]
        dicts = [one for value in items if value is not None for one in options_of(value) if isinstance(one, Mapping)]
        if not dicts:
            trace.built.append(Built(at, row, {}, open=True, via="bulk", call=event.node, update=update))
        for one in dicts[:3]:
            trace.built.append(Built(at, row, _named(one), one.open, "bulk", event.node, update))

    def _row(self, target: Value) -> RowOf | None:
        if isinstance(target, Class):
            kind = self._kinds.of_class(target)
            return kind if isinstance(kind, RowOf) else None
        return self._kinds.of_table(target)

    def _escapes(self, event: CallEvent, trace: Trace) -> None:
        """Shapes that are handed to something outside the project, which may do anything with them."""
        if event.name in _HARMLESS or isinstance(event.func, Function | Class):
            return
        self._escape((*event.args, *event.kwargs.values()), event.name, trace)

    def _escape(self, values: Iterable[Value], name: str, trace: Trace) -> None:
        for value in values:
            for option in options_of(value):
                if isinstance(self._kinds.of(option), ShapeOf):
                    trace.escaped.append((option, name))
                elif isinstance(option, Mapping) and id(option) in self.answers.classes:
                    trace.escaped.append((self.answers.classes[id(option)][1], name))


def _documents_in(value: Value, depth: int) -> list[Value]:
    """The texts made by `json.dumps` and its kind that a written text is, or is put together from."""
    match value:
        case Made() if value.name in _DUMPS:
            return [value]
        case Made(func=Attribute(base=base)) if depth < _DEEPEST:
            return _documents_in(base, depth + 1)
        case Choice(options=options):
            return [text for one in options for text in _documents_in(one, depth + 1)]
        case Operation(op="+", operands=operands):
            return [text for one in operands for text in _documents_in(one, depth + 1)]
        case Text(parts=parts):
            gaps = [part.value for part in parts if isinstance(part, Gap)]
            return [text for one in gaps for text in _documents_in(one, depth + 1)] if depth < _DEEPEST else []
        case _:
            return []


def _named(value: Value | None) -> dict[str, Value]:
    """The entries of a dict whose keys are known strings, or columns of a model."""
    if not isinstance(value, Mapping):
        return {}
    out: dict[str, Value] = {}
    for key, entry in value.entries:
        name = known(key) or (key.name if isinstance(key, Attribute) and isinstance(key.base, Class) else None)
        if name is not None:
            out[name] = entry
    return out


def _is_starred(event: CallEvent) -> bool:
    starred = [arg for arg in event.node.args if arg.star]
    return bool(starred) and not isinstance(event.result, Choice) and not event.kwargs

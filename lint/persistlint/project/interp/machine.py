"""Runs the statements of modules and functions on abstract values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from persistlint.facts import code
from persistlint.project.interp import calls, operators, texts
from persistlint.project.interp.modules import Module, Modules
from persistlint.project.interp.unparse import unparse
from persistlint.project.interp.values import (
    NONE,
    Attribute,
    Choice,
    Chunk,
    Class,
    Const,
    Env,
    External,
    Function,
    Gap,
    Instance,
    Items,
    Lazy,
    Loc,
    Made,
    Mapping,
    Member,
    ModuleRef,
    Operation,
    Text,
    Unknown,
    Value,
    choose,
    flag,
    known,
    options_of,
)

_MOST_ITERATIONS = 300
_DEEPEST = 24
_MODULE_STEPS = 400_000
_ROOT_STEPS = 8_000
_DEEP_CALL = 2
"""Calls within calls: from here on only functions that hold SQL or tables themselves are followed."""
_DEEPEST_CALL = 6
_WORTH = code.Hint.SQL | code.Hint.EXECUTE | code.Hint.TABLES
_ENUMS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag", "strenum.StrEnum"})


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One call with arguments, as it was met; `name` is the last name of what is called."""

    name: str
    func: Value
    args: tuple[Value, ...]
    kwargs: dict[str, Value]
    node: code.Call
    path: str
    function: str | None
    result: Value


@dataclass(slots=True)
class Frame:
    """What is being run: its names, and where results go."""

    env: Env
    function: str | None
    depth: int = 0
    returns: list[Value] = field(default_factory=list[Value])
    yields: list[Value] = field(default_factory=list[Value])
    cls: Class | None = None
    qualifier: str = ""


class Machine:
    """Interprets the modules of one project.

    `classes`, `functions` and `made` grow as classes and functions are defined and external things are made;
    `on_call` hears of each call that has arguments.
    """

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.on_call: Callable[[CallEvent], None] | None = None
        self.is_instrumented: Callable[[Value], bool] | None = None
        """Which class attributes stay attributes of their class: `Model.column` says more than the column alone."""
        self.classes: list[Class] = []
        self.made: list[Made] = []
        self.decorated: list[Function] = []
        self.functions: list[Function] = []
        self.uncertain = 0
        self._steps = 0
        self._limit = _MODULE_STEPS
        self._stack: list[object] = []
        self._bodies: dict[tuple[str, int], code.Block] = {}

    # -- modules ---------------------------------------------------------------------------------------------------

    def run_module(self, module: Module) -> None:
        """Interpret a module's top level once."""
        if module.state != "new":
            return
        module.state = "running"
        module.env.names["__name__"] = texts.piece(Text((Chunk(module.name, module.path, None),)), _nowhere(module), "")
        saved = self._steps, self._limit, self.uncertain
        self._steps, self._limit, self.uncertain = 0, _MODULE_STEPS, 0
        try:
            self.block(module.facts.body, Frame(module.env, None))
        finally:
            self._steps, self._limit, self.uncertain = saved
            module.state = "done"

    def run_root(self, function: Function) -> Value:
        """Interpret a function with unknown arguments."""
        saved = self._steps, self._limit
        self._steps, self._limit = 0, _ROOT_STEPS
        try:
            return self.invoke(function, [], {}, 0, open_=True)
        finally:
            self._steps, self._limit = saved

    def lookup(self, module: Module, name: str) -> Value | None:
        """A global name of a module, its imports followed."""
        self.run_module(module)
        value = module.env.names.get(name)
        if isinstance(value, Lazy):
            return self.resolve(value, module.env, name)
        return value

    def resolve(self, lazy: Lazy, env: Env | None, bound: str | None) -> Value:
        """What an import names."""
        value = self._import(lazy)
        if env is not None and bound is not None and env.names.get(bound) is lazy:
            env.names[bound] = value
        return value

    def _import(self, lazy: Lazy) -> Value:
        path = self._module_path(lazy)
        if lazy.name is None:
            module = self.modules.at(path) if path is not None else None
            return ModuleRef(module) if module is not None else External(lazy.module)
        base = f"{lazy.module}.{lazy.name}" if lazy.module else lazy.name
        if path is None:
            submodule = (
                self.modules.relative(lazy.importer, lazy.level, base)
                if lazy.level
                else self.modules.find(base, lazy.importer.path)
            )
            module = self.modules.at(submodule) if submodule is not None else None
            return ModuleRef(module) if module is not None else External("." * lazy.level + base)
        module = self.modules.at(path)
        if module is None:
            return Unknown(f"module `{lazy.module}` cannot be read")
        if path == lazy.importer.path:
            return self._submodule(module, lazy.name)  # `from . import name` in a package's __init__
        if self._guard(("import", path, lazy.name)):
            return self._submodule(module, lazy.name)
        try:
            value = self.lookup(module, lazy.name)
            return value if value is not None else self._submodule(module, lazy.name)
        finally:
            self._stack.pop()

    def _submodule(self, module: Module, name: str) -> Value:
        if module.is_package:
            path = self.modules.relative(module, 1, name)
            found = self.modules.at(path) if path is not None else None
            if found is not None:
                return ModuleRef(found)
        return Unknown(f"`{module.name}` has no `{name}` that can be seen")

    def _module_path(self, lazy: Lazy) -> str | None:
        if lazy.level:
            return self.modules.relative(lazy.importer, lazy.level, lazy.module)
        return self.modules.find(lazy.module, lazy.importer.path)

    def _guard(self, key: object) -> bool:
        """Whether `key` is being worked on already; otherwise it is now, until popped."""
        if key in self._stack:
            return True
        self._stack.append(key)
        return False

    # -- statements ------------------------------------------------------------------------------------------------

    def block(self, body: code.Block, frame: Frame) -> str | None:
        """Run statements; how they end: None, `stop` (return, raise), `break` or `continue`."""
        for stmt in body:
            self._steps += 1
            if self._steps > self._limit:
                return "stop"
            signal = _RUN[type(stmt)](self, stmt, frame)
            if signal is not None:
                return signal
        return None

    def _assign(self, stmt: code.Assign, frame: Frame) -> None:
        value = self.eval(stmt.value, frame)
        for target in stmt.targets:
            self.bind(target, value, frame)

    def _ann_assign(self, stmt: code.AnnAssign, frame: Frame) -> None:
        if frame.cls is not None and isinstance(stmt.target, code.Name):
            frame.cls.annotations[stmt.target.id] = (stmt.annotation, frame.env, stmt.at)
            frame.cls.places.setdefault(stmt.target.id, Loc(frame.env.module.path, stmt.at, stmt.at + len(stmt.target.id)))
        if stmt.value is not None:
            self.bind(stmt.target, self.eval(stmt.value, frame), frame)

    def _aug_assign(self, stmt: code.AugAssign, frame: Frame) -> None:
        old = self.eval(stmt.target, frame)
        value = self.eval(stmt.value, frame)
        if stmt.op == "+" and isinstance(old, Items) and old.kind == "list":
            calls.extend(self, old, value)
            return
        loc = self.loc(stmt.value, frame)
        new = choose(*(operators.binary(self, stmt.op, option, value, loc, unparse(stmt.value)) for option in options_of(old)))
        self.bind(stmt.target, new, frame)

    def _eval_stmt(self, stmt: code.Eval, frame: Frame) -> None:
        self.eval(stmt.value, frame)

    def _if(self, stmt: code.If, frame: Frame) -> str | None:
        decided = flag(self.eval(stmt.test, frame))
        if decided is not None:
            return self.block(stmt.body if decided else stmt.orelse, frame)
        return self._branches([stmt.body, stmt.orelse], frame)

    def _branches(self, bodies: Sequence[code.Block], frame: Frame) -> str | None:
        """Run each body from the same start and join what they leave behind."""
        env = frame.env
        before = env.names
        ends: list[dict[str, Value]] = []
        signals: list[str | None] = []
        self.uncertain += 1
        try:
            for body in bodies:
                env.names = dict(before)
                signals.append(self.block(body, frame))
                if signals[-1] is None:
                    ends.append(env.names)
        finally:
            self.uncertain -= 1
            env.names = before
        if not ends:
            return signals[0]
        self._join(before, ends)
        if frame.cls is not None:
            frame.cls.names = before
        return None

    @staticmethod
    def _join(before: dict[str, Value], ends: Sequence[dict[str, Value]]) -> None:
        if len(ends) == 1:
            before.update(ends[0])
            return
        for name in {name: None for end in ends for name in end}:
            values = [end[name] for end in ends if name in end]
            if any(value is not values[0] for value in values):
                before[name] = choose(*values)
            else:
                before[name] = values[0]

    def _for(self, stmt: code.For, frame: Frame) -> str | None:
        iterable = self.eval(stmt.iter, frame)
        items = calls.iterate(self, iterable)
        if items is not None and not items.open and len(items.items) <= _MOST_ITERATIONS:
            for item in items.items:
                self.bind(stmt.target, item, frame)
                signal = self.block(stmt.body, frame)
                if signal == "break":
                    return None
                if signal == "stop":
                    return signal
            return self.block(stmt.orelse, frame)
        element = calls.element(iterable, items)
        self.bind(stmt.target, element, frame)
        self._branches([stmt.body, ()], frame)
        return self.block(stmt.orelse, frame)

    def _while(self, stmt: code.While, frame: Frame) -> str | None:
        decided = flag(self.eval(stmt.test, frame))
        if decided is False:
            return self.block(stmt.orelse, frame)
        signal = self._branches([stmt.body, ()], frame) if decided is None else self.block(stmt.body, frame)
        if decided and signal == "stop":
            return signal
        return self.block(stmt.orelse, frame)

    def _try(self, stmt: code.Try, frame: Frame) -> str | None:
        env = frame.env
        before = dict(env.names)
        signal = self.block(stmt.body, frame)
        if signal is None:
            signal = self.block(stmt.orelse, frame)
        after = env.names
        # A handler's names count only where the body left none: `except ImportError: Base = object` is a fallback.
        for handler in stmt.handlers:
            env.names = dict(before)
            if handler.name:
                env.names[handler.name] = Unknown("an exception")
            self.uncertain += 1
            try:
                self.block(handler.body, frame)
            finally:
                self.uncertain -= 1
            for name, value in env.names.items():
                after.setdefault(name, value)
        env.names = after
        if frame.cls is not None:
            frame.cls.names = after
        final = self.block(stmt.final, frame)
        if signal == "stop" and stmt.handlers and frame.function is not None:
            return final  # a handler may go on where the body returned
        return final or signal

    def _with(self, stmt: code.With, frame: Frame) -> str | None:
        for manager, target in stmt.items:
            value = self.eval(manager, frame)
            if target is not None:
                self.bind(target, calls.enter(self, value), frame)
        return self.block(stmt.body, frame)

    def _match(self, stmt: code.Match, frame: Frame) -> str | None:
        self.eval(stmt.subject, frame)
        for case in stmt.cases:
            for name in case.names:
                frame.env.names[name] = Unknown("bound by a pattern")
        return self._branches([case.body for case in stmt.cases] + [()], frame)

    def _function(self, stmt: code.FuncDef, frame: Frame) -> None:
        decorators = tuple(self.eval(node, frame) for node in stmt.decorators)
        env = frame.env if frame.cls is None else _outer(frame.env)
        kind = calls.kind_of(decorators, stmt)
        function = Function(
            stmt, env, f"{frame.qualifier}{stmt.name}", kind, owner=frame.cls, decorators=decorators
        )
        if kind == "overload":
            return
        self.functions.append(function)
        if decorators:
            self.decorated.append(function)
        if kind == "setter" and stmt.name in frame.env.names:
            return  # the setter of a property keeps its getter's name
        frame.env.names[stmt.name] = function
        if frame.cls is not None:
            frame.cls.places[stmt.name] = Loc(frame.env.module.path, stmt.at, stmt.at + len(stmt.name))

    def _class(self, stmt: code.ClassDef, frame: Frame) -> None:
        bases = [self.eval(arg.value, frame) for arg in stmt.args if arg.name is None and not arg.star]
        for arg in stmt.args:
            if arg.star == 1:
                more = calls.iterate(self, self.eval(arg.value, frame))
                bases.extend(more.items if more is not None else [Unknown("bases from `*`")])
        keywords = {arg.name: self.eval(arg.value, frame) for arg in stmt.args if arg.name is not None}
        decorators = tuple(self.eval(node, frame) for node in stmt.decorators)
        env = Env(frame.env.module, frame.env if frame.cls is None else _outer(frame.env))
        loc = Loc(frame.env.module.path, stmt.at, stmt.at + len(stmt.name))
        qualname = f"{frame.qualifier}{stmt.name}"
        cls = Class(
            stmt.name, qualname, tuple(calls.unsubscripted(base) for base in bases), keywords, env.names, env, loc,
            decorators=decorators, node=stmt, order=len(self.classes),
        )  # fmt: skip
        self.classes.append(cls)
        inner = Frame(env, frame.function, frame.depth, cls=cls, qualifier=f"{qualname}.")
        self.block(stmt.body, inner)
        cls.names = env.names
        frame.env.names[stmt.name] = cls

    def _return(self, stmt: code.Return, frame: Frame) -> str:
        frame.returns.append(NONE if stmt.value is None else self.eval(stmt.value, frame))
        return "stop"

    def _raise(self, stmt: code.Raise, frame: Frame) -> str:
        if stmt.value is not None:
            self.eval(stmt.value, frame)
        return "stop"

    def _assert(self, stmt: code.Assert, frame: Frame) -> None:
        self.eval(stmt.test, frame)

    def _del(self, stmt: code.Del, frame: Frame) -> None:
        for target in stmt.targets:
            if isinstance(target, code.Name):
                frame.env.names.pop(target.id, None)

    def _scope(self, stmt: code.Scope, frame: Frame) -> None:
        if stmt.is_global:
            frame.env.globals |= frozenset(stmt.names)

    def _import_stmt(self, stmt: code.Import, frame: Frame) -> None:
        for alias in stmt.names:
            module = alias.name if alias.bound != alias.name.split(".")[0] else alias.bound
            frame.env.names[alias.bound] = Lazy(module, None, frame.env.module)

    def _import_from(self, stmt: code.ImportFrom, frame: Frame) -> None:
        importer = frame.env.module
        for alias in stmt.names:
            if alias.name == "*":
                self._import_star(Lazy(stmt.module, None, importer, stmt.level), frame)
                continue
            lazy = Lazy(stmt.module, alias.name, importer, stmt.level)
            if alias.bound in importer.env.names and stmt.level == 0 and stmt.module == importer.name:
                continue
            frame.env.names[alias.bound] = lazy

    def _import_star(self, lazy: Lazy, frame: Frame) -> None:
        path = self._module_path(lazy)
        if path is None:
            frame.env.names.setdefault("*", External("." * lazy.level + lazy.module))
            return
        module = self.modules.at(path)
        if module is None or module.state == "running":
            return
        self.run_module(module)
        exported = module.env.names.get("__all__")
        names = [known(item) for item in exported.items] if isinstance(exported, Items) and not exported.open else None
        for name, value in list(module.env.names.items()):
            if name in names if names is not None else not name.startswith("_"):
                frame.env.names[name] = self.resolve(value, module.env, name) if isinstance(value, Lazy) else value

    def _jump(self, stmt: code.Jump, frame: Frame) -> str | None:
        del frame
        return None if stmt.kind == "pass" else stmt.kind

    # -- binding ---------------------------------------------------------------------------------------------------

    def bind(self, target: code.Expr, value: Value, frame: Frame) -> None:
        """Assign to a target."""
        match target:
            case code.Name(at=at, id=name):
                if name in frame.env.globals:
                    names = frame.env.module.env.names
                    names[name] = choose(names.get(name), value) if frame.function else value
                    return
                frame.env.names[name] = value
                if frame.cls is not None:
                    frame.cls.places[name] = Loc(frame.env.module.path, at, at + len(name))
            case code.Attr(base=base, name=name):
                self._bind_attribute(self.eval(base, frame), name, value)
            case code.Sub(base=base, index=index):
                calls.set_item(self, self.eval(base, frame), self.eval(index, frame), value)
            case code.Seq(items=items):
                self._destructure(items, value, frame)
            case code.Star(value=inner):
                self.bind(inner, value, frame)
            case _:
                pass

    def _bind_attribute(self, base: Value, name: str, value: Value) -> None:
        match base:
            case Instance():
                old = base.attrs.get(name)
                base.attrs[name] = choose(old, value) if old is not None and self.uncertain else value
            case Made():
                base.attrs[name] = value
            case Class():
                base.names[name] = value
            case _:
                pass

    def _destructure(self, targets: Sequence[code.Expr], value: Value, frame: Frame) -> None:
        for index, target in enumerate(targets):
            if isinstance(target, code.Star):
                self.bind(target.value, Unknown("unpacked"), frame)
                for behind in targets[index + 1 :]:
                    self.bind(behind, Unknown("unpacked"), frame)
                return
            parts = [calls.part(self, option, index, len(targets)) for option in options_of(value)]
            self.bind(target, choose(*parts), frame)

    # -- expressions -----------------------------------------------------------------------------------------------

    def eval(self, node: code.Expr, frame: Frame) -> Value:
        """The value of an expression."""
        return _EVAL[type(node)](self, node, frame)

    def loc(self, node: code.Expr, frame: Frame) -> Loc:
        """Where an expression stands."""
        return location(node, frame.env.module.path)

    def _lit(self, node: code.Lit, frame: Frame) -> Value:
        del frame
        return Const(node.value)

    def _str(self, node: code.Str, frame: Frame) -> Value:
        return Text((Chunk(node.value, frame.env.module.path, node),))

    def _name(self, node: code.Name, frame: Frame) -> Value:
        env: Env | None = frame.env
        name = node.id
        while env is not None:
            value = env.names.get(name)
            if value is not None:
                return self.resolve(value, env, name) if isinstance(value, Lazy) else value
            env = env.parent
        if name in calls.BUILTINS:
            return External(f"builtins.{name}")
        star = frame.env.module.env.names.get("*")
        if isinstance(star, External):
            return External(f"{star.name}.{name}")
        return Unknown(f"`{name}` is not defined where it is used", self.loc(node, frame))

    def _attr(self, node: code.Attr, frame: Frame) -> Value:
        return self.attribute(self.eval(node.base, frame), node.name, frame)

    def attribute(self, base: Value, name: str, frame: Frame | None = None) -> Value:
        """`base.name`."""
        match base:
            case External():
                return self._external_attribute(base, name)
            case ModuleRef(module=module):
                value = self.lookup(module, name)
                return value if value is not None else self._submodule(module, name)
            case Class():
                return self._class_attribute(base, name)
            case Instance():
                return self._instance_attribute(base, name)
            case Member(value=value, name=member):
                if name in ("value", "_value_"):
                    return value
                if name in ("name", "_name_"):
                    return Text((Chunk(member, base.cls.loc.path, None),))
                found = base.cls.names.get(name)
                return self._bound(found, base, base.cls) if found is not None else Attribute(base, name)
            case Made():
                return base.attrs.get(name) or Attribute(base, name)
            case Choice(options=options):
                return choose(*(self.attribute(option, name, frame) for option in options))
            case _:
                return Attribute(base, name)

    def _external_attribute(self, base: External, name: str) -> Value:
        full = f"{base.name}.{name}"
        path = self.modules.find(full, "")
        module = self.modules.at(path) if path is not None else None
        return ModuleRef(module) if module is not None else External(full)

    def _class_attribute(self, cls: Class, name: str) -> Value:
        if name in ("__name__", "__qualname__"):
            return Text((Chunk(cls.name, cls.loc.path, None),))
        for owner in cls.mro():
            if isinstance(owner, Class) and name in owner.names:
                value = owner.names[name]
                if isinstance(value, Lazy):
                    value = self.resolve(value, owner.env, name)
                if is_enum(owner) and not name.startswith("_") and not isinstance(value, Function):
                    return Member(owner, name, calls.enum_value(self, owner, name, value))
                if self.is_instrumented is not None and self.is_instrumented(value):
                    return Attribute(cls, name)
                return self._bound(value, cls, owner)
        return Attribute(cls, name)

    def _instance_attribute(self, instance: Instance, name: str) -> Value:
        if name == "__class__":
            return instance.cls
        if name in instance.attrs:
            return instance.attrs[name]
        for owner in instance.cls.mro():
            if isinstance(owner, Class) and name in owner.names:
                value = owner.names[name]
                if isinstance(value, Function):
                    return self._bound(value, instance, owner)
                given = calls.field_value(instance, name)
                if given is not None:
                    return given
                return self.resolve(value, owner.env, name) if isinstance(value, Lazy) else value
        given = calls.field_value(instance, name)
        if given is not None:
            return given
        self._initialise(instance)
        return instance.attrs.get(name) or Attribute(instance, name)

    def _initialise(self, instance: Instance) -> None:
        """Look at `__init__` for the attributes that it sets."""
        if instance.ready:
            return
        instance.ready = True
        init = instance.cls.find("__init__")
        if isinstance(init, Function):
            bound = Function(init.node, init.env, init.qualname, init.kind, instance, init.owner, init.decorators)
            saved = self._steps, self._limit
            self._steps, self._limit = 0, _ROOT_STEPS
            try:
                self.invoke(bound, list(instance.args), dict(instance.kwargs), 0, open_=not instance.args)
            finally:
                self._steps, self._limit = saved

    def _bound(self, value: Value, base: Value, owner: Class) -> Value:
        if not isinstance(value, Function):
            return value
        match value.kind:
            case "staticmethod":
                return value
            case "classmethod":
                target = base.cls if isinstance(base, Instance | Member) else base
                return Function(value.node, value.env, value.qualname, value.kind, target, owner, value.decorators)
            case "property" if isinstance(base, Instance | Member):
                bound = Function(value.node, value.env, value.qualname, "function", base, owner)
                return self.invoke(bound, [], {}, len(self._stack))
            case "declared_attr" if isinstance(base, Class):
                bound = Function(value.node, value.env, value.qualname, "function", base, owner)
                return self.invoke(bound, [], {}, len(self._stack))
            case _ if isinstance(base, Instance | Member):
                return Function(value.node, value.env, value.qualname, value.kind, base, owner, value.decorators)
            case _:
                return value

    def _call(self, node: code.Call, frame: Frame) -> Value:
        func = self.eval(node.func, frame)
        args, kwargs, open_ = self._arguments(node.args, frame)
        result = choose(
            *(calls.call(self, option, args, kwargs, node, frame, open_=open_) for option in options_of(func))
        )
        if self.on_call is not None and (args or kwargs):
            self.on_call(
                CallEvent(
                    terminal(node.func), func, tuple(args), kwargs, node, frame.env.module.path, frame.function, result
                )
            )
        return result

    def _arguments(self, nodes: Sequence[code.Arg], frame: Frame) -> tuple[list[Value], dict[str, Value], bool]:
        args: list[Value] = []
        kwargs: dict[str, Value] = {}
        open_ = False
        for arg in nodes:
            value = self.eval(arg.value, frame)
            if arg.star == 1:
                items = calls.iterate(self, value)
                args.extend(items.items if items is not None else ())
                open_ = open_ or items is None or items.open
            elif arg.star == 2:
                open_ = calls.spread(value, kwargs) or open_
            elif arg.name is not None:
                kwargs[arg.name] = value
            else:
                args.append(value)
        return args, kwargs, open_

    def invoke(
        self, function: Function, args: list[Value], kwargs: dict[str, Value], depth: int, *, open_: bool = False
    ) -> Value:
        """Call a function of the project."""
        node = function.node
        if depth > _DEEPEST_CALL or (depth > _DEEP_CALL and isinstance(node, code.FuncDef) and not node.hints & _WORTH):
            return Unknown(f"`{function.qualname}` is called too deep inside other calls")
        key = (id(node), id(function.env), tuple(map(id, args)))
        if len(self._stack) > _DEEPEST or self._steps > self._limit or self._guard(key):
            return Unknown(f"`{function.qualname}` calls itself or too many others")
        try:
            env = Env(function.env.module, function.env)
            self._bind_params(function, args, kwargs, env, open_=open_)
            frame = Frame(env, function.qualname, depth + 1, qualifier=f"{function.qualname}.<locals>.")
            if isinstance(node, code.Lambda):
                return self.eval(node.body, frame)
            self.block(self.body(function), frame)
            return self._result(function, frame)
        finally:
            self._stack.pop()

    def body(self, function: Function) -> code.Block:
        """The statements of a function, decoded once."""
        node = function.node
        if isinstance(node, code.Lambda):
            return ()
        module = function.env.module
        key = (module.path, node.body)
        if key not in self._bodies:
            self._bodies[key] = code.decode_body(module.facts.bodies[node.body])
        return self._bodies[key]

    @staticmethod
    def _result(function: Function, frame: Frame) -> Value:
        if frame.yields:
            if function.kind == "contextmanager":
                return Items("context", [choose(*frame.yields)])
            return Items("generator", list(frame.yields), open=True)
        return choose(*frame.returns) if frame.returns else NONE

    def _bind_params(
        self, function: Function, args: list[Value], kwargs: dict[str, Value], env: Env, *, open_: bool
    ) -> None:
        queue = list(args)
        if function.bound is not None and function.kind != "staticmethod":
            queue.insert(0, function.bound)
        elif function.owner is not None and open_ and function.kind != "staticmethod" and function.bound is None:
            queue.insert(0, self.example_of(function.owner, is_class=function.kind in ("classmethod", "declared_attr")))
        rest = dict(kwargs)
        definition = Frame(function.env, None)
        for param in function.node.params:
            if param.kind == "*":
                env.names[param.name] = Items("tuple", queue, open=open_)
                queue = []
            elif param.kind == "**":
                entries: list[tuple[Value, Value]] = [(Text((Chunk(k, "", None),)), v) for k, v in rest.items()]
                env.names[param.name] = Mapping(entries, open=open_)
            elif param.name in rest:
                env.names[param.name] = rest.pop(param.name)
            elif queue and param.kind != "k":
                env.names[param.name] = queue.pop(0)
            elif param.default is not None and not open_:
                env.names[param.name] = self.eval(param.default, definition)
            else:
                unknown = self._unknown_param(function, param)
                default = None if param.default is None else self.eval(param.default, definition)
                # A string by default is what most callers mean: `def create(table="jobs")`.
                env.names[param.name] = choose(default, unknown) if isinstance(default, Text) else unknown

    def _unknown_param(self, function: Function, param: code.Param) -> Value:
        loc = Loc(function.path, param.at, param.at + len(param.name))
        if param.annotation is not None:
            kind = self.eval_annotation(param.annotation, function.env)
            if isinstance(kind, Class) and not is_enum(kind) and calls.is_plain(kind):
                return self.example_of(kind)
        return Unknown(f"parameter `{param.name}` of `{function.qualname}`", loc, param.name)

    def eval_annotation(self, node: code.Expr, env: Env) -> Value:
        """An annotation's value; a quoted one names what it quotes."""
        if isinstance(node, code.Str):
            return self._quoted(node, env)
        return self.eval(node, Frame(env, None))

    def _quoted(self, node: code.Str, env: Env) -> Value:
        value: Value | None = None
        for index, word in enumerate(node.value.strip().split(".")):
            if not word.isidentifier():
                return Unknown("a quoted annotation that is no name")
            if index == 0:
                value = self._name(code.Name(node.at, word), Frame(env, None))
            elif value is not None:
                value = self.attribute(value, word)
        return value or Unknown("an empty annotation")

    def example_of(self, cls: Class, *, is_class: bool = False) -> Value:
        """Some instance of a class, the same one each time."""
        if is_class:
            return cls
        key = "\0example"
        found = cls.env.names.get(key)
        if found is None:
            found = Instance(cls, ready=False)
            cls.env.names[key] = found
        return found

    def _join_text(self, node: code.Join, frame: Frame) -> Value:
        results: list[list[Text]] = [[]]
        for part in node.parts:
            if isinstance(part, code.Str):
                options: list[Text] = [Text((Chunk(part.value, frame.env.module.path, part),))]
            else:
                options = self._field(part, frame)
            results = [[*result, option] for result in results for option in options][:6]
        return choose(*(texts.concat(result) for result in results))

    def _field(self, part: code.Fmt, frame: Frame) -> list[Text]:
        value = self.eval(part.value, frame)
        loc = Loc(frame.env.module.path, part.at, part.end)
        source = unparse(part.value)
        if part.conversion is not None or (part.spec is not None and not isinstance(value, Text)):
            number = part.spec is not None and part.spec[-1:] in tuple("dxXobeEfFgG%n")
            return [Text((Gap(value, loc, source, number),))]
        return [texts.piece(option, loc, source) for option in options_of(value)]

    def _fmt(self, node: code.Fmt, frame: Frame) -> Value:
        return self.eval(node.value, frame)

    def _seq(self, node: code.Seq, frame: Frame) -> Value:
        out = Items(node.kind, [])
        for item in node.items:
            if isinstance(item, code.Star):
                calls.extend(self, out, self.eval(item.value, frame), certain=True)
            else:
                out.items.append(self.eval(item, frame))
        return out

    def _map(self, node: code.Map, frame: Frame) -> Value:
        out = Mapping([])
        for key, value in node.items:
            if key is None:
                inner = self.eval(value, frame)
                if isinstance(inner, Mapping):
                    out.entries.extend(inner.entries)
                    out.open = out.open or inner.open
                else:
                    out.open = True
            else:
                out.entries.append((self.eval(key, frame), self.eval(value, frame)))
        return out

    def _bin(self, node: code.Bin, frame: Frame) -> Value:
        left = self.eval(node.left, frame)
        if node.op in ("and", "or"):
            return self._logical(node, left, frame)
        right = self.eval(node.right, frame)
        loc = self.loc(node, frame)
        source = unparse(node.right)
        out = [
            operators.binary(self, node.op, one, other, loc, source)
            for one in options_of(left)
            for other in options_of(right)
        ]
        return choose(*out)

    def _logical(self, node: code.Bin, left: Value, frame: Frame) -> Value:
        decided = flag(left)
        if decided is not None:
            return self.eval(node.right, frame) if decided == (node.op == "and") else left
        self.uncertain += 1
        try:
            right = self.eval(node.right, frame)
        finally:
            self.uncertain -= 1
        if node.op == "and" and flag(right) is False:
            return right  # falsy either way
        return choose(left, right) if node.op == "or" else Operation("and", (left, right), self.loc(node, frame))

    def _un(self, node: code.Un, frame: Frame) -> Value:
        return operators.unary(node.op, self.eval(node.operand, frame), self.loc(node, frame))

    def _cmp(self, node: code.Cmp, frame: Frame) -> Value:
        left = self.eval(node.left, frame)
        rights = [(op, self.eval(right, frame)) for op, right in node.pairs]
        if len(rights) == 1:
            return operators.compare(self, rights[0][0], left, rights[0][1], self.loc(node, frame))
        return Operation("chain", (left, *(right for _, right in rights)), self.loc(node, frame))

    def _if_exp(self, node: code.IfExp, frame: Frame) -> Value:
        decided = flag(self.eval(node.test, frame))
        if decided is not None:
            return self.eval(node.body if decided else node.orelse, frame)
        return choose(self.eval(node.body, frame), self.eval(node.orelse, frame))

    def _sub(self, node: code.Sub, frame: Frame) -> Value:
        base = self.eval(node.base, frame)
        if isinstance(node.index, code.Slice):
            return calls.sliced(self, base, node.index, frame)
        index = self.eval(node.index, frame)
        loc = self.loc(node, frame)
        return choose(*(calls.item(self, option, index, loc) for option in options_of(base)))

    def _slice(self, node: code.Slice, frame: Frame) -> Value:
        del node, frame
        return Unknown("a slice")

    def _lambda(self, node: code.Lambda, frame: Frame) -> Value:
        env = frame.env if frame.cls is None else _outer(frame.env)
        return Function(node, env, f"{frame.qualifier}<lambda>", decorators=())

    def _comp(self, node: code.Comp, frame: Frame) -> Value:
        kind = "generator" if node.kind == "generator" else node.kind
        inner = Frame(Env(frame.env.module, frame.env), frame.function, frame.depth, qualifier=frame.qualifier)
        rows: list[Value] = []
        pairs: list[tuple[Value, Value]] = []

        def emit() -> None:
            if node.key is not None:
                pairs.append((self.eval(node.key, inner), self.eval(node.value, inner)))
            else:
                rows.append(self.eval(node.value, inner))

        complete = self._generate(node.gens, 0, inner, emit)
        if node.key is not None:
            return Mapping(pairs, open=not complete)
        return Items(kind, rows, open=not complete)

    def _generate(self, gens: Sequence[code.Gen], index: int, frame: Frame, emit: Callable[[], None]) -> bool:
        """Whether every element was met for certain."""
        if index == len(gens):
            emit()
            return True
        gen = gens[index]
        iterable = self.eval(gen.iter, frame)
        items = calls.iterate(self, iterable)
        if items is None or items.open or len(items.items) > _MOST_ITERATIONS:
            self.bind(gen.target, calls.element(iterable, items), frame)
            self._generate(gens, index + 1, frame, emit)
            return False
        complete = True
        for item in items.items:
            self.bind(gen.target, item, frame)
            verdicts = [flag(self.eval(condition, frame)) for condition in gen.ifs]
            if any(verdict is False for verdict in verdicts):
                continue
            complete = complete and all(verdicts)
            complete = self._generate(gens, index + 1, frame, emit) and complete
        return complete

    def _await(self, node: code.Await, frame: Frame) -> Value:
        return self.eval(node.value, frame)

    def _yield(self, node: code.Yield, frame: Frame) -> Value:
        value = NONE if node.value is None else self.eval(node.value, frame)
        if node.is_from:
            items = calls.iterate(self, value)
            frame.yields.extend(items.items if items is not None else [value])
        else:
            frame.yields.append(value)
        return Unknown("what is sent to a generator")

    def _walrus(self, node: code.Walrus, frame: Frame) -> Value:
        value = self.eval(node.value, frame)
        self.bind(node.target, value, frame)
        return value

    def _star(self, node: code.Star, frame: Frame) -> Value:
        return self.eval(node.value, frame)

    def _opaque(self, node: code.Opaque, frame: Frame) -> Value:
        return Unknown("an expression that is not modelled", Loc(frame.env.module.path, node.at, node.end))


def is_enum(cls: Class) -> bool:
    """Whether a class is an enumeration."""
    return any(isinstance(base, External) and base.name in _ENUMS for base in cls.mro())


def terminal(node: code.Expr) -> str:
    """The last name of what is called."""
    if isinstance(node, code.Attr):
        return node.name
    return node.id if isinstance(node, code.Name) else ""


def location(node: code.Expr, path: str) -> Loc:
    """Where an expression stands in a file."""
    at = node
    while isinstance(at, code.Attr):
        at = at.base
    start = getattr(at, "at", 0)
    if isinstance(node, code.Attr):
        return Loc(path, start, node.at + len(node.name))
    if isinstance(node, code.Name):
        return Loc(path, start, start + len(node.id))
    if isinstance(node, code.Bin):
        return Loc(path, start, location(node.right, path).end)
    return Loc(path, start, getattr(node, "end", start + 1))


def _outer(env: Env) -> Env:
    """The scope that functions of a class body see: class names are not in it."""
    return env.parent if env.parent is not None else env


def _nowhere(module: Module) -> Loc:
    return Loc(module.path, 0, 0)


_Run = Callable[[Machine, "code.Stmt", Frame], str | None]
_Eval = Callable[[Machine, "code.Expr", Frame], Value]

# ruff: noqa: SLF001
_RUN: dict[type[code.Node], _Run] = {  # type: ignore[assignment]
    code.Assign: Machine._assign, code.AnnAssign: Machine._ann_assign, code.AugAssign: Machine._aug_assign,
    code.Eval: Machine._eval_stmt, code.If: Machine._if, code.For: Machine._for, code.While: Machine._while,
    code.Try: Machine._try, code.With: Machine._with, code.Match: Machine._match, code.FuncDef: Machine._function,
    code.ClassDef: Machine._class, code.Return: Machine._return, code.Raise: Machine._raise,
    code.Assert: Machine._assert, code.Del: Machine._del, code.Scope: Machine._scope,
    code.Import: Machine._import_stmt, code.ImportFrom: Machine._import_from, code.Jump: Machine._jump,
}  # fmt: skip

_EVAL: dict[type[code.Node], _Eval] = {  # type: ignore[assignment]
    code.Lit: Machine._lit, code.Str: Machine._str, code.Name: Machine._name, code.Attr: Machine._attr,
    code.Call: Machine._call, code.Fmt: Machine._fmt, code.Join: Machine._join_text, code.Seq: Machine._seq,
    code.Map: Machine._map, code.Bin: Machine._bin, code.Un: Machine._un, code.Cmp: Machine._cmp,
    code.IfExp: Machine._if_exp, code.Sub: Machine._sub, code.Slice: Machine._slice, code.Lambda: Machine._lambda,
    code.Comp: Machine._comp, code.Await: Machine._await, code.Yield: Machine._yield, code.Walrus: Machine._walrus,
    code.Star: Machine._star, code.Opaque: Machine._opaque,
}  # fmt: skip

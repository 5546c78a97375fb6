"""Runs the statements of modules and functions on abstract values."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from persistlint.facts import code
from persistlint.project.interp import imports, invocation, texts
from persistlint.project.interp.expressions import EVAL
from persistlint.project.interp.frames import CallEvent, EnterEvent, Frame, SetEvent
from persistlint.project.interp.modules import Module, Modules
from persistlint.project.interp.statements import RUN
from persistlint.project.interp.values import Chunk, Class, Env, Function, Items, Lazy, Loc, Made, Text, Value
from persistlint.project.interp.world import Raised, World

_MODULE_STEPS = 400_000
_ROOT_STEPS = 8_000


class Machine:
    """Interprets the modules of one project.

    `classes`, `functions` and `made` grow as classes and functions are defined and external things are made;
    `on_call` hears of each call that has arguments.
    """

    def __init__(self, modules: Modules, dialect: str = "sqlite") -> None:
        self.modules = modules
        self.dialect = dialect
        self.on_call: Callable[[CallEvent], None] | None = None
        self.on_set: Callable[[SetEvent], None] | None = None
        self.on_enter: Callable[[EnterEvent], None] | None = None
        self.world: World | None = None
        self.root: tuple[str, int] | None = None
        """File and place of the function that was entered first, with unknown arguments; place -1 for a module."""
        self.caller: tuple[str, int] | None = None
        """File and place of the function that is being interpreted."""
        self.running: str | None = None
        """Its dotted name."""
        self.is_instrumented: Callable[[Value], bool] | None = None
        """Which class attributes stay attributes of their class: `Model.column` says more than the column alone."""
        self.is_record: Callable[[Class], bool] | None = None
        """Which classes are records: an unknown one has unknown attributes, whatever defaults its class has."""
        self.answer: Callable[[Value, list[Value], dict[str, Value]], Value | None] | None = None
        """What calling something outside the project gives, where a listener knows more than the interpreter."""
        self.told: Callable[[Value], Items | None] | None = None
        """The elements of something outside the project, where a listener knows more than the interpreter."""
        self.on_get: Callable[[Value, str, Loc], None] | None = None
        """Hears of each attribute that is read."""
        self.on_skip: Callable[[Function, list[Value], dict[str, Value]], None] | None = None
        """Hears of each call that is not followed, because it lies too deep."""
        self.classes: list[Class] = []
        self.made: list[Made] = []
        self.decorated: list[Function] = []
        self.functions: list[Function] = []
        self.dependencies: dict[Function, Value | None] = {}
        """What functions return or yield that a framework calls for a parameter."""
        self.uncertain = 0
        self.held: list[tuple[str, Value]] = []
        """The managers of the `with` statements that are being run, callers' included, each with its source text."""
        self.handled: list[tuple[Raised, int]] = []
        """What the handlers that are being run have caught, to be raised again by a bare `raise`; and how many
        undecided conditions they stand under."""
        self.shields = 0
        """How many `try` blocks around what is run go on when the database refuses something."""
        self.steps = 0
        self.limit: int = _MODULE_STEPS
        self.stack: list[object] = []
        self.earlier = 0
        self.bodies: dict[tuple[str, int], code.Block] = {}

    def run_module(self, module: Module) -> None:
        """Interpret a module's top level once."""
        if module.state != "new":
            return
        module.state = "running"
        module.env.names["__name__"] = texts.piece(Text((Chunk(module.name, module.path, None),)), _nowhere(module), "")
        outer = self.uncertain, self.root, self.caller, self.running, self.held
        # A module is run by whoever imports it first; what it does is not that one's doing.
        self.uncertain, self.root, self.caller, self.running, self.held = 0, (module.path, -1), None, None, []
        try:
            with self.budget(_MODULE_STEPS):
                self.block(module.facts.body, Frame(module.env, None))
        finally:
            self.uncertain, self.root, self.caller, self.running, self.held = outer
            module.state = "done"

    def run_root(self, function: Function, steps: int = _ROOT_STEPS) -> Value:
        """Interpret a function with unknown arguments."""
        outer = self.root, self.held
        self.root, self.held = (function.path, function.node.at), []
        try:
            with self.budget(steps):
                return self.invoke(function, [], {}, 0, open_=True)
        finally:
            self.root, self.held = outer

    @contextmanager
    def budget(self, steps: int = _ROOT_STEPS) -> Generator[None]:
        """Count steps anew, up to `steps`: beyond them nothing more is run."""
        saved = self.steps, self.limit
        self.steps, self.limit = 0, steps
        try:
            yield
        finally:
            self.steps, self.limit = saved

    @contextmanager
    def before(self) -> Generator[None]:
        """Run something that has happened earlier than what is being run: how an object came to be.

        It may call the very function that is being run. Once, for then there are objects in objects.
        """
        outer = self.uncertain, self.held, self.stack
        self.uncertain, self.held = 0, []
        if not self.earlier:
            self.stack = []
        self.earlier += 1
        try:
            with self.budget():
                yield
        finally:
            self.earlier -= 1
            self.uncertain, self.held, self.stack = outer

    def guard(self, key: object) -> bool:
        """Whether `key` is being worked on already; otherwise it is now, until popped."""
        if key in self.stack:
            return True
        self.stack.append(key)
        return False

    def block(self, body: code.Block, frame: Frame) -> str | None:
        """Run statements; how they end: None, `stop` (return, raise), `break` or `continue`."""
        for stmt in body:
            self.steps += 1
            if self.steps > self.limit:
                return "stop"
            signal = RUN[type(stmt)](self, stmt, frame)
            if signal is not None:
                return signal
        return None

    def eval(self, node: code.Expr, frame: Frame) -> Value:
        """The value of an expression."""
        return EVAL[type(node)](self, node, frame)

    def lookup(self, module: Module, name: str) -> Value | None:
        """A global name of a module, its imports followed."""
        return imports.lookup(self, module, name)

    def resolve(self, lazy: Lazy, env: Env | None, bound: str | None) -> Value:
        """What an import names; `bound` in `env` is it from now on."""
        return imports.resolve(self, lazy, env, bound)

    def invoke(
        self, function: Function, args: list[Value], kwargs: dict[str, Value], depth: int, *, open_: bool = False
    ) -> Value:
        """Call a function of the project; `open_` where it may be given more arguments than these."""
        return invocation.invoke(self, function, args, kwargs, depth, open_=open_)

    def eval_annotation(self, node: code.Expr, env: Env) -> Value:
        """An annotation's value; a quoted one names what it quotes."""
        return invocation.eval_annotation(self, node, env)

    def example_of(self, cls: Class, *, is_class: bool = False) -> Value:
        """Some instance of a class, the same one each time."""
        return invocation.example_of(cls, is_class=is_class)


def _nowhere(module: Module) -> Loc:
    return Loc(module.path, 0, 0)

"""Statements of the program that hand SQL to a database, and where others like them can be put."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.source import Span


@dataclass(frozen=True, slots=True)
class Behind:
    """A place behind a statement: `at` is empty, `indent` is how far the statement stands in."""

    at: Span
    indent: int

    def lines(self, *statements: str) -> str:
        """The text that puts statements there, each on a line of its own."""
        return "".join(f"\n{' ' * self.indent}{one}" for one in statements)


@dataclass(frozen=True, slots=True)
class Execution:
    """An expression statement such as `connection.execute(text("ALTER …"))`, alone in its line.

    `receiver` is `connection`, `before` and `after` are what stands around the SQL (`connection.execute(text(`, `))`).
    `branch` is behind the outermost condition around it in `scope`: the body of the `with` around it, else that of the
    function. `committed` is where `receiver.commit()` follows: `branch` inside that condition, `scope` behind it,
    None nowhere.
    """

    span: Span
    receiver: str
    before: str
    after: str
    indent: int
    branch: Behind
    scope: Behind
    committed: str | None = None

    @property
    def start(self) -> Span:
        """The empty place before it."""
        return Span(self.span.path, self.span.line, self.span.column, self.span.line, self.span.column)

    def call(self, sql: str) -> str:
        """The statement that executes other SQL in the same way."""
        quoted = sql.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.before}"{quoted}"{self.after}'


@dataclass(frozen=True, slots=True)
class Listening:
    """A hook that is registered: `decorator` is `event.listens_for`, `target` what it listens to, as written.

    `at` is the empty place before it, where another hook can be put.
    """

    span: Span
    decorator: str
    target: str
    at: Span
    indent: int

    def hook(self, event: str, name: str, parameters: str, *body: str) -> str:
        """The text that puts another hook for the same engine before this one."""
        return hook(self.decorator, self.target, event, name, parameters, body, self.indent) + "\n" + " " * self.indent


@dataclass(frozen=True, slots=True)
class Making:
    """A call that makes an engine or a connection: `engine = create_engine(…)`.

    `name` is the variable that it is assigned to, alone in its line, and `behind` the place behind it; None elsewhere.
    `argument` is the empty place behind its only positional argument, `timeout` the value of that keyword, where it is
    a number. `event` is how SQLAlchemy's `event` is called there, None where it is not imported.
    """

    span: Span
    maker: str
    name: str | None = None
    behind: Behind | None = None
    event: str | None = None
    argument: Span | None = None
    timeout: Span | None = None
    keywords: tuple[str, ...] = ()

    def hook(self, name: str, *body: str) -> tuple[Span, str] | None:
        """What puts a `connect` hook behind it: where, and the text. None where it has no name."""
        if self.name is None or self.behind is None:
            return None
        margin = " " * self.behind.indent
        imported = "" if self.event is not None else f"\n{margin}from sqlalchemy import event"
        target = f"{self.name}.sync_engine" if "async" in self.maker else self.name
        decorator = f"{self.event or 'event'}.listens_for"
        text = hook(decorator, target, "connect", name, "connection, record", body, self.behind.indent)
        return self.behind.at, f"{imported}\n\n{margin}{text.rstrip()}\n"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A call whose result a function names, uses and disposes of in one block, without a `finally`.

    `begin` is the empty place where the line behind it begins, `lines` those of the lines up to the dispose that a
    `try` has to hold, `end` that of the dispose; `indent` is how far all of them stand in.
    """

    span: Span
    indent: int
    begin: Span
    lines: tuple[Span, ...]
    end: Span

    def guarded(self) -> tuple[tuple[Span, str], ...]:
        """What puts its use into `try` and its dispose into `finally`: places, and the texts to put there."""
        margin = " " * self.indent
        moved = ((place, "    ") for place in self.lines if place != self.begin)
        first = "    " if self.begin in self.lines else ""
        return ((self.begin, f"{margin}try:\n{first}"), *moved, (self.end, f"{margin}finally:\n    "))


def hook(
    decorator: str, target: str, event: str, name: str, parameters: str, body: tuple[str, ...], indent: int
) -> str:
    """A decorated function; its first line is to stand where `indent` is already."""
    margin = " " * indent
    lines = [f'@{decorator}({target}, "{event}")', f"{margin}def {name}({parameters}):"]
    lines += [f"{margin}    {one}" for one in body]
    return "\n".join(lines) + "\n"

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

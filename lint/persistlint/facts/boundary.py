"""What an API accepts and shows: its shapes, and which of their fields reach which columns."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.source import Span


@dataclass(frozen=True, slots=True)
class ShapeField:
    """One field. Bounds are inclusive; None where there is none, or none that is known.

    `judged` is False where a validator, a pattern or a type of the project's own decides what is accepted: then the
    bounds prove nothing about what is let in.
    """

    name: str
    span: Span
    nullable: bool
    required: bool
    kind: str | None = None
    """`int`, `float`, `str`, `bool`, `choice`, or None for anything else."""
    lower: int | float | None = None
    upper: int | float | None = None
    min_length: int | None = None
    max_length: int | None = None
    options: tuple[str, ...] = ()
    """The values of a `Literal` or an enumeration, as SQL literals; empty where any value is accepted."""
    judged: bool = True
    rejects_null: bool = False
    """A validator refuses an explicit null, whatever the annotation says."""
    bounds: Span | None = None
    """Where its bounds are written; None where it has none."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A Pydantic model, SQLModel without a table, dataclass or TypedDict that carries columns in or out.

    `complete` is False where a base class could not be read: such a shape proves no absence.
    """

    name: str
    span: Span
    fields: tuple[ShapeField, ...]
    complete: bool = True
    from_attributes: bool = False

    def field(self, name: str) -> ShapeField | None:
        """The field of that name."""
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Insertion:
    """Where one more keyword argument can be put into a call: before the keyword at `at`.

    `separator` is what must stand between the new argument and that keyword, a newline with its indent or a space.
    """

    at: Span
    separator: str


@dataclass(frozen=True, slots=True)
class FieldFlow:
    """A field and a column that carry the same value, unchanged.

    `direction` is `in` or `out`; `action` is `insert`, `update` or `show`. `explicit_null` says that a null in the
    request arrives at the column: nothing on the way asks for it. `route` is the function that takes the request.
    """

    shape: str
    shape_span: Span
    field: str
    table: str
    table_span: Span
    column: str
    span: Span
    function: str | None
    direction: str
    action: str
    route: str | None = None
    explicit_null: bool = False
    asked: bool = False
    """A condition on the way looks at the value, not only whether there is one: what it lets through is not known."""


@dataclass(frozen=True, slots=True)
class LostField:
    """A field of a request that never reaches the row which the rest of the request fills.

    `column` is the column of that name, None where the table has none. `action` is `insert` or `update`; `raises` says
    that the field makes the constructor fail. `source` is the expression that holds the request there. `dumped` says
    that the row is filled by a dump of it, which leaves the field out.
    """

    shape: str
    field_span: Span
    field: str
    table: str
    table_span: Span
    column: str | None
    span: Span
    function: str | None
    route: str | None
    action: str
    raises: bool = False
    source: str | None = None
    insertion: Insertion | None = None
    dumped: bool = False


@dataclass(frozen=True, slots=True)
class UnfilledField:
    """A field of a response that nothing fills: `column` is the column of that name, None where there is none.

    `default` says that the field has a default, which is shown instead; without one every response fails.
    """

    shape: str
    field_span: Span
    field: str
    table: str
    table_span: Span
    column: str | None
    span: Span
    function: str | None
    default: bool

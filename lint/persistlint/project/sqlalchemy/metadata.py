"""The MetaData, naming convention and `type_annotation_map` that hold for a mapped class."""

from __future__ import annotations

from collections.abc import Iterator

from persistlint.project.interp.values import Attribute, Class, External, Made, Mapping, Value
from persistlint.project.sqlalchemy.roots import Root, inherited


def metadata_of(cls: Class, root: Root) -> tuple[Value, Mapping | None]:
    """The MetaData of a class (its root where none is named) and the naming convention in force."""
    for value in _candidates(cls, root.value):
        if isinstance(value, Made):
            mapping = value.kwargs.get("naming_convention")
            return value, mapping if isinstance(mapping, Mapping) else None
        if isinstance(value, Attribute | External):
            return value, None
    return root.value, None


def _candidates(cls: Class, root: Value) -> Iterator[Value | None]:
    """What names the MetaData of a class, the nearest first."""
    yield inherited(cls, "metadata")
    yield _given(inherited(cls, "registry"), "metadata")
    yield _given(root, "metadata")
    if isinstance(root, Attribute):
        yield _given(root.base, "metadata")  # `db.Model` of `SQLAlchemy(metadata=…)`
    for owner in (cls, root):
        for value in owner.decorators if isinstance(owner, Class) else ():
            yield _given(value, "metadata")


def _given(value: Value | None, keyword: str) -> Value | None:
    """A keyword given to `declarative_base(…)`, or to the registry of `registry(…).generate_base()`."""
    if not isinstance(value, Made):
        return None
    if keyword in value.kwargs:
        return value.kwargs[keyword]
    maker = value.func.base if isinstance(value.func, Attribute) else None
    return maker.kwargs.get(keyword) if isinstance(maker, Made) else None


def type_map_of(cls: Class, root: Root) -> Mapping | None:
    """The `type_annotation_map` in force."""
    found = inherited(cls, "type_annotation_map")
    if isinstance(found, Mapping):
        return found
    for value in (inherited(cls, "registry"), root.value):
        mapping = _given(value, "type_annotation_map")
        if isinstance(mapping, Mapping):
            return mapping
    return None

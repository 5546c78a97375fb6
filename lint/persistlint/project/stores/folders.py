"""Which folders the path of a database stands in."""

from __future__ import annotations

from collections.abc import Iterator

from persistlint.project.interp.values import Attribute, Chunk, External, Gap, Made, Operation, Text, Value
from persistlint.project.stores.database import PATH_OF, Origins, wholes

_DEEPEST = 8
_SAME_FOLDER = frozenset({"with_suffix", "with_name", "with_stem"})


def folders_of(value: Value | None, origins: Origins) -> tuple[str, ...]:
    """The functions and globals that the folders above a path come from."""
    return tuple(sorted({name for folder in _above(value, 0) for name in origins(folder)}))


def _above(value: Value | None, depth: int) -> Iterator[Value]:
    """Every folder that can be told apart from its path, in each form in which it is a value of its own."""
    if value is None or depth > _DEEPEST:
        return
    for whole in wholes(value):
        same = _beside(whole)
        if same is not None:
            yield from _above(same, depth + 1)
        folder = _folder(whole)
        if folder is not None:
            yield from wholes(folder)
            yield from _above(folder, depth + 1)


def _folder(path: Value) -> Value | None:
    match path:
        case Operation(op="/", operands=(folder, *_)):
            return folder
        case Made(func=Attribute(base=folder, name="joinpath"), args=[_, *_]):
            return folder
        case Made(func=External(name=name), args=[folder, _, *_]) if name in PATH_OF:
            return folder
        case Text(parts=[Gap(value=folder), Chunk(text=rest), *_]) if rest.startswith(("/", "\\")):
            return folder
        case Text(parts=[Chunk(text=prefix), Gap(value=folder), Chunk(text=rest), *_]) if prefix.endswith(
            ("://", ":///")
        ) and rest.startswith(("/", "\\")):
            return folder
        case _:
            return None


def _beside(path: Value) -> Value | None:
    """Another path in the same folder."""
    match path:
        case Made(func=Attribute(base=base, name=name)) if name in _SAME_FOLDER:
            return base
        case _:
            return None

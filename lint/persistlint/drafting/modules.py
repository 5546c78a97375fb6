"""The names by which documents speak of modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable

_ROOTS = ("src/", "lib/", "python/")


def named_modules(paths: Iterable[str], imported: Callable[[str], str]) -> dict[str, str]:
    """The names of files by path; `imported` names a file from the outermost package that holds it.

    A folder without an `__init__.py` may be a package too. What stands above the outermost folder with one is the
    source root where it is a single folder (`backend/shop/…`), and more packages where there are several.
    """
    return {path: _name(path, imported(path)) for path in paths if path.endswith(".py")}


def _name(path: str, imported: str) -> str:
    root = next((one for one in _ROOTS if path.startswith(one)), "")
    whole = by_path(path.removeprefix(root))
    above = whole.removesuffix(imported).removesuffix(".")
    is_packaged = "." in imported or path.endswith("__init__.py")
    return imported if is_packaged and imported and "." not in above else whole


def by_path(path: str) -> str:
    """A file's name as facts about connections have it."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

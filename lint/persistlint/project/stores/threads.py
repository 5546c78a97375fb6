"""Whether threads can meet in a project: which imported libraries start them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from persistlint.facts import code
from persistlint.facts.stores import Threads
from persistlint.project.interp.modules import Module
from persistlint.project.interp.values import Loc
from persistlint.project.stores.shape import walk
from persistlint.source import Span

_LIBRARIES = frozenset({
    "threading", "concurrent.futures", "fastapi", "starlette", "flask", "django", "bottle", "pyramid", "cherrypy",
    "apscheduler", "anyio.to_thread", "asgiref.sync", "waitress", "gradio", "streamlit", "socketserver",
})  # fmt: skip
"""Standard and public libraries that run functions in several threads; plain functions of FastAPI and Starlette run in
a thread pool (https://fastapi.tiangolo.com/async/)."""


def threads_of(modules: Iterable[Module], spans: Callable[[Loc], Span]) -> tuple[Threads, ...]:
    """The imports of such libraries, in order of their places."""
    found = {
        Threads(library, spans(Loc(module.path, at, at + 1)))
        for module in modules
        for library, at in _imported(module.facts.body)
    }
    return tuple(sorted(found, key=lambda one: (one.span, one.library)))


def _imported(body: code.Block) -> Iterator[tuple[str, int]]:
    for node, _ in walk(body):
        if isinstance(node, code.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, code.ImportFrom) and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            for library in (name, name.partition(".")[0]):
                if library in _LIBRARIES:
                    yield library, node.at

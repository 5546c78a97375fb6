"""Runs the extraction of many files, here or in worker processes. Results come in any order, each with its path."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import msgspec

from persistlint.crash import Crash, guarded
from persistlint.facts.code import FileFacts, Problem
from persistlint.nesting import too_deep

Task = tuple[str, str]
"""A path and its text."""
Result = tuple[str, "bytes | Crash"]
"""A path, and its facts as msgpack or what went wrong in our code."""
Mapper = Callable[[Callable[[Task], Result], Sequence[Task]], Iterable[Result]]

_WORTH_A_POOL = 300_000
"""Characters; fewer are parsed before workers have started."""


def extract(task: Task) -> Result:
    """The facts of one Python file, encoded: what a worker does."""
    path, text = task
    return path, guarded(f"reading {path}", lambda: msgspec.msgpack.encode(facts_of(path, text)))


def facts_of(path: str, text: str) -> FileFacts:
    """The facts of one Python file, whatever its text: what cannot be read is told in `FileFacts.problem`."""
    from persistlint.extract.python import extract_python

    problem = too_deep(text)
    if problem is not None:
        return FileFacts(path, b"", problem=Problem(problem, 1, 1))
    facts = extract_python(path, text)
    if facts.problem is None:
        return facts
    return msgspec.structs.replace(facts, problem=_in_pythons_words(text) or facts.problem)


def _in_pythons_words(text: str) -> Problem | None:
    """What Python itself says of a text that cannot be parsed: it knows the usual mistakes and where they are.

    None where it has nothing to object, or nothing to say.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return Problem(error.msg, error.lineno or 1, max(1, error.offset or 1))
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def mapper(jobs: int) -> Mapper:
    """Maps in up to `jobs` processes, or in this one where that is faster."""

    def run(work: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterable[Result]:
        if min(jobs, len(tasks)) < 2 or sum(len(text) for _, text in tasks) < _WORTH_A_POOL:
            return map(work, tasks)
        return _pooled(work, tasks, min(jobs, len(tasks)))

    return run


def _pooled(work: Callable[[Task], Result], tasks: Sequence[Task], jobs: int) -> Iterator[Result]:
    # The longest first, so that no worker is left with one when the others are done.
    waiting = dict(sorted(((task[0], task) for task in tasks), key=lambda item: (-len(item[1][1]), item[0])))
    try:
        for path, result in _in_pool(work, list(waiting.values()), jobs):
            del waiting[path]
            yield path, result
    except BrokenProcessPool:
        # A worker died, of memory or in native code, and took the results of its neighbours with it.
        for task in waiting.values():
            yield _alone(work, task)


def _in_pool(work: Callable[[Task], Result], tasks: Sequence[Task], jobs: int) -> Iterator[Result]:
    # `spawn` behaves alike on every system, and is safe beside the threads of a progress line.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures: list[Future[Result]] = [pool.submit(work, task) for task in tasks]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _alone(work: Callable[[Task], Result], task: Task) -> Result:
    try:
        [result] = _in_pool(work, [task], 1)
    except BrokenProcessPool:
        return task[0], Crash(f"reading {task[0]}", "the process that read this file died", "")
    return result

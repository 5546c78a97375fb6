"""Which fences are contract blocks, and which look as if they were meant to be."""

from __future__ import annotations

from difflib import get_close_matches

from persistlint.extract.contract.markdown import Fence
from persistlint.facts.contract import BlockProblem

KINDS = ("sql contract", "sql baseline", "toml contract")
_WORDS = ("contract", "baseline")


def kind_of(fence: Fence) -> str | None:
    """One of KINDS. Further words behind the two say nothing."""
    words = " ".join(_words(fence)[:2])
    return words if words in KINDS else None


def fence_problem(fence: Fence) -> BlockProblem | None:
    """What is wrong with a fence that was or may have been meant for us, its content apart."""
    words = _words(fence)
    at = fence.info.whole if words else fence.info.at
    if not fence.closed:
        message = "this fence is never closed: the rest of the document is taken for its content"
        return BlockProblem(message, at, "close it with a line of as many backquotes")
    if kind_of(fence) is not None or not words:
        return None
    written = " ".join(words[:2])
    if any(word in _WORDS for word in words[:2]):
        return BlockProblem(f"`{written}` is no kind of contract block", at, f"write {_listed()}")
    if words[0] in ("sql", "toml") and len(words) > 1:
        near = get_close_matches(words[1], _WORDS, n=1, cutoff=0.8)
        if near:
            meant = f"did you mean `{words[0]} {near[0]}`?"
            return BlockProblem(f"`{written}` is no kind of contract block; {meant}", at, f"write {_listed()}")
    return None


def _words(fence: Fence) -> list[str]:
    return fence.info.text.lower().split()


def _listed() -> str:
    return " or ".join(f"`{kind}`" for kind in KINDS)

"""Code nested so deeply that the parser would overflow its stack and take the whole process with it.

libcst's parser is native and recursive: some thousand brackets, operators or `elif` in one statement end the process
with a segmentation fault, and a chain of a few thousand calls takes it minutes. No person writes such code, generators
and attackers do. The check costs about one percent of a parse: a scan over brackets and operators only, which clears
nearly every file, and Python's own parser, which fails safely, for the rest.
"""

from __future__ import annotations

import ast
import re
import warnings

MAX_BRACKETS = 150
"""CPython itself refuses 200."""
MAX_DEPTH = 1000

_KEPT = b"()[]{},;:=\n+-*/%@&|^~<>."
_DROPPED = bytes(byte for byte in range(256) if byte not in _KEPT)
_OPEN, _CLOSE, _APART, _LINE = frozenset(b"([{"), frozenset(b")]}"), frozenset(b",;:="), ord("\n")
_WORDS = (b"not", b"and", b"or", b"else", b"await")
_WORD = re.compile(rb"\b(?:not|and|or|else|await)\b")


def too_deep(text: str) -> str | None:
    """Why the text must not be given to the parser, None where it may be."""
    data = text.encode("utf-8", "surrogatepass")
    if not _suspicious(data):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        return f"it nests too deeply to be read safely, and Python cannot read it either: {error}"
    except (RecursionError, MemoryError):
        return "it nests too deeply to be read"
    depth = _depth(tree)
    return f"it nests {depth} levels deep, more than can be read safely" if depth > MAX_DEPTH else None


def _suspicious(data: bytes) -> bool:
    """Whether some statement may nest deeper than is safe; never False for one that does."""
    if any(data.count(word) > MAX_DEPTH for word in (b"elif", b"lambda")):
        return True
    if sum(data.count(word) for word in _WORDS) > MAX_DEPTH:
        data = _WORD.sub(b"+", data)
    links = [0]
    link = 0
    for byte in data.translate(None, _DROPPED):
        if byte in _OPEN:
            links.append(link)
            if len(links) > MAX_BRACKETS:
                return True
            link = 0
        elif byte in _CLOSE:
            # A bracketed group is one link of its surrounding chain: `a()()()`.
            link = (links.pop() if len(links) > 1 else 0) + 1
        elif byte in _APART or (byte == _LINE and len(links) == 1):
            link = 0
            continue
        elif byte != _LINE:
            link += 1
        if link > MAX_DEPTH:
            return True
    return False


def _depth(tree: ast.AST) -> int:
    deepest = 0
    open_nodes = [(tree, 0)]
    while open_nodes:
        node, depth = open_nodes.pop()
        deepest = max(deepest, depth)
        open_nodes.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return deepest

"""Items of lists of acceptance checks: `- [ ] D01: what must hold: `rule`, `rule``."""

from __future__ import annotations

import re

from persistlint.extract.contract.placed import Placed
from persistlint.facts.contract import AcceptanceCheck

_BOX = re.compile(r"\[[ xX]\]\s+")
_LABEL = re.compile(r"[`*_]*([A-Z][A-Za-z0-9-]*\d)[`*_]*\s*:\s*")
_RULES = re.compile(r":\s*(`[^`\n]*`(?:(?:[\s,;&]|\b(?:and|or)\b)*`[^`\n]*`)*)[\s,;.]*$")
_NAME = re.compile(r"`([^`\n]*)`")


def acceptance_check(item: Placed, unit: str | None) -> AcceptanceCheck | None:
    """The check that an item of such a list is; None for an item without box, label and rules, which is prose."""
    text = item.text
    box = _BOX.match(text)
    start = box.end() if box else 0
    label = _LABEL.match(text, start)
    rules = _RULES.search(text, label.end(1) if label else start)
    if box is None and label is None and rules is None:
        return None
    begin = label.end() if label else start
    end = rules.start() if rules else len(text)
    names = [item.name(*match.span(1)) for match in _NAME.finditer(text, *rules.span(1))] if rules else []
    return AcceptanceCheck(
        text=" ".join(text[begin : max(begin, end)].split()),
        span=item.whole,
        label=label[1] if label else None,
        rules=tuple(names),
        unit=unit,
    )

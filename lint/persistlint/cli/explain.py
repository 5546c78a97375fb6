"""`persistlint explain`: a rule's page."""

from __future__ import annotations

from persistlint import registry
from persistlint.cli import output


def explain(rule: str) -> int:
    """Show a rule's page, rendered on a terminal and as it is in a pipe."""
    page = registry.load().get(rule).page.read_text(encoding="utf-8")
    output.write(_rendered(page) if output.wants_color() else page)
    return 0


def _rendered(page: str) -> str:
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(force_terminal=True)
    with console.capture() as capture:
        console.print(Markdown(page))
    return capture.get()

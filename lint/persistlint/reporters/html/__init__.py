"""The report as one HTML page that needs nothing else: no network, no script, no other file."""

from __future__ import annotations

from persistlint.reporters.html.page import to_html

__all__ = ["to_html"]

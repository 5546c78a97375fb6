"""Builds the documentation as a site of plain HTML files: `python docs/build.py [FOLDER]`, by default `site`.

The guides are the Markdown files beside this one. Settings, commands and rules are written from the program itself:
`<!-- settings -->`, `<!-- commands -->` and `<!-- rules: FAMILY … -->` stand for their tables.
A link that leads nowhere ends the build.
"""

from __future__ import annotations

import html
import posixpath
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from markdown_it import MarkdownIt

from persistlint import registry
from persistlint.cli import app
from persistlint.registry import LoadedRule, RuleSet
from persistlint.reporters.html.style import STYLE
from persistlint.settings import described

HERE = Path(__file__).parent
GUIDES = ("index", "contracts", "upgrades", "transactions", "ci", "writing-a-rule")
PARSER = MarkdownIt("commonmark").enable("table")


def sources(rules: RuleSet) -> Mapping[str, str]:
    """Every page as Markdown, by its path in the site without a suffix."""
    pages = {name: (HERE / f"{name}.md").read_text(encoding="utf-8") for name in GUIDES}
    pages["settings"] = "# Settings\n\n" + SETTINGS
    pages["commands"] = "# Commands\n\n<!-- commands -->\n"
    pages["rules/index"] = f"# Rules\n\n<!-- rules: {' '.join(rules.families)} -->\n"
    pages |= {f"rules/{rule.name}": _rule_page(rule) for rule in rules}
    return {path: _filled(path, text, rules) for path, text in pages.items()}


SETTINGS = """In `[tool.persistlint]` of `pyproject.toml`, or at the top of `persistlint.toml`, of the project's root.
`persistlint config` shows what is in force, and where each value comes from.

<!-- settings -->
"""


def _rule_page(rule: LoadedRule) -> str:
    title, _, rest = rule.page.read_text(encoding="utf-8").partition("\n")
    state = rule.severity.value if rule.on_by_default else f"{rule.severity.value}, off by default"
    needs = "; needs a contract" if rule.needs_contract else ""
    return f"{title}\n\n*{rule.family}: {state}{needs}; since {rule.since}*\n{rest}"


def _filled(path: str, text: str, rules: RuleSet) -> str:
    up = posixpath.relpath("rules", posixpath.dirname(path) or ".")

    def table(found: re.Match[str]) -> str:
        families = found[1].split()
        rows = [
            f"| [`{rule.name}`]({up}/{rule.name}.md) | {rule.severity.value} | {rule.summary} |"
            for rule in rules
            if rule.family in families
        ]
        return "\n".join(["| rule | severity | what it reports |", "|---|---|---|", *rows])

    text = re.sub(r"<!-- rules: ([a-z -]+) -->", table, text)
    text = text.replace("<!-- settings -->", settings_table())
    return text.replace("<!-- commands -->", _commands()) if "<!-- commands -->" in text else text


def settings_table() -> str:
    """All settings, from their declaration."""
    rows = [f"| `{one.name}` | {one.told} | {one.default} |" for one in described()]
    return "\n".join(["| key | value | default |", "|---|---|---|", *rows])


def _commands() -> str:
    parts: list[str] = []
    for name in app.commands():
        done = subprocess.run(
            [sys.executable, "-m", "persistlint", name, "--help"], capture_output=True, text=True, check=True
        )
        parts.append(f"## persistlint {name}\n\n```text\n{done.stdout.strip()}\n```\n")
    return "\n".join(parts)


def rendered(path: str, text: str, titles: Mapping[str, str]) -> str:
    """One page: its links lead to `.html`, its headings have anchors."""
    body = re.sub(r'(<a href="(?![a-z]+:)[^"#]*)\.md(["#])', r"\1.html\2", PARSER.render(text))
    body = re.sub(r"<h([2-4])>(.*?)</h\1>", lambda m: f'<h{m[1]} id="{anchor(m[2])}">{m[2]}</h{m[1]}>', body)
    up = posixpath.relpath(".", posixpath.dirname(path) or ".")
    links = "".join(f'<li><a href="{up}/{one}.html">{html.escape(title)}</a></li>' for one, title in titles.items())
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title_of(text))}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<nav><ul>{links}</ul></nav>\n<main>{body}</main>\n</body>\n</html>\n"
    )


def anchor(heading: str) -> str:
    """The name of a heading, as GitHub makes it."""
    words = html.unescape(re.sub(r"<[^>]+>", "", heading)).lower()
    return re.sub(r"[^\w -]", "", words).strip().replace(" ", "-")


def title_of(text: str) -> str:
    """The first heading of a page."""
    return text.partition("\n")[0].lstrip("# ").strip()


def broken_links(pages: Mapping[str, str]) -> Iterator[str]:
    """Links of rendered pages that lead to no page or to no heading. Addresses of other sites are not asked for."""
    ids = {path: set(re.findall(r'id="([^"]+)"', page)) for path, page in pages.items()}
    for path, page in pages.items():
        for link in re.findall(r'href="([^"]+)"', page):
            if re.match(r"[a-z]+:", link):
                continue
            target, _, fragment = link.partition("#")
            whole = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else f"{path}.html"
            name = whole.removesuffix(".html")
            if name not in pages or not whole.endswith(".html") or (fragment and fragment not in ids[name]):
                yield f"{path}: {link}"


def build() -> Mapping[str, str]:
    """Every page as HTML, by its path without a suffix."""
    texts = sources(registry.assemble(registry.load_pack(registry.BUILT_IN)))
    titles = {path: title_of(text) for path, text in texts.items() if not re.match(r"rules/(?!index)", path)}
    return {path: rendered(path, text, titles) for path, text in texts.items()}


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "site")
    pages = build()
    broken = list(broken_links(pages))
    if broken:
        raise SystemExit("\n".join(["links that lead nowhere:", *broken]))
    for path, page in pages.items():
        file = folder / f"{path}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page, encoding="utf-8")
    print(f"{len(pages)} pages written to {folder}")


if __name__ == "__main__":
    main()

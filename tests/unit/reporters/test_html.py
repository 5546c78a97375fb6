"""The HTML report is one page that loads nothing, says everything in words too, and takes any name for text."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persistlint import registry
from persistlint.acceptance import Acceptance, Outcome, Status
from persistlint.engine import Request
from persistlint.facts.contract import AcceptanceCheck
from persistlint.facts.schema import ColumnFact, ForeignKeyFact, TableFact, Unresolved
from persistlint.facts.upgrades import Difference, FailedStep, StoreUpgrade, UpgradeStart
from persistlint.overview import Overview, Store, UnitStatus, overview
from persistlint.report import Report, Suppressed, diagnose
from persistlint.reporters.html import to_html
from persistlint.reporters.html.diagram import diagram
from persistlint.rule import Finding, Label, Severity
from persistlint.settings import load
from persistlint.source import Span

ROOT = Path(__file__).parents[3]
RULES = registry.assemble(registry.load_pack(registry.BUILT_IN))
VOID = frozenset({"meta", "br", "wbr"})
TAGS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "p",
        "ul",
        "li",
        "b",
        "nav",
        "a",
        "main",
        "section",
        "footer",
        "details",
        "summary",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "code",
        "pre",
        "span",
        "div",
        "article",
        "svg",
        "desc",
        "defs",
        "marker",
        "path",
        "g",
        "rect",
        "text",
        "br",
        "wbr",
    ]
)


class Checked(HTMLParser):
    """Demands that every element is known and closed, and collects what a browser would fetch or run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.outside: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
            if name in ("src", "srcset", "action", "data") or name.startswith("on") or "url(" in (value or ""):
                self.outside.append(f"{name}={value}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)


@pytest.fixture(scope="module", params=["feature_board", "legacy_board"])
def example(request: pytest.FixtureRequest) -> Overview:
    root = ROOT / "examples" / str(request.param)
    return overview(Request(root, [root], load(root), jobs=1, use_cache=False), RULES)


class TestExamples:
    def test_the_page_is_whole_and_loads_nothing(self, example: Overview) -> None:
        page = to_html(example)
        checked = Checked(page)

        assert [one for one in checked.outside if not one.startswith("marker-end=url(#m")] == []
        assert all(link.startswith("#") and link[1:] in checked.ids for link in checked.links)
        assert len(set(checked.ids)) == len(checked.ids)
        assert re.findall(r"https?://[^\"' ]+", page) == ["http://www.w3.org/2000/svg"] * page.count("<svg ")
        assert "default-src 'none'" in page
        assert "<script" not in page

    def test_it_is_the_same_twice(self, example: Overview) -> None:
        assert to_html(example) == to_html(example)

    def test_every_part_that_there_is_shows(self, example: Overview) -> None:
        text = " ".join(Checked(to_html(example)).text)

        for unit in example.units:
            assert unit.id in text
        for one in example.report.diagnostics:
            assert one.rule in text
        for store in example.stores:
            assert store.name in text
            assert all(table.name in text for table in store.tables)
        assert ("Acceptance" in text) is (example.acceptance is not None)

    def test_no_verdict_is_told_by_a_colour_alone(self, example: Overview) -> None:
        page = to_html(example)

        for classes, inner in re.findall(r'<span class="sign ([a-z-]+)">(.*?)</span>', page):
            assert re.search(r"[✓✗?✖▲●]", inner), (classes, inner)


def test_the_sides_show_what_an_upgraded_database_has_otherwise() -> None:
    root = ROOT / "examples" / "legacy_board"
    page = to_html(overview(Request(root, [root], load(root), jobs=1, use_cache=False), RULES))
    rows = re.findall(r'<tr class="differs">(.*?)</tr>', page)
    cells = {tuple(re.sub("<[^>]+>", "", cell) for cell in re.findall("<td[^>]*>(.*?)</td>", row)) for row in rows}

    assert ("≠ tags", "JSON NOT NULL", "TEXT NULL") in cells
    assert ("≠ index owner", "owner", "not there") in cells


def table(name: str, *columns: str, keys: dict[str, str] | None = None) -> TableFact:
    at = Span("models.py", 1, 1)
    return TableFact(
        name,
        "declarative",
        at,
        tuple(ColumnFact(one, "INTEGER", True, at, primary_key=one == "id") for one in ("id", *columns)),
        ("id",),
        tuple(ForeignKeyFact((column,), parent, ("id",), at) for column, parent in (keys or {}).items()),
    )


class TestDiagram:
    def parse(self, *tables: TableFact) -> ET.Element:
        return ET.fromstring(diagram("shop", tables, 0))

    def boxes(self, svg: ET.Element) -> dict[str, tuple[float, float, float, float]]:
        found: dict[str, tuple[float, float, float, float]] = {}
        for group in svg.iter("{http://www.w3.org/2000/svg}g"):
            rect = group.find("{http://www.w3.org/2000/svg}rect")
            title = group.find("{http://www.w3.org/2000/svg}title")
            assert rect is not None
            assert title is not None
            x, y, width, height = (float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
            found[(title.text or "").partition(":")[0]] = (x, y, width, height)
        return found

    def edges(self, svg: ET.Element) -> list[str]:
        paths = svg.findall("{http://www.w3.org/2000/svg}path")
        return [path.findtext("{http://www.w3.org/2000/svg}title") or "" for path in paths]

    def test_a_parent_stands_left_of_its_children(self) -> None:
        svg = self.parse(
            table("line", "order_id", keys={"order_id": "orders"}),
            table("orders", "u", keys={"u": "users"}),
            table("users"),
        )
        boxes = self.boxes(svg)

        assert boxes["users"][0] < boxes["orders"][0] < boxes["line"][0]
        assert sorted(self.edges(svg)) == ["line(order_id) → orders(id)", "orders(u) → users(id)"]

    def test_circles_and_keys_to_oneself_or_to_elsewhere_do_no_harm(self) -> None:
        svg = self.parse(
            table("a", "b", keys={"b": "b"}), table("b", "a", keys={"a": "a"}),
            table("tree", "up", keys={"up": "tree"}), table("lost", "x", keys={"x": "nowhere"}),
        )  # fmt: skip

        assert len(self.boxes(svg)) == 4
        assert len(self.edges(svg)) == 3

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20), st.integers(1, 12))
    def test_no_two_tables_overlap_and_all_are_inside(self, keys: list[tuple[int, int]], number: int) -> None:
        own: dict[int, dict[str, str]] = {one: {} for one in range(number)}
        for child, parent in keys:
            own[child % number][f"c{parent % number}"] = f"t{parent % number}"
        svg = self.parse(*(table(f"t{one}", *own[one], keys=own[one]) for one in own))
        boxes = list(self.boxes(svg).values())

        width, height = float(svg.get("width", "")), float(svg.get("height", ""))
        assert len(boxes) == number
        for index, (x, y, w, h) in enumerate(boxes):
            assert 0 <= x <= width - w
            assert 0 <= y <= height - h
            for other_x, other_y, other_w, other_h in boxes[:index]:
                assert x >= other_x + other_w or other_x >= x + w or y >= other_y + other_h or other_y >= y + h


NASTY = st.sampled_from(
    ["<script>alert(1)</script>", "</style>", "</svg>", "<!--", "]]>", "&amp;", '"', "'", "`", "``", "\x1b[31m", "\u202e",
     "\x00", "\ud800", "\n", "onload=x", "javascript:x", "https://x.example", "url(x)", "é"]
)  # fmt: skip
TEXT = st.lists(st.one_of(NASTY, st.text(max_size=3)), min_size=1, max_size=4).map("".join)


@st.composite
def overviews(draw: st.DrawFn) -> Overview:
    name, path, message = draw(TEXT), draw(TEXT), draw(TEXT)
    at = Span(path, 1, 1)
    finding = Finding(message, at, (Label(at, draw(TEXT)),), draw(TEXT), data={"table": name, "store": name})
    diagnostics = diagnose([("unknown-table", Severity.ERROR, finding)])
    report = Report(
        Path("/x"), diagnostics, (Suppressed(diagnostics[0], "ignore", draw(TEXT)),), (Unresolved(draw(TEXT), at),),
        files=1, rules=tuple(RULES), source={path: f"{message}\n"}.get,
    )  # fmt: skip
    check = AcceptanceCheck(draw(TEXT), at, label="D01")
    acceptance = Acceptance((Outcome(check, Status.FAIL, diagnostics, draw(TEXT)),), None, report)
    column = ColumnFact(name, draw(TEXT), False, at, server_default=draw(TEXT))
    own = TableFact(name, "ddl", at, (column,), (name,), (ForeignKeyFact((name,), name, (name,), at, draw(TEXT)),))
    start = UpgradeStart(
        draw(TEXT),
        (FailedStep(at, None, draw(TEXT), draw(TEXT), seeded=True),),
        (Difference(name, "type", "changed", name, draw(TEXT), draw(TEXT), at),
         Difference(name, draw(TEXT), "missing", draw(TEXT), draw(TEXT), None, at)),
    )  # fmt: skip
    return Overview(
        name, report, acceptance, (UnitStatus("D01", draw(TEXT), True, False, Status.FAIL, (0,)),),
        (Store(name, (own,)),), (StoreUpgrade(draw(TEXT), (), (start,)),), (own,),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(overviews())
def test_names_from_linted_code_are_text(one: Overview) -> None:
    page = to_html(one)
    checked = Checked(page)

    assert all(char.isprintable() or char == "\n" for char in page)
    assert [found for found in checked.outside if not found.startswith("marker-end=url(#m")] == []
    page.encode()


@pytest.mark.browser
class TestBrowser:
    """In a real browser: nothing is wider than a phone, nothing is fetched, nothing runs."""

    @pytest.fixture
    def shown(self, example: Overview, tmp_path: Path) -> Path:
        # The page forbids scripts; one that measures is let in for this test alone.
        measure = (
            "<script>addEventListener('load', () => {document.documentElement.dataset.measured = "
            "[document.documentElement.scrollWidth, innerWidth, performance.getEntriesByType('resource').length, "
            "document.querySelectorAll('details').length].join()})</script></body>"
        )
        page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", to_html(example))
        file = tmp_path / "page.html"
        file.write_text(page.replace("</body>", measure))
        return file

    @pytest.mark.parametrize("width", [390, 1280])
    def test_the_page_fits_its_window(self, shown: Path, width: int) -> None:
        browser = shutil.which("chromium") or shutil.which("google-chrome")
        assert browser is not None, "no Chromium is installed"
        done = subprocess.run(
            [browser, "--headless=new", "--no-sandbox", "--disable-gpu", f"--window-size={width},900", "--dump-dom", shown.as_uri()],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        measured = re.search(r'data-measured="([\d,]+)"', done.stdout)

        assert measured is not None
        scroll, inner, resources, folds = (int(part) for part in measured[1].split(","))
        assert scroll <= max(inner, width)
        assert resources == 0
        assert folds > 0

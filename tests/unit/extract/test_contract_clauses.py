"""`toml contract` fences to clauses, with the place of every key and of every problem."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from textwrap import dedent, indent
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persistlint.extract.contract import extract_contract
from persistlint.extract.contract.keys import key_places
from persistlint.extract.sql import parse
from persistlint.facts.clauses import DefaultClause, DocumentClause, UpgradeClause
from persistlint.facts.contract import ContractFacts, Role
from persistlint.source import Span

STORE = """\
[[store]]
name = "main"   # the only one
tables = [
  "users",
  "orders",
]
engine = "shop.db:create"
begin = "immediate"
busy_timeout_ms = 30_000
journal_mode = { local = "wal", network = 'DELETE' }
foreign_keys = true
dispose = "shop.db:Doors.close"
"""


def clauses(toml: str) -> ContractFacts:
    text = f"```toml contract\n{dedent(toml)}```\n"
    return extract_contract("c.md", text, frozenset({Role.CONTRACTS}), parse)


def told(toml: str) -> list[tuple[int, int, str]]:
    return [(one.span.line - 1, one.span.column, one.message) for one in clauses(toml).problems]


class TestStore:
    def test_has_every_key_read_and_placed(self) -> None:
        [store] = clauses(STORE).stores

        assert (store.name, store.tables, store.engine) == ("main", ("users", "orders"), "shop.db:create")
        assert (store.begin, store.busy_timeout_ms, store.foreign_keys) == ("IMMEDIATE", 30000, True)
        assert (store.journal_local, store.journal_network) == ("WAL", "DELETE")
        assert store.dispose == "shop.db:Doors.close"
        assert store.span == Span("c.md", 2, 1, 2, 10)
        assert store.at("name") == Span("c.md", 3, 1, 3, 14)
        assert store.at("tables") == Span("c.md", 4, 1, 7, 2)
        assert store.at("journal_mode.network") == Span("c.md", 11, 33, 11, 51)
        assert store.at("backup") == store.span

    def test_promises_nothing_by_a_key_that_it_lacks(self) -> None:
        [store] = clauses('[[store]]\nname = "main"\n').stores

        assert (store.tables, store.begin, store.foreign_keys, store.journal_local) == (None, None, None, None)

    @pytest.mark.parametrize(
        ("said", "modes"),
        [
            ('journal_mode = "wal"', ("WAL", "WAL")),
            ('journal_mode.network = "delete"', (None, "DELETE")),
            ('[store.journal_mode]\nlocal = "off"', ("OFF", None)),
        ],
    )
    def test_says_its_journal_mode_in_three_ways(self, said: str, modes: tuple[str | None, str | None]) -> None:
        [store] = clauses(f'[[store]]\nname = "main"\n{said}\n').stores

        assert (store.journal_local, store.journal_network) == modes


def test_the_other_clauses_have_their_keys() -> None:
    facts = clauses(
        """\
        [[upgrade]]
        table = "users"
        column = "name"
        by = "shop.upgrades:add_name"

        [[document]]
        path = "users.json"
        table = "users"
        import = "shop.documents:load"
        export = "shop.documents:save"
        backup = "users.json.{timestamp}"
        when_not_empty = "Skip"
        """
    )
    [upgrade], [document] = facts.upgrades, facts.documents

    assert (upgrade.table, upgrade.column, upgrade.by) == ("users", "name", "shop.upgrades:add_name")
    assert isinstance(upgrade, UpgradeClause)
    assert isinstance(document, DocumentClause)
    assert (document.import_by, document.export_by) == ("shop.documents:load", "shop.documents:save")
    assert (document.backup, document.when_not_empty) == ("users.json.{timestamp}", "skip")
    assert document.at("import").line == 10


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ("999", "999"),
        ("1.5", "1.5"),
        ("true", "True"),
        ('"it\'s"', '"it\'s"'),
        ("[1, 'a']", "[1, 'a']"),
        ("{ a = false }", "{'a': False}"),
    ],
)
def test_a_default_is_a_value_as_python_writes_it(value: str, source: str) -> None:
    [default] = clauses(f'[[default]]\ntable = "users"\ncolumn = "name"\nvalue = {value}\n').defaults

    assert default.value == source


def test_a_default_may_be_made_by_a_function() -> None:
    [default] = clauses('[[default]]\ntable = "users"\ncolumn = "at"\nby = "shop.clock:now"\n').defaults

    assert default == DefaultClause(
        "users", "at", default.span, value=None, by="shop.clock:now", keys=default.keys
    )  # fmt: skip


class TestProblems:
    @pytest.mark.parametrize(
        ("toml", "line", "column", "message"),
        [
            ("a = \n", 1, 3, "this TOML cannot be read: Invalid value"),
            ("[[store]]\nname = 'x'\nname = 'y'\n", 3, 10, "Cannot overwrite a value"),
            ("[[store]\n", 1, 8, "this TOML cannot be read"),
            ("\n\nx = '''\n\n", 3, 7, "this TOML cannot be read: Expected \"'''\""),
            (f"a = 1{'0' * 5000}\n", 1, 5005, "this TOML cannot be read"),
            ("\n[[stroe]]\n", 2, 1, "`stroe` is no clause; did you mean `store`?"),
            ("busy_timeout_ms = 1\n", 1, 1, "`busy_timeout_ms` is no clause"),
            ("[store]\nname = 'x'\n", 1, 1, "`store` is no list of tables"),
            ("store = [1]\n", 1, 10, "`store` holds a number"),
            ("[[store]]\n", 1, 1, "this `store` clause has no `name`"),
            (
                "[[store]]\nname = 'x'\n\nbusy_timeout = 1\n",
                4,
                1,
                "unknown key `busy_timeout` of `store`; did you mean",
            ),
            ("[[store]]\nname = 'x'\njournal_mode = {lokal='WAL'}\n", 3, 17, "unknown key `journal_mode.lokal`"),
            ("[[store]]\nname = 'x'\njournal_mode = {local='WALL'}\n", 3, 17, "cannot be `WALL`; did you mean `WAL`?"),
            ("[[store]]\nname = 'x'\njournal_mode = 3\n", 3, 1, "`journal_mode` must be a string, not a number"),
            ("[[store]]\nname = 1\n", 2, 1, "`name` must be a string, not a number"),
            ("[[store]]\nname = ' '\n", 2, 1, "`name` must not be empty"),
            ("[[store]]\nname='x'\nbegin = 'NOW'\n", 3, 1, "`begin` cannot be `NOW`; there are `DEFERRED`"),
            ("[[store]]\nname='x'\ntables = 'users'\n", 3, 1, "must be a list of strings, not a string"),
            ("[[store]]\nname='x'\ntables = ['a', 1]\n", 3, 1, "must be a list of strings, and holds a number"),
            ("[[store]]\nname='x'\nforeign_keys = 'on'\n", 3, 1, "must be true or false, not a string"),
            ("[[store]]\nname='x'\nbusy_timeout_ms = true\n", 3, 1, "milliseconds, not true or false"),
            ("[[store]]\nname='x'\nbusy_timeout_ms = -1\n", 3, 1, "must not be negative"),
            ("[[store]]\nname='x'\nengine = 'shop.db.create'\n", 3, 1, "as `package.module:function`"),
            ("[[upgrade]]\ntable = 't'\n", 1, 1, "this `upgrade` clause has no `by`"),
            ("[[document]]\npath='p'\ntable='t'\nwhen_not_empty=1979-05-27\n", 4, 1, "not a date or time"),
            ("[[default]]\ntable='t'\ncolumn='c'\n", 1, 1, "neither `value` nor `by`"),
            ("[[default]]\ntable='t'\ncolumn='c'\nvalue=1\nby='a:b'\n", 1, 1, "both `value` and `by`"),
            ("[[default]]\ntable='t'\ncolumn='c'\nvalue=[1979-05-27]\n", 4, 1, "`value` must be a number, a string"),
        ],
    )
    def test_stand_at_their_own_line(self, toml: str, line: int, column: int, message: str) -> None:
        [problem] = told(toml)

        assert problem[:2] == (line, column)
        assert message in problem[2]

    def test_of_several_lines_are_all_told(self) -> None:
        assert [problem[0] for problem in told("[[store]]\nnaem = 'x'\nbegin = 1\n[[upgrade]]\nby = 2\n")] == [
            2,
            3,
            1,
            5,
            4,
        ]

    def test_drop_their_own_clause_only(self) -> None:
        facts = clauses("[[store]]\nname = 1\n[[store]]\nname = 'good'\n")

        assert [store.name for store in facts.stores] == ["good"]

    @pytest.mark.parametrize("opening", ["[", "{a="])
    def test_endless_nesting_is_one(self, opening: str) -> None:
        [problem] = told(f"a = {opening * 5000}\n")

        assert problem[0] == 1


KEYS = st.sampled_from(["a", "b", "c-d", "e_1", '"f g"', "'h'"])
SCALARS = st.sampled_from(
    ["1", "-2.5", "true", '"x # y"', "'z'", '"""a\nb = 1\n"""', "'''\n]]'''", '"\\""', "1979-05-27T07:32:00Z", '""']
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[\n " + ", # c\n".join(items) + "\n]"),
        st.dictionaries(KEYS, SCALARS.filter(lambda text: "\n" not in text), max_size=3).map(
            lambda table: "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"
        ),
    ),
    max_leaves=6,
)
HEADERS = st.sampled_from(["[[s]]", "[[ s ]]", "[[s.t]]", "# comment\n[[u]]", ""])


@given(st.lists(st.tuples(HEADERS, st.dictionaries(KEYS, VALUES, max_size=4)), max_size=4))
def test_every_key_of_a_text_is_found_where_it_stands(tables: list[tuple[str, dict[str, str]]]) -> None:
    text = "".join(
        f"{header}\n" + "".join(f"{key}\t= {value} # end\n\n" for key, value in table.items())
        for header, table in tables
    )
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    places = key_places(text)

    for path in leaves(document, ()):
        start, end = places[path]
        assert isinstance(path[-1], int) or text[start:end].lstrip("\"'").startswith(path[-1])
        assert text[start:end].strip() == text[start:end] != ""


def leaves(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(cast("list[object]", value)):
            yield from leaves(inner, (*path, number))
    else:
        yield path


def test_keys_of_an_indented_block_have_their_real_columns() -> None:
    text = indent('```toml contract\n[[store]]\nname = "x"\n```\n', "   ")
    facts = extract_contract("c.md", text, frozenset({Role.CONTRACTS}), parse)

    assert [store.at("name") for store in facts.stores] == [Span("c.md", 3, 4, 3, 14)]

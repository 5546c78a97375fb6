"""Promises about connections, broken in the code that opens the stores and in the clauses about them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .in_contract_sql import CONTRACTS
from .mutant import Edit, Mutant, Text, mutant

SQLITE = "feature_board/sqlite.py"
STORES = {"feature_board/features_store.py": "features", "feature_board/assistant_store.py": "assistant"}
"""The file that configures every engine, and those that open the stores."""


def store_mutants(root: Path) -> Iterator[Mutant]:
    """Every promise of a store's connections, broken in each way that there is."""
    sqlite = Text(root, SQLITE)
    yield from _of_hooks(sqlite)
    yield from _of_waiting(sqlite)
    yield from _of_keys(sqlite)
    yield from _of_journal(sqlite)
    yield from _of_removals(Text(root, "feature_board/projects.py"))
    contracts = Text(root, CONTRACTS)
    for path, store in STORES.items():
        text = Text(root, path)
        yield from _of_cache(text, store)
        yield from _of_doors(Text(root, "feature_board/projects.py"), path, store)
        yield _of_no_timeout(text, sqlite, store)
        yield from _of_clause(contracts, store)


def _of_hooks(text: Text) -> Iterator[Mutant]:
    off = text.find("        connection.isolation_level = None")
    yield mutant("keep the driver's transactions", text.drop(off), "half-configured-begin-hook")
    for level in ('""', '"DEFERRED"'):
        kept = text.replace(off, "= None  #", f"= {level}  #")
        yield mutant(f"set the driver's level to {level}", kept, "half-configured-begin-hook")
    begin = text.find('    @event.listens_for(engine, "begin")')
    yield mutant("drop the begin hook", text.drop(begin, begin + 2), "half-configured-begin-hook")
    statement = text.find("        connection.exec_driver_sql(", begin)
    for mode in ("BEGIN", "BEGIN DEFERRED", "begin transaction"):
        edit = text.replace(statement, "BEGIN IMMEDIATE", mode)
        # What the mode protected is lost with it: a transaction of the example reads and then writes.
        yield mutant(f"begin with {mode}", edit, "begin-mode-drift", "deferred-read-then-write")
    exclusive = text.replace(statement, "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE")
    yield mutant("begin with BEGIN EXCLUSIVE", exclusive, "begin-mode-drift")
    yield mutant("begin with begin immediate", text.replace(statement, "BEGIN IMMEDIATE", "begin immediate"))
    both = [text.drop(off), text.drop(begin, begin + 2)]
    yield mutant("drop both hooks", both, "begin-mode-drift")
    late = text.insert(statement + 1, '        connection.exec_driver_sql("PRAGMA foreign_keys=ON")')
    moved = [text.drop(text.find('            cursor.execute("PRAGMA foreign_keys')), late]
    yield mutant("check keys behind BEGIN", moved, "pragma-in-transaction")
    more = text.insert(statement + 1, '        connection.exec_driver_sql("PRAGMA synchronous=NORMAL")')
    yield mutant("synchronous behind BEGIN", more, "pragma-in-transaction")
    edits = [text.drop(begin), text.insert(statement + 1, "", '    event.listen(engine, "begin", on_begin)')]
    yield mutant("register the begin hook by a call", edits)


def _of_waiting(text: Text) -> Iterator[Mutant]:
    pragma = text.find('            cursor.execute("PRAGMA busy_timeout=30000")')
    for value in ("3000", "29999", "60000", "30"):
        edit = text.replace(pragma, "30000", value)
        yield mutant(f"wait {value} ms", edit, "busy-timeout-drift")
    yield mutant("wait 0 ms", text.replace(pragma, "30000", "0"), "missing-busy-timeout")
    constant = text.find("BUSY_TIMEOUT_SECONDS = 30")
    for value in ("5", "10", "60"):
        edit = text.replace(constant, "= 30", f"= {value}")
        yield mutant(f"give the driver {value} s", edit, "busy-timeout-drift")
    yield mutant("leave the timeout to the driver", text.drop(pragma))
    lowered = [text.drop(pragma), text.replace(constant, "= 30", "= 10")]
    yield mutant("leave a lower timeout to the driver", lowered, "busy-timeout-drift")
    none = [text.drop(pragma), text.replace(constant, "= 30", "= 0")]
    yield mutant("leave no timeout to the driver", none, "missing-busy-timeout")
    yield mutant("write the timeout with blanks", text.replace(pragma, "busy_timeout=30000", "busy_timeout = 30000"))


def _of_no_timeout(text: Text, sqlite: Text, store: str) -> Mutant:
    making = text.find("    engine = create_engine(")
    given = text.replace(making, ', connect_args={"timeout": BUSY_TIMEOUT_SECONDS}', "")
    pragma = sqlite.drop(sqlite.find('            cursor.execute("PRAGMA busy_timeout=30000")'))
    # The other store has its driver's timeout still.
    return mutant(f"give {store} no timeout at all", (given, pragma), "missing-busy-timeout")


def _of_keys(text: Text) -> Iterator[Mutant]:
    pragma = text.find('            cursor.execute("PRAGMA foreign_keys=ON")')
    yield mutant("never check keys", text.drop(pragma), "foreign-keys-off")
    for value in ("OFF", "0", "false"):
        yield mutant(f"set keys {value}", text.replace(pragma, "=ON", f"={value}"), "foreign-keys-off")
    for value in ("1", "on", "TRUE"):
        yield mutant(f"set keys {value}", text.replace(pragma, "=ON", f"={value}"))
    mode = text.find("        answer = cursor.fetchone()")
    once = text.insert(mode + 1, '        cursor.execute("PRAGMA foreign_keys=ON")')
    yield mutant("check keys on one connection", [text.drop(pragma), once], "pragma-on-one-connection")


def _of_journal(text: Text) -> Iterator[Mutant]:
    line = text.find('                cursor.execute("PRAGMA journal_mode=DELETE" if network')
    choice = '"PRAGMA journal_mode=DELETE" if network else "PRAGMA journal_mode=WAL"'
    always = {
        '"PRAGMA journal_mode=WAL"': "wal-on-network-path",
        '"PRAGMA journal_mode=DELETE"': "journal-mode-drift",
        '"PRAGMA journal_mode=TRUNCATE" if network else "PRAGMA journal_mode=WAL"': "journal-mode-drift",
        '"PRAGMA journal_mode=DELETE" if network else "PRAGMA journal_mode=PERSIST"': "journal-mode-drift",
        '"PRAGMA journal_mode=WAL" if network else "PRAGMA journal_mode=WAL"': "wal-on-network-path",
    }
    for written, owner in always.items():
        yield mutant(f"ask for {written}", text.replace(line, choice, written), owner)
    swapped = '"PRAGMA journal_mode=DELETE" if not network else "PRAGMA journal_mode=WAL"'
    owners = ("wal-on-network-path", "journal-mode-drift")
    yield mutant("ask the wrong way round", text.replace(line, choice, swapped), *owners)
    other = '"PRAGMA journal_mode=WAL" if not network else "PRAGMA journal_mode=DELETE"'
    yield mutant("ask the other way round", text.replace(line, choice, other))
    built = "f\"PRAGMA journal_mode={'DELETE' if network else 'WAL'}\""
    yield mutant("put the question together", text.replace(line, choice, built))
    yield mutant("never ask", text.drop(text.find("    _set_journal_mode(engine, database)")), "journal-mode-drift")
    answer = text.find("        answer = cursor.fetchone()")
    yield mutant("do not read the answer", text.drop(answer, answer + 2), "unchecked-pragma-result")
    hook = text.find('        connection.exec_driver_sql("BEGIN IMMEDIATE")')
    asked = (
        "",
        "    with engine.connect() as other:",
        '        other.exec_driver_sql("PRAGMA journal_mode=WAL").fetchone()',
    )
    yield mutant("ask behind the begin hook", text.insert(hook + 1, *asked), "pragma-in-transaction")
    checkpoint = (
        "",
        "",
        "def checkpoint(engine: Engine) -> None:",
        '    """Empty the WAL."""',
        "    with engine.connect() as connection:",
        '        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()',
    )
    used = text.insert(hook + 1, "    checkpoint(engine)", *checkpoint)
    yield mutant("checkpoint in a transaction", used, "pragma-in-transaction")
    raw = (
        "",
        "    with closing(engine.raw_connection()) as other:",
        '        other.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")',
    )
    yield mutant("checkpoint unseen", text.insert(hook + 1, *raw), "unchecked-pragma-result")


def _of_cache(text: Text, store: str) -> Iterator[Mutant]:
    get = text.find("def get_store(")
    lock = text.find("    with _stores_lock:", get)
    opened = tuple(text.line(number).removeprefix("    ") for number in range(lock + 1, lock + 5))
    bare = Edit(text.path, lock, lock + 4, opened)
    yield mutant(f"drop the lock of {store}", bare, "unlocked-engine-cache")
    other = text.replace(lock, "_stores_lock", "_other_context()")
    yield mutant(f"hold something else for {store}", other, "unlocked-engine-cache")
    early = (
        "database = database_path(key)",
        'options = {"timeout": BUSY_TIMEOUT_SECONDS}',
        "engine = create_engine(sqlite_url(database), connect_args=options)",
        "store = _stores[key] = Store(engine, sessionmaker(engine, expire_on_commit=False))",
        "configure(engine, database)",
        "Base.metadata.create_all(engine)",
    )
    owners = ("engine-published-before-ready", "second-door")
    yield mutant(f"publish {store} early", _looked_for_twice(text, lock, *early), *owners)
    twice = _looked_for_twice(text, lock, "store = _stores[key] = create_database(key)")
    yield mutant(f"look for {store} twice", twice)
    pop = text.find("        store = _stores.pop(project.resolve(), None)")
    left = text.replace(pop, "_stores.pop(project.resolve(), None)", "_stores.get(project.resolve())")
    yield mutant(f"leave {store} in its cache", left, "disposed-engine-still-cached")


def _looked_for_twice(text: Text, lock: int, *making: str) -> Edit:
    """The function that gives a store, with a first look outside of its lock."""
    looked = (
        "    store = _stores.get(key)",
        "    if store is None:",
        "        with _stores_lock:",
        "            store = _stores.get(key)",
        "            if store is None:",
        *(f"                {line}" for line in making),
        "    return store",
    )
    return Edit(text.path, lock, lock + 4, looked)


def _of_removals(text: Text) -> Iterator[Mutant]:
    """Both databases of a project are closed before their files go, or the folder above them."""
    close = text.find("    features_store.dispose_engine(project)")
    for number, store in ((close, "features"), (close + 1, "assistant")):
        yield mutant(f"delete {store} under its engine", text.drop(number), "delete-before-dispose")
    deleted = text.find("    close_project(project)")
    unlink = text.find("            Path(f", deleted)
    after = text.insert(unlink + 1, "    close_project(project)")
    yield mutant("delete the files first", [text.drop(deleted), after], "delete-before-dispose")
    yield mutant("delete the files and close nothing", text.drop(deleted), "delete-before-dispose")
    moved = text.find("    close_project(project)", deleted + 1)
    # Nothing but the name of a parameter tells then that it is the folder of a database.
    yield mutant("move the folder and close nothing", text.drop(moved))
    swapped = Edit(text.path, moved, moved + 1, ("    project.rename(target)", "    close_project(project)"))
    yield mutant("move the folder first", swapped, "delete-before-dispose")


def _of_doors(text: Text, path: str, store: str) -> Iterator[Mutant]:
    module = path.removeprefix("feature_board/").removesuffix(".py")
    where = f"{module}.database_path(project)"
    opened = {
        "the driver": ("sqlite3", f"sqlite3.connect({where})"),
        "the driver with the timeout": ("sqlite3", f"sqlite3.connect({where}, timeout=30)"),
        "an engine": ("sqlalchemy", f"sqlalchemy.create_engine(f'sqlite:///{{{where}}}').connect()"),
        "the driver that begins nothing": ("sqlite3", f"sqlite3.connect(str({where}), isolation_level=None)"),
    }
    last = len(text.lines)
    for name, (library, call) in opened.items():
        lines = (
            "",
            "",
            "def count(project: Path) -> int:",
            '    """How many rows there are."""',
            f"    import {library}",
            "    from contextlib import closing",
            "",
            f"    with closing({call}) as connection:",
            "        return connection.total_changes",
        )
        # An engine that is made for one connection and never disposed of breaks a second promise.
        more = ("dispose-not-guaranteed",) if name == "an engine" else ()
        yield mutant(f"open {store} by {name}", text.insert(last + 1, *lines), "second-door", *more)
    late = (
        "",
        "",
        "def count(project: Path) -> int:",
        '    """How many rows there are."""',
        "    import sqlalchemy",
        "",
        f"    engine = sqlalchemy.create_engine(f'sqlite:///{{{where}}}')",
        "    with engine.connect() as connection:",
        "        found = connection.closed",
        "    engine.dispose()",
        "    return found",
    )
    yield mutant(
        f"open {store} by an engine that is disposed last",
        text.insert(last + 1, *late),
        "second-door",
        "dispose-not-guaranteed",
    )
    read = (
        "",
        "",
        "def look(project: Path) -> object:",
        '    """A look that cannot write."""',
        "    import sqlite3",
        "    from contextlib import closing",
        "",
        f"    with closing(sqlite3.connect(f'file:{{{where}}}?mode=ro', uri=True)) as connection:",
        "        return connection.total_changes",
    )
    yield mutant(f"read {store} only", text.insert(last + 1, *read))


def _of_clause(text: Text, store: str) -> Iterator[Mutant]:
    start = text.find(f'name = "{store}"')
    for mode in ("DEFERRED", "EXCLUSIVE"):
        begin = text.find("begin = ", start)
        yield mutant(f"promise {mode} of {store}", text.replace(begin, "IMMEDIATE", mode), "begin-mode-drift")
    timeout = text.find("busy_timeout_ms", start)
    for value in ("5000", "60000"):
        edit = text.replace(timeout, "30000", value)
        yield mutant(f"promise {value} ms of {store}", edit, "busy-timeout-drift")
    journal = text.find("journal_mode", start)
    for where, old, new in (
        ("local", "WAL", "DELETE"),
        ("network", "DELETE", "TRUNCATE"),
        ("network", "DELETE", "WAL"),
    ):
        edit = text.replace(journal, f'{where} = "{old}"', f'{where} = "{new}"')
        yield mutant(f"promise {new} on {where} of {store}", edit, "journal-mode-drift")
    keys = ("begin", "busy_timeout_ms", "journal_mode", "foreign_keys", "engine")
    for key in keys:
        yield mutant(f"promise no {key} of {store}", text.drop(text.find(f"{key} = ", start)))

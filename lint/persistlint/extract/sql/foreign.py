"""Whether a text that SQLite refuses is SQL of another database, rather than a mistake.

sqlglot alone is no judge of that: it reads trailing commas, an UPDATE without SET and much of plain English.
"""

from __future__ import annotations

import re
from itertools import pairwise

from persistlint.extract.sql import glot
from persistlint.extract.sql.kinds import is_block
from persistlint.extract.sql.lexer import NUMBER, QUOTED, WORD, Token
from persistlint.facts.sql import Kind

_DIALECTS = ("postgres", "mysql", "oracle", "tsql", "duckdb")
_HINTS = {
    "mysql": frozenset({"AUTO_INCREMENT", "ENGINE", "DUPLICATE", "MODIFY", "IGNORE", "UNSIGNED", "CHARSET"}),
    "tsql": frozenset(
        {"TOP", "NVARCHAR", "GETDATE", "IDENTITY", "OBJECT_ID", "TRAN", "SP_RENAME", "NOLOCK", "HOLDLOCK"}
    ),
    "oracle": frozenset({"VARCHAR2", "NUMBER", "SYSDATE", "DUAL", "ROWNUM", "NVL", "CLOB"}),
    "bigquery": frozenset({"INT64", "FLOAT64", "ENFORCED"}),
    "snowflake": frozenset({"VARIANT", "TRANSIENT", "QUALIFY"}),
}
_PROCEDURES = {
    "oracle": frozenset({"EXCEPTION", "IMMEDIATE", "RAISE_APPLICATION_ERROR"}),
    "mysql": frozenset({"SIGNAL", "SQLSTATE"}),
    "tsql": frozenset({"NOCOUNT", "RAISERROR", "THROW", "INSERTED"}),
}
"""Words of procedural code, which sqlglot does not read at all."""
_DATA = frozenset({Kind.SELECT, Kind.INSERT, Kind.UPDATE, Kind.DELETE})
_DEFINITIONS = frozenset({Kind.CREATE_TABLE, Kind.CREATE_INDEX, Kind.CREATE_VIEW, Kind.DROP, Kind.ALTER})
_OBJECTS = (
    "TABLE|INDEX|VIEW|MATERIALIZED|FUNCTION|PROCEDURE|TYPE|EXTENSION|SEQUENCE|SCHEMA|DATABASE|ROLE|USER|POLICY|DOMAIN"
    "|TRIGGER|EVENT|AGGREGATE|RULE|SERVER|PUBLICATION|SUBSCRIPTION|COLLATION|OPERATOR|SYNONYM|PACKAGE|LOGIN|SYSTEM"
    "|DEFAULT|TABLESPACE|STATISTICS|CATALOG|FOREIGN|KEYSPACE|LANGUAGE|CAST|MACRO|SECRET|UNIQUE|TEMPORARY|TEMP"
)
_SHOWN = "TABLES|INDEX|INDEXES|COLUMNS|DATABASES|SCHEMAS|CREATE|VARIABLES|STATUS|GRANTS"
_SETTINGS = "SESSION|GLOBAL|LOCAL|NAMES|TRANSACTION|ROLE|NOCOUNT|IDENTITY_INSERT|search_path|statement_timeout"
_SHAPES = re.compile(
    "|".join(
        [
            rf"(?:CREATE|ALTER|DROP) (?:OR REPLACE |OR ALTER |CONSTRAINT |EXTERNAL |VECTOR )?(?:{_OBJECTS}) .",
            r"GRANT .+ TO .|REVOKE .+ FROM .",
            r"(?:LOCK|UNLOCK) TABLES?\b|(?:OPTIMIZE|RENAME) TABLE .|REFRESH MATERIALIZED VIEW .|COMMENT ON .",
            r"COPY \S+ (?:\(.*\) )?(?:FROM|TO) .|COPY \(|LOAD DATA .",
            r"CALL [\w.]+ \(|EXEC(?:UTE)? [\w.@]+|DO (?:\$|LANGUAGE )|USE \S+$|DECLARE [@\w]",
            rf"SHOW (?:FULL |GLOBAL |SESSION )?(?:{_SHOWN})\b|SHOW [a-z_.]+$",
            rf"SET (?:{_SETTINGS})\b|SET [@\w]+(?: ?\. ?\w+)* (?:=|TO) \S+$|RESET \S+$",
            r"""TRUNCATE (?:TABLE )?[\w.`"]+(?: (?:CASCADE|RESTART|RESTRICT)\b.*)?$""",
            r"MERGE INTO .|MERGE \S+ (?:AS )?\w* ?USING .",
            r"""(?:LISTEN|UNLISTEN|NOTIFY|INSTALL|LOAD|DESCRIBE|DESC) [\w.*"]+(?: ,.*)?$|FLUSH \w+$|KILL \d""",
            r"START TRANSACTION\b|(?:BEGIN|COMMIT|ROLLBACK|END) (?:WORK|TRAN|TRANSACTION|ISOLATION|READ)\b",
            r"(?:VACUUM|ANALYZE) (?:\(|FULL\b|VERBOSE\b|TABLE\b)|REINDEX (?:INDEX|TABLE|DATABASE|\()|CLUSTER \w+",
            r"EXPLAIN (?:ANALYZE|VERBOSE|\(|FORMAT\b)|PREPARE \w+ (?:AS|FROM) .|DEALLOCATE .",
            r"IF (?:NOT )?(?:EXISTS \(|OBJECT_ID|COL_LENGTH|@)|BEGIN \w+ .",
        ]
    ),
    re.IGNORECASE | re.DOTALL,
)
"""How statements begin that SQLite does not have, their tokens parted by single spaces."""
_CLOSERS = frozenset({")", "FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "VALUES", "SET", "ON", ","})


def dialect_of(
    text: str, tokens: list[Token], kind: Kind, problem: str, problem_at: int, *, guessed: bool
) -> str | None:
    """The dialect that reads the statement; None for what no database would read, or nobody knows.

    `guessed` says that parts of the text are only guesses, which a slip must not be read into.
    """
    if problem == "incomplete input" or (not guessed and _is_slip(tokens, problem_at)):
        return None
    if kind in _DATA or kind in _DEFINITIONS:
        strict = [dialect for dialect in _ordered(tokens) if glot.accepts(text, dialect)]
        return strict[0] if strict else _opaque(text, tokens, kind)
    return _opaque(text, tokens, kind)


def _opaque(text: str, tokens: list[Token], kind: Kind) -> str | None:
    """For what sqlglot only keeps as a command, its first words must be those of such a statement."""
    base = tokens[0].start
    words = " ".join(text[token.start - base : token.end - base].strip() for token in tokens[:40])
    if kind in (Kind.SELECT, Kind.INSERT, Kind.UPDATE, Kind.DELETE, Kind.CREATE_TABLE, Kind.CREATE_INDEX):
        return None
    if kind == Kind.ALTER and any(token.value in ("ADD", "DROP", "RENAME") for token in tokens[3:8]):
        return None
    if not _SHAPES.match(words):
        return None
    if kind == Kind.CREATE_TRIGGER or is_block(tokens):
        said = {token.value for token in tokens if token.kind == WORD}
        for dialect, marks in _PROCEDURES.items():
            if said & marks:
                return dialect
    filled = text.replace("?", "1")  # what drivers fill in; in a command, sqlglot knows none
    return next((one for one in _ordered(tokens) if glot.accepts(filled, one, commands=True)), None)


def _ordered(tokens: list[Token]) -> tuple[str, ...]:
    """The dialects, the likeliest first."""
    words = {token.value for token in tokens if token.kind == WORD}
    hinted = [dialect for dialect, hints in _HINTS.items() if words & hints]
    return (*hinted, *(dialect for dialect in _DIALECTS if dialect not in hinted))


def _is_slip(tokens: list[Token], problem_at: int) -> bool:
    """A comma with nothing behind it, VALUES without brackets: no database reads that, though sqlglot does."""
    for before, token in pairwise(tokens):
        if token.start == problem_at:
            return (before.value == "," and token.value in _CLOSERS and token.kind != QUOTED) or (
                before.value == "VALUES" and token.kind == NUMBER
            )
    return False

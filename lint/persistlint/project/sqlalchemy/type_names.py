"""What SQLAlchemy's SQLite dialect writes for each type, by name, and which type each Python type stands for.

Read from SQLAlchemy 2.0's SQLiteTypeCompiler (https://docs.sqlalchemy.org/en/20/core/type_basics.html,
https://docs.sqlalchemy.org/en/20/dialects/sqlite.html) and sqlmodel.main.get_sqlalchemy_type.
"""

from __future__ import annotations

PLAIN = {
    "Integer": "INTEGER", "INTEGER": "INTEGER", "INT": "INTEGER", "BigInteger": "BIGINT", "BIGINT": "BIGINT",
    "SmallInteger": "SMALLINT", "SMALLINT": "SMALLINT", "Boolean": "BOOLEAN", "BOOLEAN": "BOOLEAN",
    "BOOL": "BOOLEAN", "DateTime": "DATETIME", "DATETIME": "DATETIME", "Date": "DATE", "DATE": "DATE",
    "Time": "TIME", "TIME": "TIME", "TIMESTAMP": "TIMESTAMP", "Interval": "DATETIME", "Float": "FLOAT",
    "FLOAT": "FLOAT", "REAL": "REAL", "Double": "DOUBLE", "DOUBLE": "DOUBLE", "DOUBLE_PRECISION": "DOUBLE PRECISION",
    "LargeBinary": "BLOB", "Binary": "BLOB", "BLOB": "BLOB", "PickleType": "BLOB", "JSON": "JSON", "CLOB": "CLOB",
    "MatchType": "BOOLEAN", "Tuple": "!TUPLE", "NullType": "NULL", "AutoString": "VARCHAR",
    "UUID": "UUID", "Uuid": "CHAR(32)", "UUIDType": "BINARY(16)", "MutableJson": "JSON", "NestedMutableJson": "JSON",
    "ScalarListType": "TEXT", "URLType": "TEXT", "EmailType": "VARCHAR(255)", "ArrowType": "DATETIME",
    "UtcDateTime": "DATETIME", "JSONType": "TEXT", "Geometry": "geometry", "Geography": "geography",
    "GUID": "CHAR(36)", "TIMESTAMPAware": "TIMESTAMP", "TSVectorType": "!TSVECTOR",
}  # fmt: skip
SIZED = {
    "String": "VARCHAR", "Unicode": "VARCHAR", "VARCHAR": "VARCHAR", "Text": "TEXT", "TEXT": "TEXT",
    "UnicodeText": "TEXT", "CHAR": "CHAR", "NCHAR": "NCHAR", "NVARCHAR": "NVARCHAR", "BINARY": "BINARY",
    "VARBINARY": "VARBINARY", "AutoString": "VARCHAR",
}  # fmt: skip
DECIMAL = {"Numeric": "NUMERIC", "NUMERIC": "NUMERIC", "DECIMAL": "DECIMAL"}
REFUSED = frozenset({
    "ARRAY", "JSONB", "HSTORE", "INET", "CIDR", "MACADDR", "TSVECTOR", "BYTEA", "OID", "MONEY", "BIT", "INTERVAL",
    "CITEXT", "INT4RANGE", "INT8RANGE", "NUMRANGE", "DATERANGE", "TSRANGE", "TSTZRANGE", "LONGTEXT", "MEDIUMTEXT",
    "TINYTEXT", "LONGBLOB", "MEDIUMBLOB", "TINYBLOB", "TINYINT", "MEDIUMINT", "YEAR", "SET", "NTEXT", "DATETIME2",
    "UNIQUEIDENTIFIER", "XML", "Vector",
})  # fmt: skip

# `float` is a Double since SQLAlchemy 2.1, a Float before.
PYTHON = {
    "builtins.int": "Integer", "builtins.str": "String", "builtins.bool": "Boolean", "builtins.float": "Double",
    "builtins.bytes": "LargeBinary", "datetime.datetime": "DateTime", "datetime.date": "Date",
    "datetime.time": "Time", "datetime.timedelta": "Interval", "decimal.Decimal": "Numeric", "uuid.UUID": "Uuid",
}  # fmt: skip
PYTHON_SQLMODEL = {
    **PYTHON, "builtins.str": "AutoString", "builtins.float": "Float", "pathlib.Path": "AutoString",
    "ipaddress.IPv4Address": "AutoString",
    "ipaddress.IPv4Network": "AutoString", "ipaddress.IPv6Address": "AutoString", "pydantic.EmailStr": "AutoString",
    "ipaddress.IPv6Network": "AutoString", "pydantic.UUID4": "Uuid", "pydantic.UUID1": "Uuid", "pydantic.UUID3": "Uuid",
    "pydantic.UUID5": "Uuid", "pydantic.AnyUrl": "AutoString", "pydantic.HttpUrl": "AutoString",
}  # fmt: skip

"""Columns that well-known libraries' mixins bring to the models that inherit them.

Read from the libraries' published sources; a mixin that is not listed makes its table incomplete.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LibraryColumn:
    name: str
    type: str
    nullable: bool = True
    index: bool = False
    unique: bool = False
    default: bool = False
    primary_key: bool = False


_C = LibraryColumn

# https://docs.authlib.org/en/latest/flask/2/ (authlib.integrations.sqla_oauth2)
_AUTHLIB_CLIENT = (
    _C("client_id", "VARCHAR(48)", index=True), _C("client_secret", "VARCHAR(120)"),
    _C("client_id_issued_at", "INTEGER", nullable=False, default=True),
    _C("client_secret_expires_at", "INTEGER", nullable=False, default=True), _C("client_metadata", "TEXT"),
)  # fmt: skip
_AUTHLIB_TOKEN = (
    _C("client_id", "VARCHAR(48)"), _C("token_type", "VARCHAR(40)"),
    _C("access_token", "VARCHAR(255)", nullable=False, unique=True), _C("refresh_token", "VARCHAR(255)", index=True),
    _C("scope", "TEXT", default=True), _C("issued_at", "INTEGER", nullable=False, default=True),
    _C("access_token_revoked_at", "INTEGER", nullable=False, default=True),
    _C("refresh_token_revoked_at", "INTEGER", nullable=False, default=True),
    _C("expires_in", "INTEGER", nullable=False, default=True),
)  # fmt: skip
_AUTHLIB_CODE = (
    _C("code", "VARCHAR(120)", nullable=False, unique=True), _C("client_id", "VARCHAR(48)"),
    _C("redirect_uri", "TEXT", default=True), _C("response_type", "TEXT", default=True),
    _C("scope", "TEXT", default=True), _C("nonce", "TEXT"), _C("auth_time", "INTEGER", nullable=False, default=True),
    _C("acr", "TEXT"), _C("amr", "TEXT"),
    _C("code_challenge", "TEXT"), _C("code_challenge_method", "VARCHAR(48)"),
)  # fmt: skip
# https://flask-dance.readthedocs.io/en/latest/storages.html (flask_dance.consumer.storage.sqla.OAuthConsumerMixin)
_FLASK_DANCE = (
    _C("id", "INTEGER", nullable=False, primary_key=True), _C("provider", "VARCHAR(50)", nullable=False),
    _C("created_at", "DATETIME", nullable=False, default=True), _C("token", "JSON", nullable=False),
)  # fmt: skip
# https://fastapi-users.github.io/fastapi-users/latest/configuration/databases/sqlalchemy/
_FASTAPI_USER = (
    _C("email", "VARCHAR(320)", nullable=False, index=True, unique=True),
    _C("hashed_password", "VARCHAR(1024)", nullable=False), _C("is_active", "BOOLEAN", nullable=False, default=True),
    _C("is_superuser", "BOOLEAN", nullable=False, default=True),
    _C("is_verified", "BOOLEAN", nullable=False, default=True),
)  # fmt: skip
_FASTAPI_ID = (_C("id", "CHAR(36)", nullable=False, primary_key=True, default=True),)
_FASTAPI_TOKEN = (
    _C("token", "VARCHAR(43)", nullable=False, primary_key=True),
    _C("created_at", "DATETIME", nullable=False, index=True, default=True),
)  # fmt: skip
# https://sqlalchemy-utils.readthedocs.io/en/latest/models.html#timestamp
_TIMESTAMP = (
    _C("created", "DATETIME", nullable=False, default=True), _C("updated", "DATETIME", nullable=False, default=True),
)  # fmt: skip

MIXINS: dict[str, tuple[LibraryColumn, ...]] = {
    "OAuth2ClientMixin": _AUTHLIB_CLIENT,
    "OAuth2TokenMixin": _AUTHLIB_TOKEN,
    "OAuth2AuthorizationCodeMixin": _AUTHLIB_CODE,
    "OAuthConsumerMixin": _FLASK_DANCE,
    "SQLAlchemyBaseUserTable": _FASTAPI_USER,
    "SQLAlchemyBaseUserTableUUID": (*_FASTAPI_ID, *_FASTAPI_USER),
    "SQLAlchemyBaseAccessTokenTable": _FASTAPI_TOKEN,
    "Timestamp": _TIMESTAMP,
}
"""Columns by the mixin's class name."""

_ROOTS = ("authlib.", "flask_dance.", "fastapi_users_db_sqlalchemy", "fastapi_users.", "sqlalchemy_utils")
_PLAIN = (
    "typing", "builtins", "abc", "enum", "collections", "pydantic", "flask_login", "dataclasses", "types", "sqlalchemy",
    "sqlmodel", "flask_sqlalchemy", "werkzeug", "marshmallow", "json", "logging", "itsdangerous", "typing_extensions",
    "graphene", "flask_marshmallow", "uuid", "datetime",
)  # fmt: skip


def columns_of(name: str) -> tuple[LibraryColumn, ...] | None:
    """The columns of the external class with that dotted name; None where nothing is known of it."""
    if name.startswith(_ROOTS):
        found = MIXINS.get(name.rpartition(".")[2])
        if found is not None:
            return found
    return () if name.partition(".")[0] in _PLAIN else None

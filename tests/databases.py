"""A database of one's own on the tests' server, for processes: they cannot see what a test has not committed."""

import contextlib
import os
import uuid
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict


@contextlib.contextmanager
def own_database() -> Iterator[str]:
    """The address of an empty database, which is dropped at the end, whoever still uses it."""
    server = os.environ["DATABASE_URL"]
    name = f"whose_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as link:
        link.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            yield _address(server, name)
        finally:
            link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _address(server: str, name: str) -> str:
    parts = conninfo_to_dict(server) | {"dbname": name}
    return f"postgresql:///?{urlencode(parts, quote_via=quote)}"

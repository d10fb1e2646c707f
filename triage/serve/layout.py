"""Where the embedded default keeps what it makes, and how its servers are reached."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

# The address of a Unix socket holds 103 bytes on macOS and 107 on Linux; the smaller one holds everywhere.
LONGEST_SOCKET = 103
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"


@dataclass(frozen=True)
class Place:
    """The folder `./var`: everything that a running service writes is below it."""

    root: Path

    @property
    def secret_key(self) -> Path:
        """The key that signs sessions and links, made at the first start; readable by its owner alone."""
        return self.root / "secret-key"

    @property
    def admin_password(self) -> Path:
        """The first admin's password, as it was generated; readable by its owner alone."""
        return self.root / "admin-password"

    @property
    def mail(self) -> Path:
        """Mails, where no mail server is set."""
        return self.root / "mail"

    @property
    def postgres(self) -> Path:
        """The data directory of the embedded PostgreSQL."""
        return self.root / "postgres"

    @property
    def sockets(self) -> Path:
        """Where the embedded servers listen: open to their user (and root) alone."""
        return self.root / "sockets"

    @property
    def run(self) -> Path:
        """What is true of the running service only: its lock, its process ids, its metrics."""
        return self.root / "run"

    @property
    def lock(self) -> Path:
        """Held by whoever runs the embedded servers: `serve`, or a `backup` while nothing runs."""
        return self.run / "lock"

    @property
    def metrics(self) -> Path:
        """Where the processes of one service add up their request metrics."""
        return self.run / "metrics"

    @property
    def short_link_note(self) -> Path:
        """Names the short link to `sockets`, where the folder is too deep for a socket's address."""
        return self.run / "short-link"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def reached_sockets(self) -> Path:
        """The sockets' folder under the name that clients can use: itself, or the short link to it."""
        if fits(self.sockets):
            return self.sockets
        return short_link(self) or self.sockets

    @property
    def database_url(self) -> str:
        """The address of the embedded PostgreSQL, by its socket."""
        # The port too, though a socket has none: PGPORT of the environment would choose another file.
        return f"postgresql:///whose?host={quote(str(self.reached_sockets), safe='')}&port=5432&user=whose"

    @property
    def redis_url(self) -> str:
        """The address of the embedded Valkey, by its socket."""
        return f"unix://{quote(str(self.reached_sockets / VALKEY_SOCKET))}?db=0"


def fits(folder: Path) -> bool:
    """Whether the longest socket in this folder still has an address."""
    return len(os.fsencode(folder / POSTGRES_SOCKET)) <= LONGEST_SOCKET


def short_link(place: Place) -> Path | None:
    """The short link that the running service made, if it is still there and still ours.

    Folders of temporary files are swept, and a swept name can be taken by somebody else, so its owner is checked.
    """
    try:
        link = Path(place.short_link_note.read_text(encoding="utf-8"))
        if link.parent.lstat().st_uid == place.run.stat().st_uid and link.readlink() == place.sockets:
            return link
    except OSError:
        pass
    return None


def hosts_of(public_url: str) -> list[str]:
    """The host names under which the service answers: what the public address names, and loopback's names
    where that is loopback."""
    host = urlsplit(public_url).hostname or "127.0.0.1"
    loopback = ["localhost", "127.0.0.1", "[::1]"]
    return loopback if host in {"localhost", "127.0.0.1", "::1"} else [host]

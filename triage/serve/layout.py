"""Where the embedded default keeps what it makes, and how its servers are reached."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit


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
    def valkey(self) -> Path:
        """The working directory of the embedded Valkey."""
        return self.root / "valkey"

    @property
    def run(self) -> Path:
        """Sockets and process ids of what runs now."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def database_url(self) -> str:
        """The address of the embedded PostgreSQL, by its socket."""
        return f"postgresql:///whose?host={quote(str(self.run), safe='')}&user=whose"

    @property
    def redis_url(self) -> str:
        """The address of the embedded Valkey, by its socket."""
        return f"unix://{self.run}/valkey.sock?db=0"


def hosts_of(public_url: str) -> list[str]:
    """The host names under which the service answers: what the public address names, and loopback's names
    where that is loopback."""
    host = urlsplit(public_url).hostname or "127.0.0.1"
    loopback = ["localhost", "127.0.0.1", "[::1]"]
    return loopback if host in {"localhost", "127.0.0.1", "::1"} else [host]

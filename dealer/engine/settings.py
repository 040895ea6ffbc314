"""What an installation is told from outside: where its data and keys lie, which database, which port."""

from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dealer.engine.sealed import Keys, load_keys


class Settings(BaseSettings):
    """Read from the environment; every default is fit for one shop on one machine."""

    model_config = SettingsConfigDict(env_prefix="DEALER_", extra="ignore")

    data: Path = Path.home() / ".local" / "share" / "dealer"
    keys_file: Path = Field(
        default=Path.home() / ".config" / "dealer" / "keys.json", validation_alias=AliasChoices("DEALER_KEYS")
    )
    database_url: str = ""
    owner_url: str = ""  # the same database as the role that owns its tables
    host: str = "127.0.0.1"
    port: int = Field(default=8080, validation_alias=AliasChoices("PORT", "DEALER_PORT"))
    threads: int = 8
    metrics: str = Field(default="", pattern=r"^([^ ]+:\d+)?$")  # HOST:PORT where Prometheus asks; empty: nowhere
    proxy: str = ""  # the address of the web server in front: its word about who calls counts
    backups: Literal["here", "elsewhere"] = "here"  # elsewhere: by other means than `dealer backup` on this machine

    webhooks_inside: bool = False  # whether a webhook may lead to an address of the house's own network

    # the provider of the house, where people may sign in as well: docs/signing_in.md
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_secret_file: Path | None = None
    oidc_claim: str = "preferred_username"
    oidc_name: str = ""
    oidc_second_factor: str = ""

    @property
    def oidc_secret(self) -> str:
        """What the provider knows this program by; it lies in a file, not in the environment."""
        return self.oidc_secret_file.read_text(encoding="utf-8").strip() if self.oidc_secret_file else ""

    @property
    def url(self) -> str:
        """The database: as told, else one SQLite file in the data folder (made on first use)."""
        if self.database_url:
            return self.database_url
        self.data.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{self.data.resolve() / 'dealer.sqlite'}"

    @property
    def as_owner(self) -> str:
        """The database as whoever owns its tables: for migrations and backups. Where one role does all, the same."""
        return self.owner_url or self.url

    @property
    def in_front(self) -> dict[str, Any]:
        """What the server is told of the web server before it; without it a caller's own word counts for nothing."""
        if not self.proxy:
            return {}
        return {"trusted_proxy": self.proxy, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}

    @cached_property
    def keys(self) -> Keys:
        """The secrets, made on first use."""
        return load_keys(self.keys_file, self.data)

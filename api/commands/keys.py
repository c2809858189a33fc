"""frictionary keys: who may ask the API for what, and until when."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from getpass import getuser
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipelines.stores.protocols import Store
    from pipelines.stores.protocols.keys import ApiKey

SCOPES = ("read", "ingest", "classify", "edit", "privacy", "admin")
STORE = click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
WHO = click.option("--who", default=getuser, show_default="the name of your account", help="Who does it.")


@click.group()
def command() -> None:
    """Make, list, rotate and revoke the keys of the API. A key is printed once; the store keeps its digest alone.

    \b
    Examples:
      frictionary keys create CRM --scope read --scope classify --days 90
      frictionary keys rotate 0123456789ab --grace 48
    """


@command.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), required=True, help="Repeatable.")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="Until it expires; never otherwise.")
@click.option("--rate", type=click.IntRange(min=0), help="Requests a minute; FRICTIONARY_RATE otherwise.")
@click.option("--quota", type=click.IntRange(min=0), help="Requests a day; FRICTIONARY_QUOTA otherwise.")
@STORE
@WHO
@JSON
def create(
    name: str,
    scopes: tuple[str, ...],
    days: float | None,
    rate: int | None,
    quota: int | None,
    url: str | None,
    who: str,
    as_json: bool,
) -> None:
    """Make a key for NAME, and print it: it is told never again.

    \b
    Example: frictionary keys create CRM --scope read --scope classify --days 90 --store demo.db
    """
    from pipelines import api_keys

    with _opened(url) as store:
        at = datetime.now(UTC)
        key, token = api_keys.create(store, name, scopes, by=who, at=at, days=days, rate=rate, quota=quota)
        _log(store, "key.create", key, who)
    _tell(key, token, as_json=as_json)


@command.command("list")
@STORE
@JSON
def list_(url: str | None, as_json: bool) -> None:
    """List the keys, the oldest first, those that have ended too.

    \b
    Example: frictionary keys list --store demo.db
    """
    from api.terminal import plain

    with _opened(url) as store:
        keys = store.api_keys.all()
    if as_json:
        click.echo(json.dumps([_shown(key) for key in keys], default=str, indent=2))
        return
    now = datetime.now(UTC)
    for key in keys:
        state = "revoked" if key.revoked_at else "lives" if key.lives(now) else "expired"
        until = f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else "without end"
        used = f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
        told = (key.id, state, key.name, ",".join(key.scopes), until, used, f"by {key.created_by}")
        click.echo("  ".join(map(plain, told)))


@command.command()
@click.argument("id")
@click.option("--grace", type=click.FloatRange(0, 720), default=24.0, show_default=True, help="Hours, see above.")
@STORE
@WHO
@JSON
def rotate(id: str, grace: float, url: str | None, who: str, as_json: bool) -> None:
    """Give the key ID another secret and print it; the one before is good for --grace hours more.

    \b
    Example: frictionary keys rotate 0123456789ab --grace 48 --store demo.db
    """
    from pipelines import api_keys

    with _opened(url) as store:
        key, token = api_keys.rotate(store, id, at=datetime.now(UTC), grace=timedelta(hours=grace))
        _log(store, "key.rotate", key, who)
    _tell(key, token, as_json=as_json)


@command.command()
@click.argument("id")
@STORE
@WHO
def revoke(id: str, url: str | None, who: str) -> None:
    """End the key ID for good; a running server knows within a second.

    \b
    Example: frictionary keys revoke 0123456789ab --store demo.db
    """
    from api.terminal import plain
    from pipelines import api_keys

    with _opened(url) as store:
        key = api_keys.revoke(store, id, at=datetime.now(UTC))
        _log(store, "key.revoke", key, who)
    click.echo(plain(f"{key.id} ({key.name}) is revoked"))


def _opened(url: str | None) -> "Store":
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    return open_existing(Settings.from_environment(store=url).store)


def _log(store: "Store", what: str, key: "ApiKey", who: str) -> None:
    from pipelines.stores.protocols import Audit

    store.audits.add(Audit(datetime.now(UTC), what, key.id, who))


def _shown(key: "ApiKey") -> dict[str, object]:
    """Without its digests."""
    return {name: value for name, value in asdict(key).items() if name not in ("digest", "earlier")}


def _tell(key: "ApiKey", token: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({**_shown(key), "key": token}, default=str))
        return
    click.echo("The key, told this once:", err=True)
    click.echo(token)

"""frictionary search: what customers and agents said, by words or by meaning."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from api.moment import Moment

if TYPE_CHECKING:
    from pipelines.search import Hit

MODES = ("text", "semantic", "both")


@click.command()
@click.argument("asked", metavar="QUESTION")
@click.option("--mode", type=click.Choice(MODES), default="both", show_default=True, help="By words, meaning, or both.")
@click.option("--speaker", type=click.Choice(("customer", "agent", "bot")), help="What this side said.")
@click.option("--since", type=Moment(), help="Conversations from this time on, UTC.")
@click.option("--until", type=Moment(), help="Conversations before this time, UTC.")
@click.option("--channel", type=click.Choice(("ticket", "call", "social", "chat")), help="Of this channel.")
@click.option("--theme", help="Conversations that raise this theme (its id).")
@click.option("--customer", help="Of this customer (the pseudonym).")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="Most turns shown.")
@click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    asked: str, mode: Any, speaker: str | None, limit: int, url: str | None, as_json: bool, **chosen: Any
) -> None:
    """Find turns that say what QUESTION asks for, or something like it, in masked texts.

    Words must all be said, in any of their forms; "a phrase", -without and "one OR other" are known. Meaning is looked
    for in what customers said.

    \b
    Examples:
      frictionary search refund --store demo.db
      frictionary search '"charged twice" -refunded' --mode text --channel call
      frictionary search 'they never call back' --mode semantic --json
    """
    from pipelines.encoders import open_encoder
    from pipelines.search import search
    from pipelines.settings import Settings
    from pipelines.stores import open_existing
    from pipelines.stores.protocols import Filter

    settings = Settings.from_environment(store=url)
    filter = Filter(**{name: value for name, value in chosen.items() if value})
    encoder = None if mode == "text" else open_encoder(settings.models / "encoder")
    with open_existing(settings.store) as store:
        hits = search(store, asked, mode=mode, encoder=encoder, filter=filter, speaker=speaker or "", limit=limit)
    if as_json:
        click.echo(json.dumps([asdict(hit) for hit in hits], indent=2, ensure_ascii=False, default=_plain))
        return
    from rich.console import Console

    console = Console(highlight=False)
    for hit in hits:
        console.print(f"{hit.conversation} {hit.at:%Y-%m-%d} {hit.speaker}", style="dim")
        console.print(_marked(hit))
    if not hits:
        click.echo("nothing found", err=True)


def _marked(hit: "Hit") -> Any:
    from rich.text import Text

    from api.terminal import plain

    told = Text("  " + plain(hit.text))
    for start, end in hit.highlights:
        told.stylize("bold", start + 2, end + 2)
    return told


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)

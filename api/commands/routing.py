"""frictionary routing: the rules by which texts find their queue."""

import json
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.noted import noted

if TYPE_CHECKING:
    from nlp.taxonomy import Taxonomy
    from pipelines.stores.protocols import Store

STORE = click.option("--store", "url", help="Database URL or SQLite path; FRICTIONARY_STORE otherwise.")


@click.group()
def command() -> None:
    """Who should deal with a text: a table of rules, of which the first that fits names the queue.

    \b
    Example: frictionary routing show --store demo.db
    """


@command.command()
@STORE
@click.option("--version", "number", type=click.IntRange(min=1), help="An earlier version, by its number.")
def show(url: str | None, number: int | None) -> None:
    """Print the rules as TOML, to be edited and put back with `routing put`.

    \b
    Example: frictionary routing show --store demo.db > rules.toml
    """
    from nlp.errors import NotFound
    from nlp.routing import Routing

    with _opened(url) as store:
        if number is None:
            found = store.routing.current()
        else:
            found = next(iter(store.routing.page(limit=1, before=number + 1)), None)
            if not found or found.number != number:
                raise NotFound(f"no version {number} of the rules; the last is {store.routing.last()}")
    click.echo((found.routing if found else Routing()).to_toml(), nl=False)


@command.command()
@STORE
@click.option("--who", default=getuser, show_default="the name of your account", help="Who changes them.")
@click.option("--note", default="", help="Why.")
@click.option("--after", type=click.IntRange(min=0), help="Only if the last version is this one.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def put(url: str | None, who: str, note: str, after: int | None, file: Path) -> None:
    """Put the rules of a TOML FILE in place of the present ones; a running server follows within a second.

    \b
    Example: frictionary routing put rules.toml --note "leavers go to retention" --store demo.db
    """
    from nlp.errors import BadInput
    from nlp.routing import Routing

    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{file}: not UTF-8: {error}") from error
    routing = Routing.from_toml(text, origin=str(file))
    if unknown := routing.unknown(_taxonomy()):
        raise BadInput(f"{file}: {unknown[0]}")
    with _opened(url) as store:
        added = store.routing.put(routing, at=datetime.now(UTC), who=who, note=note, after=after)
        noted(store, "routing.write", str(added.number), who=who)
    click.echo(f"version {added.number}: {len(routing.rules)} rules, else {routing.default}")


@command.command()
@STORE
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Most versions listed.")
def history(url: str | None, limit: int) -> None:
    """List the versions of the rules, newest first.

    \b
    Example: frictionary routing history --store demo.db
    """
    from api.terminal import plain

    with _opened(url) as store:
        for one in store.routing.page(limit=limit):
            said = f"{one.number} {one.at:%Y-%m-%d %H:%M} {one.who}: {len(one.routing.rules)} rules {one.note}"
            click.echo(plain(said.rstrip()))


@command.command("try")
@STORE
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.argument("text")
def try_(url: str | None, as_json: bool, text: str) -> None:
    """Tell the intent of TEXT, and its queue by the present rules.

    \b
    Example: frictionary routing try "I want to cancel my plan" --store demo.db
    """
    from nlp.routing import Routing
    from pipelines.analyze import Analyst
    from pipelines.annotate import Annotator
    from pipelines.routing import Router
    from pipelines.settings import Settings

    with _opened(url) as store:
        found = store.routing.current()
    router = Router(Analyst(Annotator.of(Settings.from_environment())), found.routing if found else Routing())
    (row,) = router.rows([text])
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False))
        return
    why = f"rule {row['rule']}" if row["rule"] else "no rule fits"
    doubt = f", {row['doubt']}" if row["abstained"] else ""
    click.echo(f"{row['queue']} ({why}): {row['intent']} {row['confidence']:.2f}{doubt}")


def _taxonomy() -> "Taxonomy":
    from pipelines.annotate import Annotator
    from pipelines.settings import Settings

    return Annotator.of(Settings.from_environment()).taxonomy


def _opened(url: str | None) -> "Store":
    from pipelines.settings import Settings
    from pipelines.stores import open_existing

    return open_existing(Settings.from_environment(store=url).store)
